package expose

import (
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

func TestSelector(t *testing.T) {
	for name, test := range map[string]struct {
		object     workload.API
		text, want string
		fault      string
	}{
		"of a deployment":         {&appsv1.Deployment{}, `{spec: {selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web, tier: front}}}}}`, "app=web", ""},
		"one value":               {&appsv1.StatefulSet{}, `{spec: {selector: {matchExpressions: [{key: app, operator: In, values: [db]}]}}}`, "app=db", ""},
		"several values":          {&appsv1.DaemonSet{}, `{metadata: {name: log}, spec: {selector: {matchExpressions: [{key: app, operator: In, values: [a, b]}]}}}`, "", "the selector of daemonset/log has an expression (app in), and a Service can only compare labels"},
		"of a controller":         {&corev1.ReplicationController{}, `{spec: {selector: {app: old}}}`, "app=old", ""},
		"of one revision":         {&appsv1.ReplicaSet{}, `{spec: {selector: {matchLabels: {app: web, pod-template-hash: "1"}}}}`, "app=web,pod-template-hash=1", ""},
		"of a pod":                {&corev1.Pod{}, `{metadata: {labels: {app: web, pod-template-hash: "1"}}}`, "app=web", ""},
		"of a pod without labels": {&corev1.Pod{}, `{metadata: {name: web}}`, "", "pod/web has no labels, so that no Service can select it"},
		"of a job":                {&batchv1.Job{}, `{metadata: {name: once}}`, "", "job/once can't be exposed: its pods end"},
	} {
		t.Run(name, func(t *testing.T) {
			if err := yaml.UnmarshalStrict([]byte(test.text), test.object); err != nil {
				t.Fatal(err)
			}
			o, _ := workload.ObjectOf(test.object)
			target, err := OfWorkload(o)
			if (err == nil) != (test.fault == "") || err != nil && !strings.Contains(err.Error(), test.fault) {
				t.Errorf("error %v, want %q", err, test.fault)
			}
			if got := SelectorText(target.Selector); err == nil && got != test.want {
				t.Errorf("selector %s, want %s", got, test.want)
			}
		})
	}
}

func TestOthers(t *testing.T) {
	pod := func(name, kind, owner, hash, phase string) string {
		return `{metadata: {name: ` + name + `, namespace: shop, uid: ` + name + `, labels: {pod-template-hash: "` + hash + `"}, ownerReferences: [{apiVersion: v1, kind: ` + kind + `, name: ` + owner + `, uid: ` + owner + `, controller: true}]}, status: {phase: ` + phase + `}}`
	}
	broker := pod("db-0", "StatefulSet", "db", "", "Running")
	for name, test := range map[string]struct {
		pods []string
		want string
		of   string // the pod that is exposed; "" is the Deployment
	}{
		"a pod is its own":       {pods: []string{broker}, of: broker},
		"and not that beside it": {pods: []string{broker, pod("db-1", "StatefulSet", "db", "", "Running")}, of: broker, want: "statefulset/db"},
		"its own":                {pods: []string{pod("a", "ReplicaSet", "web-1a", "1a", "Running"), pod("b", "ReplicaSet", "web-2b", "2b", "Pending")}, want: ""},
		"of another deployment":  {pods: []string{pod("a", "ReplicaSet", "web-1a", "1a", "Running"), pod("b", "ReplicaSet", "web-canary-2b", "2b", "Running")}, want: "deployment/web-canary"},
		"of a job that runs":     {pods: []string{pod("a", "Job", "migrate", "", "Running")}, want: "job/migrate"},
		"of a job that is over":  {pods: []string{pod("a", "Job", "migrate", "", "Succeeded")}, want: ""},
		"a pod alone":            {pods: []string{`{metadata: {name: debug, namespace: shop, uid: d}, status: {phase: Running}}`}, want: "pod/debug"},
	} {
		t.Run(name, func(t *testing.T) {
			var pods []corev1.Pod
			for _, text := range test.pods {
				var p corev1.Pod
				if err := yaml.UnmarshalStrict([]byte(text), &p); err != nil {
					t.Fatal(err)
				}
				pods = append(pods, p)
			}
			target := app(t, one)
			if test.of != "" {
				target = Target{Ref: workload.Ref{Kind: "Pod", Namespace: "shop", Name: pods[0].Name}, UID: pods[0].UID}
			}
			var got []string
			for _, o := range Others(&target, pods) {
				got = append(got, o.String())
			}
			if strings.Join(got, " ") != test.want {
				t.Errorf("others %v, want %s", got, test.want)
			}
		})
	}
}
