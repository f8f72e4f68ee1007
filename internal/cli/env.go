package cli

import (
	"context"
	"io"
	"os"
	"time"

	"k8s.io/cli-runtime/pkg/genericclioptions"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/internal/release"
	"github.com/kubectl-app/kubectl-app/internal/term"
	"github.com/kubectl-app/kubectl-app/pkg/redact"
)

// Env is what every verb works with: the streams, the moment, the environment and the cluster.
type Env struct {
	Term *term.Terminal
	Now  func() time.Time
	// Getenv reads the process environment.
	Getenv func(string) string
	// Environ is all of it, NAME=VALUE.
	Environ func() []string
	// Flags are kubectl's: --kubeconfig, --context, --namespace, --as and the rest.
	Flags *genericclioptions.ConfigFlags
	// Redactor learns the values of this command, and masks them in what others say.
	Redactor *redact.Redactor
	// ended is the context of the command: it bounds what the redactor reads.
	ended context.Context
	// resulted: the one result of -o result is written.
	resulted bool
}

func (e *Env) cluster() *cluster.Cluster {
	c := cluster.New(e.Flags, version, e.Redactor)
	c.RecognizeValues(e.ended)
	return c
}

// program is what a release gets of it.
func (e *Env) program() release.Program {
	return release.Program{Term: e.Term, Now: e.Now, Redactor: e.Redactor, Version: version}
}

func newEnv(in io.Reader, out, errOut io.Writer, getenv func(string) string, now func() time.Time) *Env {
	return &Env{
		Term:   term.New(in, out, errOut, getenv),
		Now:    now,
		Getenv: getenv, Environ: os.Environ,
		// usePersistentConfig: the kubeconfig is read once.
		Flags:    genericclioptions.NewConfigFlags(true),
		Redactor: &redact.Redactor{}, ended: context.Background(),
	}
}
