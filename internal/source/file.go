package source

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/kubectl-app/kubectl-app/pkg/redact"
	"github.com/kubectl-app/kubectl-app/pkg/secrets"
)

// FileError is a file that no value can be read from.
type FileError struct {
	Path    string
	Problem string
	// Next says what to do instead, or "".
	Next string
	Err  error // of the system, or nil
}

func (e *FileError) Error() string { return e.Path + ": " + e.Problem }
func (e *FileError) Unwrap() error { return e.Err }

// Hints are shown below the message.
func (e *FileError) Hints() []string {
	if e.Next == "" {
		return nil
	}
	return []string{e.Next}
}

// files reads a file, or the files of a directory, without those in directories below it. kubectl leaves out links,
// and so all that is in the directory of a mounted ConfigMap: here a link to a file below the directory is that file.
func (m *Reader) files(ctx context.Context, s secrets.FileSource) ([]secrets.Entry, []secrets.Finding, error) {
	info, err := os.Stat(s.Path)
	if err != nil || !info.IsDir() {
		content, err := m.FileOf(ctx, s)
		return []secrets.Entry{{Key: s.Key, Value: content, Origin: m.origin(s.Path)}}, nil, err
	}
	if s.Named {
		return nil, nil, &FileError{Path: s.Path, Problem: fmt.Sprintf("it is a directory, and its file names are the keys: remove %s=", s.Key)}
	}
	l, err := list(s.Path)
	if err != nil {
		return nil, nil, err
	}
	if len(l.files) == 0 {
		for _, name := range l.outside {
			l.others = append(l.others, name+" (a link to a file outside)")
		}
		problem := "there is no file in the directory"
		if len(l.others) > 0 {
			problem += ": only " + strings.Join(l.others, ", ")
		}
		return nil, nil, &FileError{Path: s.Path, Problem: problem}
	}
	var entries []secrets.Entry
	var faults []error
	total := 0
	for _, name := range l.files {
		path := filepath.Join(s.Path, name)
		content, err := m.File(ctx, path)
		if total += len(content); total > secrets.MaxSize {
			return nil, nil, errors.Join(append(faults, tooLarge(s.Path, "the files in it are larger than that together"))...)
		}
		faults = append(faults, err)
		entries = append(entries, secrets.Entry{Key: name, Value: content, Origin: m.origin(path)})
	}
	var found []secrets.Finding
	tell := func(level secrets.Level, lead string, names []string, next string) {
		if len(names) > 0 {
			found = append(found, secrets.Finding{Level: level, Problem: secrets.DirectoryEntry, Origin: m.origin(s.Path), Message: lead + strings.Join(names, ", ") + next})
		}
	}
	tell(secrets.Note, "left out: ", l.others, "")
	tell(secrets.Warn, "links to files outside the directory are left out: ", l.outside, "; to use one, give its own path to --from-file")
	return entries, found, errors.Join(faults...)
}

// listing has the names of a directory's entries: its files, those that are none, and the links to files that are not
// below the directory.
type listing struct{ files, others, outside []string }

// list reads a directory. A link to nothing is an error: left out, its key would be taken away from an object that
// has it.
func list(directory string) (l listing, err error) {
	entries, err := os.ReadDir(directory)
	if err != nil {
		return l, systemError(directory, err)
	}
	root, err := target(directory)
	if err != nil {
		return l, systemError(directory, err)
	}
	var faults []error
	for _, e := range entries {
		path := filepath.Join(directory, e.Name())
		info, err := os.Stat(path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			faults = append(faults, &FileError{Path: path, Problem: "it is a link to a file that does not exist", Err: err})
		case err != nil:
			faults = append(faults, systemError(path, err))
		case info.Mode().IsRegular() && e.Type()&fs.ModeSymlink != 0 && !leadsBelow(path, root):
			l.outside = append(l.outside, e.Name())
		case info.Mode().IsRegular():
			l.files = append(l.files, e.Name())
		case !strings.HasPrefix(e.Name(), ".."): // the kubelet's own, which holds what the links lead to
			l.others = append(l.others, fmt.Sprintf("%s (%s)", e.Name(), kindOf(info.Mode())))
		}
	}
	return l, errors.Join(faults...)
}

// target is the absolute path of what a path leads to.
func target(path string) (string, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	return filepath.EvalSymlinks(path)
}

