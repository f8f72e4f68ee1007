package kubeconfig_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/clientcmd/api"

	"github.com/kubectl-app/kubectl-app/lab/kubeconfig"
	"github.com/kubectl-app/kubectl-app/lab/pki"
)

func entry(name string) kubeconfig.Entry {
	return kubeconfig.Entry{Context: name, Server: "https://127.0.0.1:1", CA: []byte("ca"), Client: pki.Pair{Cert: []byte("cert"), Key: []byte("key")}}
}

// with writes a kubeconfig with a context for each name.
func with(t *testing.T, file, current string, names ...string) {
	t.Helper()
	config := api.NewConfig()
	for _, name := range names {
		config.Clusters[name] = &api.Cluster{Server: "https://" + name}
		config.AuthInfos[name] = &api.AuthInfo{Token: name}
		config.Contexts[name] = &api.Context{Cluster: name, AuthInfo: name}
	}
	config.CurrentContext = current
	if err := clientcmd.WriteToFile(*config, file); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, file string) *api.Config {
	t.Helper()
	config, err := clientcmd.LoadFromFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return config
}

func TestAddAndRemove(t *testing.T) {
	for _, test := range []struct {
		name string
		// before and between are contexts of the user; current before and between.
		before, gone          []string
		current, wantPrevious string
		switchTo, wantAfter   string
	}{
		{name: "restores the context before", before: []string{"work"}, current: "work", wantPrevious: "work", wantAfter: "work"},
		{name: "no context before", before: []string{"work"}},
		{name: "the context before is gone", before: []string{"work", "old"}, current: "old", wantPrevious: "old", gone: []string{"old"}},
		{name: "the user has switched", before: []string{"work", "prod"}, current: "work", wantPrevious: "work", switchTo: "prod", wantAfter: "prod"},
	} {
		t.Run(test.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "config")
			with(t, file, test.current, test.before...)
			was, err := kubeconfig.Add(t.Context(), file, entry("app-lab"))
			if err != nil {
				t.Fatal(err)
			}
			config := read(t, file)
			if was.Created || was.Previous != test.wantPrevious || config.CurrentContext != "app-lab" || len(config.Contexts) != len(test.before)+1 {
				t.Errorf("after Add: %+v, %+v", was, config)
			}
			for _, name := range test.gone {
				delete(config.Contexts, name)
			}
			if test.switchTo != "" {
				config.CurrentContext = test.switchTo
			}
			if err := clientcmd.WriteToFile(*config, file); err != nil {
				t.Fatal(err)
			}
			if err := kubeconfig.Remove(t.Context(), "app-lab", was); err != nil {
				t.Fatal(err)
			}
			config = read(t, file)
			if config.CurrentContext != test.wantAfter || config.Contexts["app-lab"] != nil || config.AuthInfos["app-lab"] != nil ||
				config.Clusters["app-lab"] != nil || config.AuthInfos["work"] == nil {
				t.Errorf("after Remove: %+v", config)
			}
		})
	}
}

func TestOwnFileGoesAgain(t *testing.T) {
	file := filepath.Join(t.TempDir(), "new", "config")
	was, err := kubeconfig.Add(t.Context(), file, entry("app-lab"))
	if err != nil || !was.Created {
		t.Fatalf("%+v, %v", was, err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	if err := kubeconfig.Remove(t.Context(), "app-lab", was); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(file); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the file is still there: %v", err)
	}
	if err := kubeconfig.Remove(t.Context(), "app-lab", was); err != nil {
		t.Errorf("removing twice: %v", err)
	}
}

// TestSideBySide adds many at once: none may be lost.
func TestSideBySide(t *testing.T) {
	file := filepath.Join(t.TempDir(), "config")
	with(t, file, "work", "work")
	names := []string{"a", "b", "c", "d", "e", "f"}
	var adding sync.WaitGroup
	for _, name := range names {
		adding.Go(func() {
			if _, err := kubeconfig.Add(t.Context(), file, entry(name)); err != nil {
				t.Error(err)
			}
		})
	}
	adding.Wait()
	if config := read(t, file); len(config.Contexts) != len(names)+1 {
		t.Errorf("%d contexts", len(config.Contexts))
	}
}

func TestKeepsLinkAndMode(t *testing.T) {
	dir := t.TempDir()
	target, link := filepath.Join(dir, "dotfiles"), filepath.Join(dir, "config")
	with(t, target, "work", "work")
	if err := os.Chmod(target, 0o640); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(target, link); err != nil {
		t.Fatal(err)
	}
	if _, err := kubeconfig.Add(t.Context(), link, entry("app-lab")); err != nil {
		t.Fatal(err)
	}
	info, err := os.Lstat(link)
	if err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link became %v, %v", info.Mode(), err)
	}
	if info, err = os.Stat(target); err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

func TestRefusals(t *testing.T) {
	dir := t.TempDir()
	broken := filepath.Join(dir, "broken")
	if err := os.WriteFile(broken, []byte("\tnot a kubeconfig"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := kubeconfig.Add(t.Context(), broken, entry("app-lab")); err == nil {
		t.Error("a broken file is overwritten")
	}
	if err := kubeconfig.Check(broken); err == nil {
		t.Error("a broken file passes the check")
	}
	if err := kubeconfig.Check(filepath.Join(dir, "none")); err != nil {
		t.Errorf("no file yet: %v", err)
	}
	locked := filepath.Join(dir, "locked")
	if err := os.WriteFile(locked+".lock", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := kubeconfig.Add(ctx, locked, entry("app-lab")); !errors.Is(err, context.Canceled) {
		t.Errorf("a locked file: %v", err)
	}
	if _, err := os.Stat(locked); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a locked file is written: %v", err)
	}
}
