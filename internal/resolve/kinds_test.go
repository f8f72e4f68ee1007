package resolve

import (
	"slices"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
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

// A kind that the verb does not work on is named with those that it does work on.
func TestUnsupported(t *testing.T) {
	const rolled, templated = "deployments, statefulsets and daemonsets", "daemonsets, replicasets, replicationcontrollers, jobs, cronjobs and pods"
	for name, test := range map[string]struct {
		group, kind, object string
		s                   Selection
		says                []string
		next                []string
	}{
		"the status of a Pod": {
			"", "Pod", "web-1",
			Selection{Verb: "rollout status"},
			[]string{"pod/web-1 has no rollouts", "kubectl app rollout status", rolled},
			[]string{"kubectl get pod/web-1 -n prod", "kubectl get deployments -n prod"},
		},
		"the undo of Jobs by label": {
			"batch", "Job", "",
			Selection{Verb: "rollout undo", LabelSelector: "a=b"},
			[]string{"job has no rollouts", rolled},
			[]string{"kubectl get deployments -n prod"},
		},
		"an image of a Service": {
			"", "Service", "web",
			Selection{Verb: "set image", Templates: true},
			[]string{"kubectl app set image does not work on service/web", templated},
			[]string{"kubectl get deployments -n prod"},
		},
		"in a file":        {"", "Service", "web", Selection{Verb: "set image", Templates: true, Filenames: []string{"web.yaml"}, Local: true}, []string{"service/web"}, nil},
		"another's kind":   {"argoproj.io", "Rollout", "web", Selection{Verb: "set image", Templates: true}, []string{"rollout/web"}, []string{"kubectl get deployments -n prod"}},
		"of another group": {"example.com", "Job", "web", Selection{Verb: "rollout undo"}, []string{"does not work on job/web"}, []string{"kubectl get deployments -n prod"}},
	} {
		e := unsupported(schema.GroupVersionKind{Group: test.group, Version: "v1", Kind: test.kind}, test.object, "prod", test.s)
		for _, text := range test.says {
			if !strings.Contains(e.Message, text) {
				t.Errorf("%s: %q lacks %q", name, e.Message, text)
			}
		}
		if e.Reason != cluster.Unsupported || !slices.Equal(e.Next, test.next) {
			t.Errorf("%s: %s, %q", name, e.Reason, e.Next)
		}
	}
}
