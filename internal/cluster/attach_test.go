package cluster

import (
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// podsOf has one container with an image and, if mode is not empty, a variable.
func podsOf(image, mode string) corev1.PodTemplateSpec {
	c := corev1.Container{Name: "web", Image: image}
	if mode != "" {
		c.Env = []corev1.EnvVar{{Name: "MODE", Value: mode}}
	}
	return corev1.PodTemplateSpec{Spec: corev1.PodSpec{Containers: []corev1.Container{c}}}
}

// underWay is a rollout from one template to another, and a change of the image to web:2.0.
func underWay(from, to corev1.PodTemplateSpec) Change {
	d := &appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Name: "web", Namespace: "shop", Annotations: map[string]string{workload.AnnotationChangeCause: "the new"}}}
	d.Spec.Template = to
	o := objectOf(d)
	revisions := []workload.Revision{
		{Name: "old", UID: "old", Key: workload.RevisionKey{Owner: "old"}, Number: 1, Template: from, Annotations: map[string]string{workload.AnnotationChangeCause: "the old"}},
		{Name: "new", UID: "new", Number: 2, Template: to},
	}
	pods := diagnosis.PodCounts{{Owner: "old"}: {Settled: 1}}
	plan := func(c Captured) (Edit, error) {
		template := *c.Template().DeepCopy()
		template.Spec.Containers[0].Image = "web:2.0"
		return Edit{Template: template}, nil
	}
	captured := Captured{Object: o, Revisions: revisions, Before: rollout.Capture(o.Workload(), revisions, pods), pods: pods}
	changes, _ := PlanAll([]Captured{captured}, plan)
	return changes[0]
}

func TestAttach(t *testing.T) {
	for name, test := range map[string]struct {
		from, to corev1.PodTemplateSpec
		repeats  bool
	}{
		"this very change":            {podsOf("web:1.0", "fast"), podsOf("web:2.0", "fast"), true},
		"a variable was changed, too": {podsOf("web:1.0", "fast"), podsOf("web:2.0", "slow"), false},
		"only a variable was changed": {podsOf("web:2.0", "fast"), podsOf("web:2.0", "slow"), false},
		"stored in another form":      {podsOf("web:1.0@sha256:1", ""), podsOf("web:2.0@sha256:2", ""), true},
		"stored so, and more changed": {podsOf("web:1.0@sha256:1", ""), podsOf("web:2.0@sha256:2", "slow"), false},
	} {
		change := underWay(test.from, test.to)
		if got := change.Repeats(); got != test.repeats {
			t.Errorf("%s: repeats %v", name, got)
		}
		w := change.Attach()
		if w.Doubt != "" || !w.Before.Serving || w.before.GetAnnotations()[workload.AnnotationChangeCause] != "the old" ||
			!workload.SameTemplate(w.before.Template(), &test.from) || !workload.SameTemplate(w.Template(), &test.to) {
			t.Errorf("%s: %+v", name, w)
		}
	}
	t.Run("no revision but this one", func(t *testing.T) {
		change := underWay(podsOf("web:1.0", ""), podsOf("web:2.0", ""))
		change.Revisions = change.Revisions[1:]
		if w := change.Attach(); change.Repeats() || !strings.Contains(w.Doubt, "has no earlier revision") {
			t.Errorf("%+v", w)
		}
	})
	t.Run("the revisions may not be read", func(t *testing.T) {
		change := underWay(podsOf("web:1.0", ""), podsOf("web:2.0", ""))
		change.Revisions, change.RevisionsErr = nil, &Error{Message: "no permission to list replicasets"}
		if w := change.Attach(); change.Repeats() || w.Doubt != "no permission to list replicasets" {
			t.Errorf("%+v", w)
		}
	})
}
