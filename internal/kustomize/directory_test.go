package kustomize

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func write(t *testing.T, path, content string) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func link(t *testing.T, target, path string) string {
	t.Helper()
	if err := os.Symlink(target, path); err != nil {
		t.Fatal(err)
	}
	return path
}

func open(t *testing.T, dir string) *Directory {
	t.Helper()
	d, err := Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func refuses(t *testing.T, err error, says string) {
	t.Helper()
	var fault *Error
	if !errors.As(err, &fault) || !strings.Contains(err.Error(), says) {
		t.Errorf("error %v, want %q", err, says)
	}
}

// Each name that kustomize knows is found; none is made where there is one.
func TestOpenFindsTheFile(t *testing.T) {
	for _, name := range []string{"kustomization.yaml", "kustomization.yml", "Kustomization"} {
		dir := t.TempDir()
		write(t, filepath.Join(dir, name), "resources: []\n")
		if d := open(t, dir); d.Path != filepath.Join(dir, name) || string(d.Text) != "resources: []\n" {
			t.Errorf("%s: %s, %q", name, d.Path, d.Text)
		}
	}
	dir := t.TempDir()
	if d := open(t, dir); d.Path != filepath.Join(dir, "kustomization.yaml") || d.Text != nil {
		t.Errorf("none: %s, %q", d.Path, d.Text)
	}
}

func TestDirectoriesThatAreRefused(t *testing.T) {
	dir := t.TempDir()
	_, err := Open(t.Context(), filepath.Join(dir, "none"))
	refuses(t, err, "there is no such directory")
	_, err = Open(t.Context(), write(t, filepath.Join(dir, "file"), ""))
	refuses(t, err, "it is not a directory")
	write(t, filepath.Join(dir, "two", "kustomization.yml"), "")
	write(t, filepath.Join(dir, "two", "Kustomization"), "")
	_, err = Open(t.Context(), filepath.Join(dir, "two"))
	refuses(t, err, "it has kustomization.yml and Kustomization, and kustomize accepts only one")
	if err := os.Mkdir(filepath.Join(dir, "odd"), 0o755); err != nil {
		t.Fatal(err)
	}
	link(t, "gone", filepath.Join(dir, "odd", "kustomization.yaml"))
	_, err = Open(t.Context(), filepath.Join(dir, "odd"))
	refuses(t, err, "kustomization.yaml: it can't be read: no such file")
}

// The path is what kustomize will look for: from the directory, and nowhere else.
func TestRelative(t *testing.T) {
	base := t.TempDir()
	dir := filepath.Join(base, "k8s")
	inside, outside := write(t, filepath.Join(dir, "conf", "a"), "a"), write(t, filepath.Join(base, "b"), "b")
	linked := link(t, dir, filepath.Join(base, "link"))
	t.Chdir(dir)
	for _, where := range []string{dir, linked, "."} {
		d := open(t, where)
		for path, want := range map[string]string{
			inside: "conf/a", filepath.Join(linked, "conf", "a"): "conf/a", "conf/a": "conf/a", "../k8s/conf/../conf/a": "conf/a",
			link(t, "a", filepath.Join(dir, "conf", "l"+filepath.Base(where))): "conf/l" + filepath.Base(where),
		} {
			if got, err := d.Relative(path); err != nil || got != want {
				t.Errorf("%s in %s: %q, %v", path, where, got, err)
			}
		}
		_, err := d.Relative(outside)
		refuses(t, err, "b: it is not in or below ")
		if e := (*Error)(nil); !errors.As(err, &e) || !strings.Contains(e.Next, ".gitignore") || strings.HasPrefix(e.Next, "cp ") {
			t.Errorf("it advises to put a secret into the repository: %v", err)
		}
		_, err = d.Relative("none")
		refuses(t, err, "none: it can't be read: no such file")
		out := link(t, outside, filepath.Join(dir, "out"))
		_, err = d.Relative(out)
		refuses(t, err, "out: it is not in or below ")
		if err := os.Remove(out); err != nil {
			t.Fatal(err)
		}
		if content, err := d.Load(t.Context())("conf/a"); err != nil || string(content) != "a" {
			t.Errorf("conf/a: %q, %v", content, err)
		}
		for _, name := range []string{"../b", "https://example.com/a", outside} {
			if content, err := d.Load(t.Context())(name); err == nil {
				t.Errorf("%s: %q", name, content)
			}
		}
	}
}

// The file is replaced as a whole, keeps its mode, and a link to it stays a link.
func TestWrite(t *testing.T) {
	dir := t.TempDir()
	target := write(t, filepath.Join(dir, "shared", "base.yaml"), "resources: []\n")
	if err := os.Chmod(target, 0o640); err != nil {
		t.Fatal(err)
	}
	path := link(t, filepath.Join("shared", "base.yaml"), filepath.Join(dir, "kustomization.yaml"))
	if err := open(t, dir).Write([]byte("namespace: x\n")); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(target)
	if content, readErr := os.ReadFile(path); err != nil || readErr != nil || string(content) != "namespace: x\n" || info.Mode().Perm() != 0o640 {
		t.Errorf("%q, %v, %v, %v", content, info.Mode(), err, readErr)
	}
	if info, err := os.Lstat(path); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link is gone: %v", err)
	}
	fresh := t.TempDir()
	if err := open(t, fresh).Write([]byte("namespace: x\n")); err != nil {
		t.Fatal(err)
	}
	if content, err := os.ReadFile(filepath.Join(fresh, "kustomization.yaml")); err != nil || string(content) != "namespace: x\n" {
		t.Errorf("%q, %v", content, err)
	}
	for _, d := range []string{filepath.Dir(target), fresh} {
		if list, err := os.ReadDir(d); err != nil || len(list) != 1 {
			t.Errorf("left in %s: %v, %v", d, list, err)
		}
	}
}

// What someone else writes in the meantime is theirs.
func TestWriteTouchesNoOthersWork(t *testing.T) {
	for name, change := range map[string]func(t *testing.T, path string){
		"changed": func(t *testing.T, path string) { write(t, path, "theirs: 1\n") },
		"deleted": func(t *testing.T, path string) {
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
		},
	} {
		path := write(t, filepath.Join(t.TempDir(), "kustomization.yaml"), "resources: []\n")
		d := open(t, filepath.Dir(path))
		change(t, path)
		before, _ := os.ReadFile(path)
		refuses(t, d.Write([]byte("namespace: x\n")), "someone else changed it at the same time")
		if after, _ := os.ReadFile(path); string(after) != string(before) {
			t.Errorf("%s: %q", name, after)
		}
	}
	fresh := open(t, t.TempDir())
	write(t, fresh.Path, "theirs: 1\n")
	refuses(t, fresh.Write([]byte("x")), "someone else changed it")
	gone := open(t, t.TempDir())
	if err := os.Remove(filepath.Dir(gone.Path)); err != nil {
		t.Fatal(err)
	}
	refuses(t, gone.Write([]byte("x")), "it can't be written: no such file")
}
