package leftovers_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/kubectl-app/kubectl-app/lab/kubeconfig"
	"github.com/kubectl-app/kubectl-app/lab/leftovers"
	"github.com/kubectl-app/kubectl-app/lab/state"
)

// crash leaves what a lab leaves that was killed: all, and no lock.
func crash(t *testing.T, home state.Home, name, file string) {
	t.Helper()
	dir, err := home.Lab(name)
	if err != nil {
		t.Fatal(err)
	}
	lock, err := dir.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := dir.Make(); err != nil {
		t.Fatal(err)
	}
	written, err := kubeconfig.Add(t.Context(), file, kubeconfig.Entry{Context: dir.Context(), Server: "https://127.0.0.1:1"})
	if err != nil {
		t.Fatal(err)
	}
	if err := dir.Save(state.Record{Name: name, Context: dir.Context(), Kubeconfig: written}); err != nil {
		t.Fatal(err)
	}
	if err := lock.Release(); err != nil {
		t.Fatal(err)
	}
}

func TestSweep(t *testing.T) {
	folder := t.TempDir()
	home, file := state.Home(filepath.Join(folder, "home")), filepath.Join(folder, "kubeconfig")
	crash(t, home, "a", file)
	crash(t, home, "b", file)
	// One that died before it wrote anything.
	if err := os.MkdirAll(filepath.Join(string(home), "c"), 0o700); err != nil {
		t.Fatal(err)
	}
	running, err := home.Lab("d")
	if err != nil {
		t.Fatal(err)
	}
	lock, err := running.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	swept, err := leftovers.Sweep(t.Context(), home)
	if err != nil || !slices.Equal(swept, []string{"a", "b", "c"}) {
		t.Errorf("swept %v, %v", swept, err)
	}
	if labs, err := home.Labs(); err != nil || len(labs) != 1 || !labs[0].Alive() {
		t.Errorf("left: %v, %v", labs, err)
	}
	if err := lock.Remove(); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{string(home), file} {
		if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s is left: %v", path, err)
		}
	}
}
