//go:build unix

package source

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/kubectl-app/kubectl-app/pkg/secrets"
)

// screen is a terminal that answers, or a pipe.
type screen struct {
	terminal  bool
	answers   []string
	questions []string
	in        io.Reader
}

func (s *screen) InIsTerminal() bool { return s.terminal }

func (s *screen) ReadHidden(_ context.Context, question string) ([]byte, error) {
	s.questions = append(s.questions, question)
	if len(s.answers) == 0 {
		return nil, io.EOF
	}
	answer := s.answers[0]
	s.answers = s.answers[1:]
	return []byte(answer), nil
}

func (s *screen) ReadAll(_ context.Context, limit int64) ([]byte, error) {
	return io.ReadAll(io.LimitReader(s.in, limit))
}

func machine(in string) *Reader {
	return &Reader{
		Terminal: &screen{in: strings.NewReader(in)}, Environment: secrets.Environment{"DB_URL=x", "P_A=1"},
		Random: bytes.NewReader(make([]byte, 4096)),
	}
}

func write(t *testing.T, dir, name, content string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func shown(entries []secrets.Entry) []string {
	var all []string
	for _, e := range entries {
		all = append(all, fmt.Sprintf("%s=%s", e.Key, e.Value))
	}
	return all
}

func TestEverySource(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "conf/b.conf", "b")
	write(t, dir, "conf/a.conf", "a")
	write(t, dir, "conf/below/c.conf", "c")
	if err := os.Symlink("a.conf", filepath.Join(dir, "conf", "link.conf")); err != nil {
		t.Fatal(err)
	}
	request := Request{
		Literals:    []secrets.Entry{{Key: "literal", Value: []byte("l")}},
		Files:       []secrets.FileSource{{Key: "conf", Path: filepath.Join(dir, "conf")}, {Key: "named", Path: write(t, dir, "file", "f\n"), Named: true}},
		EnvFiles:    []string{write(t, dir, "kubectl.env", "E='1'\n")},
		DotenvFiles: []string{write(t, dir, "a.env", "D='1'\nN=$DB_URL\n"), write(t, dir, "b.env", "D=2\n")},
		Variables:   []secrets.VariableSource{{Name: "DB_URL", Key: "url"}}, Prefixes: []string{"P_"},
		Generate: []secrets.Generation{{Key: "token", Length: 4, Alphabet: secrets.Alnum}}, Stdin: "piped",
	}
	if err := request.Validate(); err != nil {
		t.Fatal(err)
	}
	entries, notes, err := machine("from a pipe").Read(t.Context(), request)
	want := []string{"literal=l", "a.conf=a", "b.conf=b", "link.conf=a", "named=f\n", "E='1'", "D=2", "N=x", "url=x", "A=1", "token=AAAA", "piped=from a pipe"}
	told := secrets.Merge(notes)
	if len(told) != 3 || told[0].Message != "left out: below (a directory)" || told[1].Problem != secrets.QuotedValue || told[2].Problem != secrets.Overridden {
		t.Errorf("told %v", told)
	}
	if err != nil || !slices.Equal(shown(entries), want) {
		t.Errorf("got  %q, %v, %v\nwant %q", shown(entries), notes, err, want)
	}
}

