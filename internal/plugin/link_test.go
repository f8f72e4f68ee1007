package plugin

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// program makes an executable file.
func program(t *testing.T, path string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"), 0o755); err != nil {
		t.Fatal(err)
	}
}

// krew keeps each version in a folder of its own, and a link to it on PATH: an upgrade puts another link there.
func TestCompletionLinkOutlivesAnUpgrade(t *testing.T) {
	dir := t.TempDir()
	bin, store := filepath.Join(dir, "bin"), filepath.Join(dir, "store")
	program(t, store+"/v1/kubectl-app")
	program(t, store+"/v2/kubectl-app")
	program(t, bin+"/other")
	onDisk := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	onDisk(os.Symlink(store+"/v1/kubectl-app", bin+"/kubectl-app"))
	t.Setenv("PATH", bin)
	for i, wantMade := range []bool{true, false} {
		link, made, err := InstallCompletion()
		if err != nil || made != wantMade || link != (Link{bin + "/kubectl_complete-app", "kubectl-app"}) {
			t.Fatalf("time %d: %v, made %v, %v", i+1, link, made, err)
		}
	}
	onDisk(os.Remove(bin + "/kubectl-app"))
	onDisk(os.Symlink(store+"/v2/kubectl-app", bin+"/kubectl-app"))
	onDisk(os.RemoveAll(store + "/v1"))
	if leads, err := filepath.EvalSymlinks(bin + "/kubectl_complete-app"); err != nil || leads != store+"/v2/kubectl-app" {
		t.Errorf("leads to %s, %v", leads, err)
	}
	if removed, err := UninstallCompletion(); err != nil || len(removed) != 1 {
		t.Errorf("removed %q, %v", removed, err)
	}
	if removed, err := UninstallCompletion(); err != nil || len(removed) != 0 {
		t.Errorf("removed %q, %v", removed, err)
	}
}

func TestCompletionLinkElsewhere(t *testing.T) {
	for name, test := range map[string]struct {
		prepare func(dir string) error
		link    string // its path and target, in the directory of the test
		err     string
	}{
		"a link that leads nowhere is replaced": {
			prepare: func(dir string) error { return os.Symlink("/gone/kubectl-app", dir+"/a/kubectl_complete-app") },
			link:    "/a/kubectl_complete-app kubectl-app",
		},
		"a program of that name is left alone": {
			prepare: func(dir string) error { return os.WriteFile(dir+"/b/kubectl_complete-app", nil, 0o755) },
			err:     "/b/kubectl_complete-app is not a link to kubectl-app",
		},
		"another file there: the next directory": {
			prepare: func(dir string) error { return os.WriteFile(dir+"/a/kubectl_complete-app", nil, 0o644) },
			link:    "/b/kubectl_complete-app /a/kubectl-app",
		},
		"no plugin": {
			prepare: func(dir string) error { return os.Remove(dir + "/a/kubectl-app") },
			err:     "kubectl-app is not on PATH",
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			program(t, dir+"/a/kubectl-app")
			program(t, dir+"/b/other")
			t.Setenv("PATH", dir+"/a:"+dir+"/b:relative:"+dir+"/none")
			if err := test.prepare(dir); err != nil {
				t.Fatal(err)
			}
			link, _, err := InstallCompletion()
			if got := strings.ReplaceAll(link.Path+" "+link.Target, dir, ""); test.err == "" && (got != test.link || err != nil) {
				t.Errorf("%s, %v", got, err)
			}
			if test.err != "" && (err == nil || !strings.Contains(err.Error(), test.err)) {
				t.Errorf("%v, want %s", err, test.err)
			}
		})
	}
}

// Nothing of others is removed.
func TestUninstallLeavesOthers(t *testing.T) {
	dir := t.TempDir()
	program(t, dir+"/kubectl_complete-app")
	t.Setenv("PATH", dir)
	var foreign *ForeignError
	if removed, err := UninstallCompletion(); len(removed) != 0 || !errors.As(err, &foreign) || foreign.Path != dir+"/kubectl_complete-app" {
		t.Errorf("removed %q, %v", removed, err)
	}
	if _, err := os.Stat(dir + "/kubectl_complete-app"); err != nil {
		t.Error(err)
	}
}

// The script of Windows calls the plugin beside it, or by its path; it is known again.
func TestScript(t *testing.T) {
	for target, want := range map[string]string{
		"kubectl-app.exe":    "@\"%~dp0kubectl-app.exe\" __complete %*\r\n",
		"/bin/kubectl-app.x": "@\"/bin/kubectl-app.x\" __complete %*\r\n",
	} {
		text := script(target)
		path := filepath.Join(t.TempDir(), "kubectl_complete-app.cmd")
		if err := os.WriteFile(path, text, 0o755); err != nil {
			t.Fatal(err)
		}
		if ours, names := isLink(path); string(text) != want || !ours || names != target {
			t.Errorf("%q: %v, names %s", text, ours, names)
		}
	}
}

func TestShellLoads(t *testing.T) {
	home := t.TempDir()
	vars := map[string]string{"HOME": home, "ZDOTDIR": home + "/zsh"}
	loaded := func(name string) bool {
		for _, s := range Shells(func(name string) string { return vars[name] }) {
			if s.Name == name {
				// Only the home: what this machine has under /usr is not meant.
				s.files = slicesOf(s.files, home)
				return s.Loads()
			}
		}
		t.Fatalf("no shell %s", name)
		return false
	}
	for _, test := range []struct {
		shell, file, text string
		want              bool
	}{
		{"bash", ".bashrc", "alias k=kubectl\n# source <(kubectl completion bash)\n", false},
		{"bash", ".bashrc", "source <(kubectl completion bash)\n", true},
		{"zsh", ".zshrc", "source <(kubectl completion zsh)", false}, // ZDOTDIR is elsewhere
		{"zsh", "zsh/.zshrc", "plugins=(git kubectl)", true},
		{"fish", ".config/fish/completions/kubectl.fish", "", true},
		{"powershell", "x", "kubectl completion powershell", false},
	} {
		path := filepath.Join(home, test.file)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(test.text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := loaded(test.shell); got != test.want {
			t.Errorf("%s with %q in %s: %v", test.shell, test.text, test.file, got)
		}
	}
}

func slicesOf(paths []string, home string) (kept []string) {
	for _, p := range paths {
		if strings.HasPrefix(p, home) {
			kept = append(kept, p)
		}
	}
	return kept
}
