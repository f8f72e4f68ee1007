package acceptance

import (
	"context"
	"encoding/json"

	"github.com/rogpeppe/go-internal/testscript"
	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// remember notes what a Deployment says.
func remember(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: remember NAME")
	}
	of(ts).versions[args[0]] = said(ts, args[0])
}

// unchanged fails if anything was written to a remembered Deployment.
func unchanged(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: unchanged NAME")
	}
	before, known := of(ts).versions[args[0]]
	if !known {
		ts.Fatalf("remember %s first", args[0])
	}
	if now := said(ts, args[0]); (now == before) == neg {
		ts.Fatalf("deployment/%s was\n%s\nand is\n%s", args[0], before, now)
	}
}

// said is a Deployment without its status, which its controller may write at any time. What anyone
// else writes is in the rest, if only as a new generation.
func said(ts *testscript.TestScript, name string) string {
	s := of(ts)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	d, err := s.client.AppsV1().Deployments(s.namespace).Get(ctx, name, metav1.GetOptions{})
	ts.Check(err)
	d.Status, d.ResourceVersion, d.ManagedFields = appsv1.DeploymentStatus{}, "", nil
	text, err := json.Marshal(d)
	ts.Check(err)
	return string(text)
}
