package cluster

import (
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/runtime/schema"
)

func TestBuiltinKind(t *testing.T) {
	for name, want := range map[string]string{
		"deploy": "Deployment", "deployment": "Deployment", "deployments": "Deployment", "Deployment": "Deployment", "DEPLOY": "Deployment",
		"deployments.apps": "Deployment", "deployment.v1.apps": "Deployment", "deploy.apps": "Deployment",
		"sts": "StatefulSet", "ds": "DaemonSet", "rs": "ReplicaSet", "po": "Pod", "cj": "CronJob", "cm": "ConfigMap",
		"deployments.extensions": "", "deployments.v1beta1.apps": "", "rollout": "", "rollouts.argoproj.io": "", "": "",
	} {
		if k, ok := builtinKind(name); k.Kind != want || ok != (want != "") {
			t.Errorf("%q: %q", name, k.Kind)
		}
	}
}

// TestUnsupported: what we can't do yet, kubectl's own command does, if it can.
func TestUnsupported(t *testing.T) {
	image := Selection{Verb: "set image", Tail: []string{"db=db:2"}}
	status := Selection{Verb: "rollout status"}
	for name, test := range map[string]struct {
		kind, object string
		s            Selection
		next         string
	}{
		"set image of a StatefulSet":   {"sts", "db", image, "kubectl set image statefulset/db db=db:2"},
		"set image of a CronJob":       {"cj", "db", image, "kubectl set image cronjob/db db=db:2"},
		"of a Job, which can't change": {"job", "db", image, "kubectl get deployments"},
		"of a Service":                 {"svc", "db", image, "kubectl get deployments"},
		"status of a DaemonSet":        {"ds", "db", status, "kubectl rollout status daemonset/db"},
		"status of a CronJob":          {"cj", "db", status, "kubectl get deployments"},
		"by selector":                  {"sts", "", Selection{Verb: "set image", LabelSelector: "a=b", Tail: []string{"db=db:2"}}, "kubectl set image statefulset db=db:2 -l a=b"},
		"in a file": {
			"sts", "db",
			Selection{Verb: "set image", Filenames: []string{"db.yaml"}, Local: true, Tail: []string{"db=db:2"}},
			"kubectl set image --local -o yaml -f db.yaml db=db:2",
		},
		"all": {"sts", "", Selection{Verb: "set image", All: true, Tail: []string{"db=db:2"}}, "kubectl set image statefulset db=db:2 --all"},
	} {
		k, _ := builtinKind(test.kind)
		e := unsupported(k.GroupVersionKind, test.object, "", test.s)
		if e.Next[0] != test.next {
			t.Errorf("%s: %q", name, e.Next)
		}
		if e.Reason != Unsupported || !strings.Contains(e.Message, "kubectl app "+test.s.Verb+" works on deployments") {
			t.Errorf("%s: %v", name, e)
		}
	}
	if e := unsupported(schema.GroupVersionKind{Group: "argoproj.io", Kind: "Rollout"}, "web", "", image); e.Object != "rollout/web" {
		t.Errorf("%+v", e)
	}
}
