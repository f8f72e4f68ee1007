package labtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"

	"github.com/kubectl-app/kubectl-app/lab/state"
)

// Lab is a running lab of a test process.
type Lab struct {
	// Kubeconfig is a file with the lab's context alone.
	Kubeconfig string
	// Home is the folder for KUBECTL_APP_LAB_HOME, and Name the lab's in it.
	Home, Name string

	binary string
	lease  *os.File
}

// Options of a lab, all of which may be left out.
type Options struct {
	Name  string
	Nodes int
	// Without lists parts to leave out.
	Without string
}

// Start brings a lab up and returns when pods can run. The lab holds the other
// end of a pipe of this process: should the process be killed, the pipe closes
// and the lab removes itself.
func Start(ctx context.Context, o Options) (_ *Lab, err error) {
	binary, err := Binary(ctx)
	if err != nil {
		return nil, err
	}
	home, err := os.MkdirTemp("", "kubectl-app-labtest-")
	if err != nil {
		return nil, fmt.Errorf("labtest: %w", err)
	}
	lab := &Lab{Home: home, Name: o.Name, Kubeconfig: filepath.Join(home, "kubeconfig"), binary: binary}
	if lab.Name == "" {
		lab.Name = state.DefaultName
	}
	read, write, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("labtest: %w", err), os.RemoveAll(home))
	}
	defer read.Close()
	lab.lease = write
	cmd := lab.Command(ctx, "up", "--while-stdin", "--kubeconfig", lab.Kubeconfig, "--nodes", strconv.Itoa(max(1, o.Nodes)))
	if o.Without != "" {
		cmd.Args = append(cmd.Args, "--without", o.Without)
	}
	cmd.Stdin = read
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		return nil, errors.Join(fmt.Errorf("labtest: up: %w\n%s", err, out.Bytes()), lab.Stop()) //nolint:contextcheck // the lab has to end although ctx has
	}
	return lab, nil
}

// Command is a command of `kubectl app lab` on this lab.
func (l *Lab) Command(ctx context.Context, verb string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, l.binary, append([]string{verb, "--name", l.Name}, args...)...)
	cmd.Env = append(os.Environ(), state.HomeVariable+"="+l.Home)
	return cmd
}

// Run runs Command and returns its output as the error if it fails.
func (l *Lab) Run(ctx context.Context, verb string, args ...string) error {
	if out, err := l.Command(ctx, verb, args...).CombinedOutput(); err != nil {
		return fmt.Errorf("kubectl app lab %s: %w\n%s", verb, err, out)
	}
	return nil
}

// Stop removes the lab and its folder.
func (l *Lab) Stop() error {
	err := l.Run(context.Background(), "down")
	return errors.Join(err, l.lease.Close(), os.RemoveAll(l.Home))
}
