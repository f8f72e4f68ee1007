package acceptance

import (
	"context"

	"github.com/rogpeppe/go-internal/testscript"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// remember notes the version of a Deployment that is at rest.
func remember(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: remember NAME")
	}
	of(ts).versions[args[0]] = version(ts, args[0])
}

// unchanged fails if anything was written to a remembered Deployment, its status included.
func unchanged(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: unchanged NAME")
	}
	before, known := of(ts).versions[args[0]]
	if !known {
		ts.Fatalf("remember %s first", args[0])
	}
	if now := version(ts, args[0]); (now == before) == neg {
		ts.Fatalf("deployment/%s was at resource version %s and is at %s", args[0], before, now)
	}
}

func version(ts *testscript.TestScript, name string) string {
	s := of(ts)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	d, err := s.client.AppsV1().Deployments(s.namespace).Get(ctx, name, metav1.GetOptions{})
	ts.Check(err)
	return d.ResourceVersion
}
