package cli

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// A signal while a recording waits for its first picture: nothing is written, and that is said.
func TestASignalBeforeTheWrite(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		cancel(signalError{syscall.SIGTERM})
		<-r.Context().Done()
	}))
	defer server.Close()
	var out, errOut strings.Builder
	env := newEnv(strings.NewReader(""), &out, &errOut, func(string) string { return "" }, time.Now)
	env.Flags.APIServer = &server.URL
	t.Setenv("KUBECONFIG", filepath.Join(t.TempDir(), "none"))
	t.Setenv("HOME", t.TempDir())
	flags := &releaseFlags{wait: true, watchFlags: watchFlags{recording: filepath.Join(t.TempDir(), "r.jsonl"), progress: "none"}}
	output := newOutput("image updated")
	*output.print.OutputFormat = outputResult
	r := newRelease(env, output, flags, rollout.Policy{})
	d := &appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Name: "web", Namespace: "shop"}}
	d.Spec.Selector = &metav1.LabelSelector{MatchLabels: map[string]string{"app": "web"}}
	web, _ := workload.ObjectOf(d)
	change := cluster.Change{Captured: cluster.Captured{Object: web, Before: &rollout.Baseline{Workload: web.Workload()}}}
	err := r.carryOut(ctx, []cluster.Change{change}, nil, nil)
	var decided decidedError
	if !errors.As(err, &decided) || decided.code != exitTerminated || !strings.Contains(out.String(), "nothing was changed") {
		t.Errorf("%v\n%s%s", err, out.String(), errOut.String())
	}
}
