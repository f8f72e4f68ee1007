package release

import (
	"context"
	"io"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/kubectl-app/kubectl-app/internal/term"
	"github.com/kubectl-app/kubectl-app/pkg/redact"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

const reason = "because"

// command is a command line.
type command struct{ printed []string }

func (*command) Line() string   { return "set image deployment/web web=web:2.0" }
func (*command) Reason() string { return reason }

func (c *command) Print(o runtime.Object) error {
	c.printed = append(c.printed, o.(metav1.Object).GetName())
	return nil
}

func (*command) Here(commands []string) []string           { return commands }
func (*command) Complete(context.Context, *rollout.Result) {}

// offline is a release without a cluster, which says what it has to say in errOut.
func offline(t *testing.T, errOut *strings.Builder, o Options) *Release {
	t.Helper()
	terminal := term.New(strings.NewReader(""), io.Discard, errOut, func(string) string { return "" })
	program := Program{Term: terminal, Now: func() time.Time { return noon }, Redactor: &redact.Redactor{}, Version: "v1"}
	return New(program, nil, &command{}, o)
}
