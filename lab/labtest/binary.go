// Package labtest runs a lab for tests: one for a test process, in a folder of
// its own, that ends with the process however it ends.
package labtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"go.etcd.io/etcd/client/pkg/v3/fileutil"
)

// BinaryVariable names a built kubectl-app-lab to test, which `make` sets.
const BinaryVariable = "KUBECTL_APP_LAB"

// Binary returns a kubectl-app-lab: the one that the environment names, else
// the repository's bin/kubectl-app-lab, brought up to date.
func Binary(ctx context.Context) (string, error) {
	if path := os.Getenv(BinaryVariable); path != "" {
		abs, err := filepath.Abs(path)
		if err != nil {
			return "", fmt.Errorf("%s=%s: %w", BinaryVariable, path, err)
		}
		if _, err := os.Stat(abs); err != nil {
			return "", fmt.Errorf("%s: %w; build it: make build", BinaryVariable, err)
		}
		return abs, nil
	}
	out, err := exec.CommandContext(ctx, "go", "env", "GOMOD").Output()
	if err != nil {
		return "", fmt.Errorf("go env GOMOD: %w", err)
	}
	module := strings.TrimSpace(string(out))
	return build(ctx, module)
}

// build lets one test process at a time bring the binary up to date.
func build(ctx context.Context, module string) (path string, err error) {
	lock, err := fileutil.LockFile(module, os.O_RDWR, 0o644)
	if err != nil {
		return "", fmt.Errorf("locking %s: %w", module, err)
	}
	defer func() { err = errors.Join(err, lock.Close()) }()
	lab := filepath.Dir(module)
	flags, err := os.ReadFile(filepath.Join(lab, "ldflags"))
	if err != nil {
		return "", fmt.Errorf("building kubectl-app-lab: %w", err)
	}
	path = filepath.Join(lab, "..", "bin", "kubectl-app-lab")
	cmd := exec.CommandContext(ctx, "go", "build", "-ldflags", strings.TrimSpace(string(flags)), "-o", path, "./cmd/kubectl-app-lab")
	cmd.Dir = lab
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building kubectl-app-lab: %w\n%s", err, out)
	}
	return path, nil
}
