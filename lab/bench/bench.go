package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/kubectl-app/kubectl-app/lab/labtest"
)

// bench is one run of this program.
type bench struct {
	amounts
	bin      string
	load     string // of the machine, before anything was measured
	progress io.Writer
	folder   string // for what is written on the way
	stage    *stage // nil until a section needs it
}

// amounts say how much is measured.
type amounts struct {
	commands    int // runs of a command that changes nothing
	rollouts    int // rollouts of each kind
	releases    int // of many Deployments, by each of the two
	pods        int // of the large rollout
	deployments int // of the large release
	workloads   int // that are searched for consumers
}

var (
	full  = amounts{commands: 20, rollouts: 7, releases: 3, pods: 5000, deployments: 200, workloads: 2000}
	brief = amounts{commands: 5, rollouts: 2, releases: 1, pods: 500, deployments: 20, workloads: 200}
)

func newBench(bin string, quick bool, progress io.Writer) (*bench, error) {
	bin, err := filepath.Abs(bin)
	if err != nil {
		return nil, fmt.Errorf("-bin: %w", err)
	}
	for _, name := range []string{"kubectl", "kubectl-app", "kubectl-app-lab"} {
		if _, err := os.Stat(filepath.Join(bin, name)); err != nil {
			return nil, fmt.Errorf("%s is not built: run `make build` first", name)
		}
	}
	// The lab is the one beside the others, and not built anew in between.
	if err := os.Setenv(labtest.BinaryVariable, filepath.Join(bin, "kubectl-app-lab")); err != nil {
		return nil, err
	}
	folder, err := os.MkdirTemp("", "kubectl-app-bench-")
	if err != nil {
		return nil, fmt.Errorf("bench: %w", err)
	}
	b := &bench{amounts: full, bin: bin, load: load(), progress: progress, folder: folder}
	if quick {
		b.amounts = brief
	}
	return b, nil
}

// onStage is the lab that all sections share; it starts with the first that needs it.
func (b *bench) onStage(ctx context.Context) (*stage, error) {
	if b.stage != nil {
		return b.stage, nil
	}
	b.say("starting the lab")
	s, err := newStage(ctx)
	b.stage = s
	return s, err
}

// close leaves nothing running and nothing on the disk.
func (b *bench) close() error {
	var err error
	if b.stage != nil {
		err = b.stage.close()
	}
	return errors.Join(err, os.RemoveAll(b.folder))
}

func (b *bench) say(format string, args ...any) {
	fmt.Fprintf(b.progress, format+"\n", args...)
}

// home makes an empty home folder, in which kubectl's discovery cache is cold.
func (b *bench) home() (string, error) {
	home, err := os.MkdirTemp(b.folder, "home-")
	if err != nil {
		return "", fmt.Errorf("bench: %w", err)
	}
	return home, nil
}

// pair is kubectl and the plugin as one user would run them, from a home folder of their own.
func (b *bench) pair(kubeconfig string) (kubectl, app program, err error) {
	home, err := b.home()
	if err != nil {
		return program{}, program{}, err
	}
	env := environment(b.bin, home, kubeconfig)
	return program{filepath.Join(b.bin, "kubectl"), env}, program{filepath.Join(b.bin, "kubectl-app"), env}, nil
}
