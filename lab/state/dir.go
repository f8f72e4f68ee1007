package state

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Dir is the folder of one lab. Everything that the lab writes is in it,
// except for its entries in the user's kubeconfig.
type Dir struct {
	Name string
	Path string
}

// Context is the name of the lab's context, cluster and user in a kubeconfig.
func (d Dir) Context() string {
	if d.Name == DefaultName {
		return "app-lab"
	}
	return "app-lab-" + d.Name
}

// PKI is the folder of the certificates and keys.
func (d Dir) PKI() string { return filepath.Join(d.Path, "pki") }

// Data is the folder where etcd keeps the cluster.
func (d Dir) Data() string { return filepath.Join(d.Path, "etcd") }

// Log is the log file of a component.
func (d Dir) Log(component string) string {
	return filepath.Join(d.Path, "logs", component+".log")
}

// Kubeconfig is the file with which a component reaches the API server.
func (d Dir) Kubeconfig(component string) string {
	return filepath.Join(d.Path, "kubeconfig", component+".yaml")
}

// EgressSocket is where the API server asks for connections to pods. A component runs in the folder of the logs; a path
// from there is short enough for a Unix socket, wherever the lab is.
func (d Dir) EgressSocket() string { return filepath.Join("..", "egress.sock") }

// EgressConfig is the file that tells the API server so.
func (d Dir) EgressConfig() string { return filepath.Join(d.Path, "egress.yaml") }

func (d Dir) record() string { return filepath.Join(d.Path, "lab.json") }
func (d Dir) lock() string   { return filepath.Join(d.Path, "lock") }

// Make creates the folders, closed to other users.
func (d Dir) Make() error {
	for _, dir := range []string{d.PKI(), filepath.Dir(d.Log("x")), filepath.Dir(d.Kubeconfig("x"))} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return fmt.Errorf("lab %s: %w", d.Name, err)
		}
	}
	return nil
}

// Empty removes what a lab wrote, except for the lock that the caller holds.
func (d Dir) Empty() error {
	entries, err := os.ReadDir(d.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("lab %s: %w", d.Name, err)
	}
	var failed error
	for _, entry := range entries {
		if path := filepath.Join(d.Path, entry.Name()); path != d.lock() {
			failed = errors.Join(failed, os.RemoveAll(path))
		}
	}
	if failed != nil {
		return fmt.Errorf("removing lab %s: %w", d.Name, failed)
	}
	return nil
}

// Exists tells whether the folder is there: the lab runs, or has crashed.
func (d Dir) Exists() (bool, error) {
	_, err := os.Stat(d.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("lab %s: %w", d.Name, err)
	}
	return true, nil
}
