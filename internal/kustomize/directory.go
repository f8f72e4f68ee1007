package kustomize

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"sigs.k8s.io/kustomize/api/konfig"

	"github.com/kubectl-app/kubectl-app/internal/source"
	"github.com/kubectl-app/kubectl-app/pkg/redact"
)

// Error is a directory, or a file in it, that can't be used. Nothing was written.
type Error struct {
	Path    string
	Problem string
	// Next is a command, or a sentence that ends with one, or "".
	Next string
	Err  error // of the system, or nil
}

func (e *Error) Error() string { return e.Path + ": " + e.Problem }
func (e *Error) Unwrap() error { return e.Err }

// Hints are shown below the message.
func (e *Error) Hints() []string {
	if e.Next == "" {
		return nil
	}
	return []string{e.Next}
}

// Directory is one with a kustomization file, or one that is to get it.
type Directory struct {
	// Path is that of the file, as the directory was named.
	Path string
	// Text is what it held when it was read; nothing if there is none.
	Text []byte

	root   string // absolute, without links: kustomize goes by that
	target string // the file that a link leads to, or Path
	exists bool
	mode   fs.FileMode
}

// Open reads the kustomization file of a directory. The error is an *Error.
func Open(ctx context.Context, dir string) (*Directory, error) {
	if !redact.Quotable(dir) {
		return nil, &Error{Path: redact.Placeholder, Problem: "this is no path of a directory"}
	}
	root, err := real(dir)
	info, statErr := os.Stat(dir)
	switch {
	case errors.Is(statErr, fs.ErrNotExist) && redact.Argument(dir) != dir:
		return nil, &Error{Path: "--to-kustomization=" + redact.Argument(dir), Problem: "there is no such directory", Err: statErr}
	case errors.Is(statErr, fs.ErrNotExist):
		return nil, &Error{Path: dir, Problem: "there is no such directory", Next: "mkdir -p " + dir, Err: statErr}
	case statErr != nil || err != nil:
		return nil, &Error{Path: dir, Problem: "it can't be read", Err: errors.Join(statErr, err)}
	case !info.IsDir():
		return nil, &Error{Path: dir, Problem: "it is not a directory: name the directory of kustomization.yaml", Next: "give --to-kustomization=" + filepath.Dir(dir)}
	}
	d := &Directory{Path: filepath.Join(dir, konfig.DefaultKustomizationFileName()), root: root, mode: 0o644}
	names := present(dir)
	switch len(names) {
	case 0:
		d.target = d.Path
		return d, nil
	case 1:
		d.Path = filepath.Join(dir, names[0])
		return d, d.read(ctx)
	}
	return nil, &Error{Path: dir, Problem: "it has " + strings.Join(names, " and ") + ", and kustomize accepts only one", Next: "rm " + filepath.Join(dir, names[1])}
}

// real is a path without links, from the root.
func real(path string) (string, error) {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	return filepath.EvalSymlinks(absolute)
}

// present are the kustomization files of a directory.
func present(dir string) []string {
	var names []string
	for _, name := range konfig.RecognizedKustomizationFileNames() {
		if _, err := os.Lstat(filepath.Join(dir, name)); err == nil {
			names = append(names, name)
		}
	}
	return names
}

func (d *Directory) read(ctx context.Context) (err error) {
	if d.target, err = real(d.Path); err != nil {
		return &Error{Path: d.Path, Problem: "it can't be read: " + cause(err), Err: err}
	}
	info, err := os.Stat(d.target)
	if err != nil {
		return &Error{Path: d.Path, Problem: "it can't be read: " + cause(err), Err: err}
	}
	d.exists, d.mode = true, info.Mode().Perm()
	d.Text, err = (&source.Reader{}).File(ctx, d.target)
	return err
}

// cause is the system's word without the path, which stands before it.
func cause(err error) string {
	if p := (*fs.PathError)(nil); errors.As(err, &p) {
		return p.Err.Error()
	}
	return err.Error()
}

// Relative is what the kustomization calls a file. One that is not in or below the directory, or leads out of
// it by a link, is an *Error: kustomize reads no other.
func (d *Directory) Relative(path string) (string, error) {
	outside := &Error{
		Path: path, Problem: fmt.Sprintf("it is not in or below %s, and kustomize reads no other files", filepath.Dir(d.Path)),
		Next: fmt.Sprintf("copy each of these files to %[1]s; if it is secret, first add its name to %[1]s/.gitignore", filepath.Dir(d.Path)),
	}
	folder, err := real(filepath.Dir(path))
	target, targetErr := real(path)
	if err := errors.Join(err, targetErr); err != nil {
		return "", &Error{Path: path, Problem: "it can't be read: " + cause(err), Err: err}
	}
	relative, err := filepath.Rel(d.root, filepath.Join(folder, filepath.Base(path)))
	if err != nil || !filepath.IsLocal(relative) {
		return "", outside
	}
	if inside, err := filepath.Rel(d.root, target); err != nil || !filepath.IsLocal(inside) {
		return "", outside
	}
	return filepath.ToSlash(relative), nil
}

// Load reads a file by what the kustomization calls it.
func (d *Directory) Load(ctx context.Context) func(name string) ([]byte, error) {
	return func(name string) ([]byte, error) {
		if !filepath.IsLocal(filepath.FromSlash(name)) {
			return nil, &Error{Path: name, Problem: "it is not in the directory"}
		}
		return (&source.Reader{}).File(ctx, filepath.Join(d.root, filepath.FromSlash(name)))
	}
}