// A mounted ConfigMap is a directory of links; the kubelet's own entries in it begin with "..".
func TestDirectories(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	link := func(to, name string) {
		if err := os.MkdirAll(filepath.Dir(at(name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(to, at(name)); err != nil {
			t.Fatal(err)
		}
	}
	write(t, dir, "mounted/..2026_11_27/app.yaml", "a")
	write(t, dir, "mounted/..2026_11_27/log.yaml", "l")
	link("..2026_11_27", "mounted/..data")
	link("..data/app.yaml", "mounted/app.yaml")
	link("..data/log.yaml", "mounted/log.yaml")
	write(t, dir, "mixed/plain", "p")
	link("../mounted/app.yaml", "mixed/linked")
	link(at("mounted/log.yaml"), "mixed/other")
	link("../mixed/plain", "mixed/back")
	link(at("mixed/plain"), "mixed/full")
	write(t, dir, "mixed-up/key", "k")
	link("../mixed-up/key", "mixed/neighbour")
	link("mixed", "linked")
	link("../mounted/app.yaml", "outside/one")
	write(t, dir, "nested/below/file", "x")
	write(t, dir, "nested/file", "x")
	link("below", "nested/folder")
	write(t, dir, "folders/below/file", "x")
	write(t, dir, "dangling/file", "x")
	link("none", "dangling/app.yaml")
	link("nobody@host.1:2", "dangling/.#file")
	link("loop", "loop/loop")
	if err := os.Mkdir(at("empty"), 0o700); err != nil {
		t.Fatal(err)
	}
	const outside = "links to files outside the directory are left out: linked, neighbour, other; to use one, give its own path to --from-file"
	for name, test := range map[string]struct {
		want, told, says string
		level            secrets.Level
	}{
		"mounted":  {want: "app.yaml=a log.yaml=l"},
		"mixed":    {want: "back=p full=p plain=p", told: outside, level: secrets.Warn},
		"linked":   {want: "back=p full=p plain=p", told: outside, level: secrets.Warn},
		"outside":  {says: "outside: there is no file in the directory: only one (a link to a file outside)"},
		"nested":   {want: "file=x", told: "left out: below (a directory), folder (a directory)", level: secrets.Note},
		"folders":  {says: "folders: there is no file in the directory: only below (a directory)"},
		"empty":    {says: "empty: there is no file in the directory"},
		"dangling": {says: "app.yaml: it is a link to a file that does not exist"},
		"loop":     {says: "loop: it can't be read: too many levels of symbolic links"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Chdir(dir)
			entries, found, err := machine("").Read(t.Context(), Request{Files: []secrets.FileSource{{Key: name, Path: name}}})
			if test.says != "" {
				if err == nil || !strings.Contains(err.Error(), test.says) {
					t.Errorf("error %v, want %q", err, test.says)
				}
				return
			}
			told := ""
			for _, f := range found {
				told += f.Message
				if f.Level != test.level {
					t.Errorf("level %v", f.Level)
				}
			}
			if err != nil || strings.Join(shown(entries), " ") != test.want || told != test.told {
				t.Errorf("got %v, %q, %v", shown(entries), told, err)
			}
		})
	}
}

func TestPathsThatAreRefused(t *testing.T) {
	dir := t.TempDir()
	fifo := filepath.Join(dir, "fifo")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	socket := filepath.Join(dir, "socket")
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	loop := filepath.Join(dir, "loop")
	if err := os.Symlink("loop", loop); err != nil {
		t.Fatal(err)
	}
	below := write(t, dir, "below", "x")
	for name, test := range map[string]struct {
		source secrets.FileSource
		says   string
	}{
		"nothing there":        {secrets.FileSource{Path: filepath.Join(dir, "none")}, "none: there is no such file"},
		"a FIFO":               {secrets.FileSource{Path: fifo}, "it is a pipe, not a regular file"},
		"a socket":             {secrets.FileSource{Path: socket}, "it is a socket"},
		"a device":             {secrets.FileSource{Path: "/dev/zero"}, "/dev/zero: it is a device"},
		"too large":            {secrets.FileSource{Path: write(t, dir, "large", strings.Repeat("x", secrets.MaxSize+1))}, "it has 1.00 MiB, and an object holds 1.00 MiB"},
		"a loop of links":      {secrets.FileSource{Path: loop}, "it can't be read: too many levels of symbolic links"},
		"a file in a file":     {secrets.FileSource{Path: below + "/x"}, "it can't be read: not a directory"},
		"a named directory":    {secrets.FileSource{Key: "k", Path: dir, Named: true}, "it is a directory, and its file names are the keys: remove k="},
		"a directory too full": {secrets.FileSource{Path: full(t)}, "the files in it are larger than that together"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := machine("").Read(t.Context(), Request{Files: []secrets.FileSource{test.source}})
			var file *FileError
			if !errors.As(err, &file) || !strings.Contains(err.Error(), test.says) {
				t.Errorf("error %v, want %q", err, test.says)
			}
		})
	}
	for _, r := range []Request{{EnvFiles: []string{dir}}, {DotenvFiles: []string{dir}}} {
		if _, _, err := machine("").Read(t.Context(), r); err == nil || !strings.Contains(err.Error(), "it is a directory, not a file") {
			t.Errorf("error %v", err)
		}
	}
	if _, err := machine("").File(t.Context(), write(t, dir, "whole", strings.Repeat("x", secrets.MaxSize))); err != nil {
		t.Errorf("a file of the whole size: %v", err)
	}
	if err := systemError("f", os.ErrPermission); !strings.Contains(err.Error(), "f: it may not be read (permission denied)") {
		t.Errorf("error %v", err)
	}
}

// A shell opens the pipe of <(COMMAND), and names it.
func TestOpenPipes(t *testing.T) {
	open := func(content string) (path string, writer *os.File) {
		reader, writer, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _, _ = reader.Close(), writer.Close() })
		if _, err := writer.WriteString(content); err != nil {
			t.Fatal(err)
		}
		return fmt.Sprintf("/dev/fd/%d", reader.Fd()), writer
	}
	path, writer := open("hunter2")
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	content, err := machine("").File(t.Context(), path)
	if err != nil || string(content) != "hunter2" {
		t.Errorf("got %q, %v", content, err)
	}

	path, writer = open("")
	go func() {
		_, _ = writer.Write(make([]byte, secrets.MaxSize+1)) // nobody closes it: the limit ends the reading
	}()
	if _, err := machine("").File(t.Context(), path); err == nil || !strings.Contains(err.Error(), "it is larger, and an object holds 1.00 MiB") {
		t.Errorf("too much of it: %v", err)
	}

	path, _ = open("")
	ctx, cancel := context.WithCancelCause(t.Context())
	stopped := errors.New("a signal")
	cancel(stopped)
	if _, err := machine("").File(ctx, path); !errors.Is(err, stopped) {
		t.Errorf("nobody writes to it: %v", err)
	}
	if _, err := machine("").File(t.Context(), "/dev/fd/0/x"); err == nil {
		t.Error("what is below no folder is read")
	}
	if content, err := machine("piped").File(t.Context(), "/dev/fd/0"); err != nil || string(content) != "piped" {
		t.Errorf("stdin by its number: %q, %v", content, err)
	}
}