// leadsBelow tells whether a path leads to something below root, a target itself.
func leadsBelow(path, root string) bool {
	path, err := target(path)
	if err != nil {
		return false
	}
	relative, err := filepath.Rel(root, path)
	return err == nil && filepath.IsLocal(relative)
}

func (m *Reader) origin(path string) secrets.Origin {
	if isStdin(path) {
		return secrets.Origin{Kind: secrets.Stdin}
	}
	return secrets.Origin{Kind: secrets.File, Name: path}
}

// File reads a regular file of at most secrets.MaxSize bytes, or a pipe that the shell has opened. It
// looks before it opens: a FIFO that nobody writes to would never be opened, and a device might never end.
func (m *Reader) File(ctx context.Context, path string) ([]byte, error) {
	if isStdin(path) {
		return m.readStdin(ctx)
	}
	if !redact.Quotable(path) {
		return nil, &FileError{Path: redact.Placeholder, Problem: "this looks like the content of a file, not like a path: give a path", Next: `a shell makes a file of a variable: <(printf '%s\n' "$VARIABLE")`}
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, systemError(path, err)
	}
	if err := checkMode(path, info.Mode()); err != nil && !isOpenPipe(path, info.Mode()) {
		return nil, err
	}
	if info.Size() > secrets.MaxSize {
		return nil, tooLarge(path, "it has "+secrets.Size(info.Size()).String())
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, systemError(path, err)
	}
	defer f.Close()
	// Nobody may ever write to a pipe: closed, it is read no more.
	defer context.AfterFunc(ctx, func() { _ = f.Close() })()
	// It may have grown, and files of /proc say 0.
	content, err := io.ReadAll(io.LimitReader(f, secrets.MaxSize+1))
	switch {
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case err != nil:
		return nil, systemError(path, err)
	case len(content) > secrets.MaxSize:
		return nil, tooLarge(path, "it is larger")
	}
	return content, nil
}

func checkMode(path string, mode fs.FileMode) error {
	switch {
	case mode.IsRegular():
		return nil
	case mode.IsDir():
		return &FileError{Path: path, Problem: "it is a directory, not a file", Next: "--from-file takes a directory: each file in it becomes a key"}
	}
	return &FileError{Path: path, Problem: "it is " + kindOf(mode) + ", not a regular file", Next: "pipe the output of a command: COMMAND | kubectl app … KEY=-"}
}

func kindOf(mode fs.FileMode) string {
	switch {
	case mode.IsDir():
		return "a directory"
	case mode&fs.ModeNamedPipe != 0:
		return "a pipe"
	case mode&fs.ModeSocket != 0:
		return "a socket"
	case mode&fs.ModeDevice != 0:
		return "a device"
	}
	return "no regular file"
}

func tooLarge(path, what string) error {
	return &FileError{Path: path, Problem: fmt.Sprintf("%s, and an object holds %s", what, secrets.Size(secrets.MaxSize))}
}

func systemError(path string, err error) error {
	problem := "it can't be read"
	switch {
	case errors.Is(err, fs.ErrNotExist):
		problem = "there is no such file"
		if strings.Contains(path, "=") {
			problem = "there is no file of this name: give the path alone"
		}
	case errors.Is(err, fs.ErrPermission):
		problem = "it may not be read (permission denied)"
	default:
		// The system's word without the path, which stands before it.
		if cause := (*fs.PathError)(nil); errors.As(err, &cause) {
			problem += ": " + cause.Err.Error()
		}
	}
	return &FileError{Path: shownPath(path), Problem: problem, Err: err}
}

// shownPath is a path as a message quotes it: a password in its place is not shown.
func shownPath(path string) string {
	if shown := redact.Argument(path); shown != redact.Placeholder {
		return shown
	}
	return "a path on the command line (not shown: it could be a value)"
}

// FileOf reads the file of --from-file. If it is not there, what stands behind KEY= may be a value, unless it leads into
// a directory that is there: it is not shown.
func (m *Reader) FileOf(ctx context.Context, s secrets.FileSource) ([]byte, error) {
	content, err := m.File(ctx, s.Path)
	if !s.Named || !errors.Is(err, fs.ErrNotExist) {
		return content, err
	}
	directory := filepath.Dir(s.Path)
	if directory != "." && directory != string(filepath.Separator) && exists(directory) {
		return nil, err
	}
	return nil, &FileError{Path: "--from-file=" + redact.Argument(s.Key+"="+s.Path), Problem: "there is no file of the name after " + s.Key + "=", Err: err}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
