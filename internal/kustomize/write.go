package kustomize

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// Write puts a text in the place of the file, whole or not at all, with the mode that it had. If it is not as
// it was read any more, nothing is written. The error is an *Error.
func (d *Directory) Write(text []byte) error {
	temporary, err := os.CreateTemp(filepath.Dir(d.target), ".kustomization-*")
	if err != nil {
		return d.fault(err)
	}
	defer os.Remove(temporary.Name()) // of what is renamed there is nothing left
	_, writeErr := temporary.Write(text)
	err = errors.Join(writeErr, temporary.Chmod(d.mode), temporary.Sync(), temporary.Close())
	if err != nil {
		return d.fault(err)
	}
	if err := d.unchanged(); err != nil {
		return err
	}
	if err := os.Rename(temporary.Name(), d.target); err != nil {
		return d.fault(err)
	}
	return nil
}

func (d *Directory) fault(err error) error {
	return &Error{Path: d.Path, Problem: "it can't be written: " + cause(err), Err: err}
}

// unchanged looks whether someone else has written the file since it was read.
func (d *Directory) unchanged() error {
	now, err := os.ReadFile(d.target)
	if errors.Is(err, fs.ErrNotExist) && !d.exists {
		return nil
	}
	if err != nil || !d.exists || !bytes.Equal(now, d.Text) {
		return &Error{Path: d.Path, Problem: "someone else changed it at the same time, and it was not overwritten", Next: "run the command again", Err: err}
	}
	return nil
}