// full is a directory whose files are allowed each, and too much together.
func full(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	write(t, dir, "a", strings.Repeat("x", secrets.MaxSize/2))
	write(t, dir, "b", strings.Repeat("x", secrets.MaxSize/2+1))
	return dir
}

func TestStdin(t *testing.T) {
	if _, err := machine(strings.Repeat("x", secrets.MaxSize+1)).Stdin(t.Context(), "k"); err == nil || !strings.Contains(err.Error(), "stdin: it is larger, and an object holds 1.00 MiB") {
		t.Errorf("error %v", err)
	}
	m := machine("piped\n")
	entries, _, err := m.Read(t.Context(), Request{Files: []secrets.FileSource{{Key: "k", Path: "/dev/stdin", Named: true}}})
	if err != nil || entries[0].Origin.Kind != secrets.Stdin || string(entries[0].Value) != "piped\n" {
		t.Errorf("/dev/stdin: %v, %v", entries, err)
	}
	for says, r := range map[string]Request{
		"stdin is empty: nothing was changed; write k= for an empty value": {Stdin: "k"},
		"stdin is empty: nothing was changed":                              {Files: []secrets.FileSource{{Key: "k", Path: "/dev/stdin", Named: true}}},
	} {
		if _, _, err := machine("").Read(t.Context(), r); err == nil || err.Error() != says {
			t.Errorf("empty stdin: error %v, want %s", err, says)
		}
	}
	m.Terminal = &screen{terminal: true}
	if _, err := m.Stdin(t.Context(), "k"); err == nil || !strings.Contains(err.Error(), "stdin is a terminal, which shows what is typed") {
		t.Errorf("error %v", err)
	}
	for says, r := range map[string]Request{
		"k=-, --from-file=/dev/stdin":                          {Stdin: "k", Files: []secrets.FileSource{{Path: "/dev/stdin"}}},
		"--from-file=a=/dev/stdin, --from-file=b=/dev/stdin":   {Files: []secrets.FileSource{{Key: "a", Path: "/dev/stdin", Named: true}, {Key: "b", Path: "/dev/stdin", Named: true}}},
		"--from-env-file=/dev/stdin, --from-dotenv=/dev/stdin": {EnvFiles: []string{"/dev/stdin"}, DotenvFiles: []string{"x", "/dev/stdin"}},
		"k=-, --prompt": {Stdin: "k", Prompt: []string{"p", "q"}},
	} {
		var twice *StdinError
		if err := r.Validate(); !errors.As(err, &twice) || err.Error() != "stdin can be read only once, but several sources read it: "+says {
			t.Errorf("error %v, want %s", err, says)
		}
	}
	if err := (Request{Prompt: []string{"a", "b"}}).Validate(); err != nil {
		t.Errorf("two prompts: %v", err)
	}
}

func TestPrompt(t *testing.T) {
	for name, test := range map[string]struct {
		screen screen
		says   string
	}{
		"the same twice": {screen{terminal: true, answers: []string{"hunter2", "hunter2"}}, ""},
		"a slip":         {screen{terminal: true, answers: []string{"hunter2", "hunter3"}}, "password: the two answers are not the same"},
		"no answer":      {screen{terminal: true}, "password: no answer"},
		"no terminal":    {screen{}, "password: there is no terminal to ask on"},
	} {
		t.Run(name, func(t *testing.T) {
			m := machine("")
			m.Terminal = &test.screen
			e, err := m.Ask(t.Context(), "password")
			switch {
			case test.says == "" && (err != nil || string(e.Value) != "hunter2"):
				t.Errorf("%v, %v", e, err)
			case test.says != "" && (err == nil || !strings.Contains(err.Error(), test.says) || strings.Contains(err.Error(), "hunter")):
				t.Errorf("error %v, want %q", err, test.says)
			}
		})
	}
}

// Nobody is asked for a password that would be thrown away.
func TestNothingIsAskedOnceSomethingIsWrong(t *testing.T) {
	m, s := machine(""), &screen{terminal: true, answers: []string{"a", "a"}}
	m.Terminal = s
	_, _, err := m.Read(t.Context(), Request{Variables: []secrets.VariableSource{{Name: "DB_ULR", Key: "k"}, {Name: "NO", Key: "n"}}, Prompt: []string{"p"}})
	for _, says := range []string{"the variable DB_ULR is not set; DB_URL is", "the variable NO is not set"} {
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("error %v", err)
		}
	}
	if len(s.questions) > 0 {
		t.Errorf("asked %q", s.questions)
	}
}
