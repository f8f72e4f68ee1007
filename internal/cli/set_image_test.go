package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

const webFile = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    spec:
      containers: [{name: web, image: "web:1.0"}, {name: log, image: "log:7"}]
`

// With --local, a file is edited as kubectl edits it, without a server or a kubeconfig.
func TestSetImageLocally(t *testing.T) {
	file := filepath.Join(t.TempDir(), "web.yaml")
	if err := os.WriteFile(file, []byte(webFile), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		args    string
		code    int
		out, on string // what is on stdout, and on stderr
	}{
		"one container": {"web=web:2.0 -o yaml", exitOK, "image: web:2.0", ""},
		"and no other":  {"web=web:2.0 -o yaml", exitOK, "image: log:7", ""},
		"all of them":   {"*=shop:2.0 -o jsonpath={.spec.template.spec.containers[*].image}", exitOK, "shop:2.0 shop:2.0", ""},
		"in a word":     {"web=web:2.0", exitOK, "deployment.apps/web image updated\n", ""},
		"no such one":   {"wbe=web:2.0", exitRefused, "", `did you mean "web"?`},
		"no image":      {"web=Web:2.0", exitUsage, "", `"Web:2.0"`},
	} {
		t.Run(name, func(t *testing.T) {
			code, out, errOut := runOffline(t, append([]string{"set", "image", "-f", file, "--local"}, strings.Fields(test.args)...)...)
			if code != test.code || !strings.Contains(out, test.out) || !strings.Contains(errOut, test.on) {
				t.Errorf("exit code %d\n%s%s", code, out, errOut)
			}
			if test.on == "" && errOut != "" || test.out == "" && out != "" {
				t.Errorf("stdout %q, stderr %q", out, errOut)
			}
		})
	}
}

func capturedWeb() cluster.Captured {
	var c cluster.Captured
	c.Object, _ = workload.ObjectOf(&appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "web"}})
	c.Template().Spec.Containers = []corev1.Container{{Name: "web", Image: "web:1.0"}}
	return c
}

var (
	noon   = time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	webRef = workload.Ref{Kind: "Deployment", Namespace: "shop", Name: "web"}
	apiRef = workload.Ref{Kind: "Deployment", Namespace: "shop", Name: "api"}
)

// offlineRelease writes to out and errOut, and has no cluster.
func offlineRelease(t *testing.T, out, errOut *strings.Builder, flags *releaseFlags) *transaction {
	t.Helper()
	env := newEnv(strings.NewReader(""), out, errOut, func(string) string { return "" }, func() time.Time { return noon })
	return newTransaction(env, newOutput("image updated"), flags, rollout.Policy{})
}

// The image that is there already changes nothing, unless a restart is asked for.
func TestPlanImages(t *testing.T) {
	for name, test := range map[string]struct {
		image     string
		restart   bool
		unchanged bool
		restarted string
	}{
		"another image":                   {"web:2.0", false, false, ""},
		"another image is restart enough": {"web:2.0", true, false, ""},
		"the same":                        {"web:1.0", false, true, ""},
		"the same, restarted":             {"web:1.0", true, false, "2026-01-01T12:00:00Z"},
	} {
		t.Run(name, func(t *testing.T) {
			r := offlineRelease(t, &strings.Builder{}, &strings.Builder{}, &releaseFlags{restartUnchanged: test.restart, reason: "because"})
			c := capturedWeb()
			s, err := parseSetImage([]string{"deployment/web", "web=" + test.image})
			if err != nil {
				t.Fatal(err)
			}
			edit, err := r.planned(s.plan)(c)
			if err != nil {
				t.Fatal(err)
			}
			change := cluster.Change{Captured: c, Edit: edit}
			if change.Unchanged() != test.unchanged || edit.ChangeCause != "because" || edit.Template.Spec.Containers[0].Image != test.image {
				t.Errorf("unchanged %v: %+v", change.Unchanged(), edit)
			}
			if got := edit.Template.Annotations["kubectl.kubernetes.io/restartedAt"]; got != test.restarted {
				t.Errorf("restarted at %q, want %q", got, test.restarted)
			}
		})
	}
}
