package source

import (
	"context"
	"errors"
	"fmt"

	"github.com/kubectl-app/kubectl-app/pkg/secrets"
)

// Request is all that a command line takes values from.
type Request struct {
	Literals []secrets.Entry
	// Files are files, or directories: then each file in it.
	Files       []secrets.FileSource
	EnvFiles    []string
	DotenvFiles []string
	Variables   []secrets.VariableSource
	Prefixes    []string
	Generate    []secrets.Generation
	// Prompt are the keys to ask for.
	Prompt []string
	// Stdin is the key whose value is stdin, or "".
	Stdin string
}

// Empty tells that nothing is asked for.
func (r Request) Empty() bool {
	return len(r.Literals)+len(r.Files)+len(r.EnvFiles)+len(r.DotenvFiles)+len(r.Variables)+len(r.Prefixes)+len(r.Generate)+len(r.Prompt) == 0 && r.Stdin == ""
}

// Validate tells what can't be carried out as it stands, before anything is read.
func (r Request) Validate() error {
	if readers := r.stdinReaders(); len(readers) > 1 {
		return &StdinError{readers}
	}
	return nil
}

// stdinReaders are the parts of the command line that read stdin; several questions are asked one after
// the other, and count as one.
func (r Request) stdinReaders() []string {
	var readers []string
	if r.Stdin != "" {
		readers = append(readers, r.Stdin+"=-")
	}
	if len(r.Prompt) > 0 {
		readers = append(readers, "--prompt")
	}
	for _, f := range r.Files {
		if !isStdin(f.Path) {
			continue
		}
		text := f.Path
		if f.Named {
			text = f.Key + "=" + f.Path
		}
		readers = append(readers, "--from-file="+text)
	}
	for _, named := range []struct {
		flag  string
		paths []string
	}{{"--from-env-file", r.EnvFiles}, {"--from-dotenv", r.DotenvFiles}} {
		for _, path := range named.paths {
			if isStdin(path) {
				readers = append(readers, named.flag+"="+path)
			}
		}
	}
	return readers
}

// Read gives every value that the request asks for; found is what the user should know of how they
// were read. All faults of all sources are in the error, joined: those of pkg/secrets, *FileError,
// *PromptError. Questions are asked last, and only if all else is well.
func (m *Reader) Read(ctx context.Context, r Request) (entries []secrets.Entry, found []secrets.Finding, err error) {
	var faults []error
	add := func(more []secrets.Entry, notes []secrets.Finding, err error) {
		entries = append(entries, more...)
		found = append(found, notes...)
		faults = append(faults, err)
	}
	one := func(e secrets.Entry, err error) { add([]secrets.Entry{e}, nil, err) }
	add(r.Literals, nil, nil)
	for _, f := range r.Files {
		add(m.files(ctx, f))
	}
	for _, path := range r.EnvFiles {
		add(m.envFile(ctx, path))
	}
	add(m.dotenv(ctx, r.DotenvFiles))
	for _, v := range r.Variables {
		one(v.Entry(m.Environment))
	}
	for _, prefix := range r.Prefixes {
		variables, err := m.Environment.WithPrefix(prefix)
		add(variables, nil, err)
	}
	for _, g := range r.Generate {
		one(g.Entry(m.Random))
	}
	if r.Stdin != "" {
		e, err := m.Stdin(ctx, r.Stdin)
		if errors.Is(err, ErrEmptyStdin) {
			err = fmt.Errorf("%w; write %s= for an empty value", err, r.Stdin)
		}
		one(e, err)
	}
	if err := errors.Join(faults...); err != nil {
		return nil, nil, err
	}
	for _, key := range r.Prompt {
		e, err := m.Ask(ctx, key)
		if err != nil {
			return nil, nil, err
		}
		one(e, nil)
	}
	return entries, found, nil
}

func (m *Reader) envFile(ctx context.Context, path string) ([]secrets.Entry, []secrets.Finding, error) {
	content, err := m.File(ctx, path)
	if err != nil {
		return nil, nil, err
	}
	return secrets.ParseEnvFile(path, content, m.Environment.Lookup)
}

func (m *Reader) dotenv(ctx context.Context, paths []string) ([]secrets.Entry, []secrets.Finding, error) {
	var files []secrets.DotenvFile
	var faults []error
	for _, path := range paths {
		content, err := m.File(ctx, path)
		files = append(files, secrets.DotenvFile{Name: path, Content: content})
		faults = append(faults, err)
	}
	entries, found, err := secrets.ParseDotenv(files, m.Environment.Lookup)
	return entries, found, errors.Join(append(faults, err)...)
}
