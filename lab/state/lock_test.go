package state_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/kubectl-app/kubectl-app/lab/state"
)

func newLab(t *testing.T) (state.Home, state.Dir) {
	t.Helper()
	home := state.Home(filepath.Join(t.TempDir(), "home"))
	dir, err := home.Lab("a")
	if err != nil {
		t.Fatal(err)
	}
	return home, dir
}

func TestLockIsExclusive(t *testing.T) {
	_, dir := newLab(t)
	if dir.Alive() {
		t.Error("alive before anything")
	}
	lock, err := dir.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if !dir.Alive() {
		t.Error("not alive while locked")
	}
	if _, err := dir.Acquire(t.Context()); !errors.Is(err, state.ErrHeld) {
		t.Errorf("second lock: %v", err)
	}
	if err := lock.Release(); err != nil {
		t.Fatal(err)
	}
	if dir.Alive() {
		t.Error("alive after the release")
	}
}

func TestRemoveLeavesNothing(t *testing.T) {
	home, dir := newLab(t)
	lock, err := dir.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := dir.Make(); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{dir.Log("etcd"), dir.Kubeconfig("admin"), filepath.Join(dir.PKI(), "ca.crt")} {
		if err := os.WriteFile(file, []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := lock.Remove(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(string(home)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the home is still there: %v", err)
	}
}

// TestRemoveSparesNeighbours keeps the home while another lab is in it.
func TestRemoveSparesNeighbours(t *testing.T) {
	home, dir := newLab(t)
	other, err := home.Lab("b")
	if err != nil {
		t.Fatal(err)
	}
	neighbour, err := other.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	lock, err := dir.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := lock.Remove(); err != nil {
		t.Fatal(err)
	}
	if !other.Alive() {
		t.Error("the neighbour has lost its lock")
	}
	if err := neighbour.Remove(); err != nil {
		t.Fatal(err)
	}
}

func TestFoldersAreClosed(t *testing.T) {
	_, dir := newLab(t)
	if err := dir.Make(); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{dir.Path, dir.PKI(), filepath.Dir(dir.Log("x")), filepath.Dir(dir.Kubeconfig("x"))} {
		info, err := os.Stat(path)
		if err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s: %v, %v", path, info.Mode(), err)
		}
	}
}

func TestRecord(t *testing.T) {
	_, dir := newLab(t)
	if _, err := dir.Load(); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no record: %v", err)
	}
	if err := dir.Make(); err != nil {
		t.Fatal(err)
	}
	want := state.Record{Name: "a", Nodes: 3, Created: time.Unix(1, 0).UTC(), Kubeconfig: state.Kubeconfig{File: "/k", Previous: "work"}}
	if err := dir.Save(want); err != nil {
		t.Fatal(err)
	}
	if got, err := dir.Load(); got != want || err != nil {
		t.Errorf("got %+v, %v; want %+v", got, err, want)
	}
	if err := os.WriteFile(filepath.Join(dir.Path, "lab.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := dir.Load(); err == nil {
		t.Error("half a record is read as a whole one")
	}
}
