package workload

import (
	"testing"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
)

func oneContainer(image string) corev1.PodTemplateSpec {
	return corev1.PodTemplateSpec{Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "web", Image: image}}}}
}

// Every kind of the table gives its template, takes another one, and says where a patch finds it.
func TestTemplates(t *testing.T) {
	paths := map[string]string{"CronJob": "/spec/jobTemplate/spec/template", "Pod": "/spec"}
	for _, k := range Kinds() {
		o := Object{API: k.Make(), Kind: k}
		want := oneContainer("web:2.0")
		o.SetTemplate(&want)
		if !SameTemplate(o.Template(), &want) || !SameTemplate(&o.Workload().Template, &want) {
			t.Errorf("%s: %+v", k.Kind, o.Template())
		}
		want.Spec.Containers[0].Image = "web:3.0" // a copy was taken
		if o.Template().Spec.Containers[0].Image != "web:2.0" {
			t.Errorf("%s shares the template that was set", k.Kind)
		}
		path, value := o.TemplatePatch()
		if expected := paths[k.Kind]; value == nil || path != expected && (expected != "" || path != "/spec/template") {
			t.Errorf("%s: %s", k.Kind, path)
		}
		if named, ok := ObjectOf(o.API); !ok || named.Kind != k {
			t.Errorf("%s is not found by its object", k.Kind)
		}
		if k.Watched() != (o.Effect() == "") || k.Releasable() && !k.Watched() {
			t.Errorf("%s: watched %v, releasable %v, %q", k.Kind, k.Watched(), k.Releasable(), o.Effect())
		}
	}
}

// The scheduler may bind a pod between our read and our write: the node is no part of what is compared or restored.
func TestNodeOfAPodIsKept(t *testing.T) {
	pod := &corev1.Pod{Spec: oneContainer("web:1.0").Spec}
	o, _ := ObjectOf(pod)
	before := o.Copy()
	pod.Spec.NodeName = "lab-1"
	if !SameTemplate(before.Template(), o.Template()) {
		t.Error("binding the pod changed its template")
	}
	o.SetTemplate(before.Template())
	if _, value := o.TemplatePatch(); value.(*corev1.PodSpec).NodeName != "lab-1" {
		t.Error("the patch takes the pod from its node")
	}
}

func TestEffects(t *testing.T) {
	on := true
	for want, o := range map[string]API{
		"its next run uses this change":                           &batchv1.CronJob{},
		"it is suspended; its next run uses this change":          &batchv1.CronJob{Spec: batchv1.CronJobSpec{Suspend: &on}},
		"only its new pods get this change":                       &corev1.ReplicationController{},
		"its pods get this change when it is resumed":             &batchv1.Job{},
		"it has ended (Succeeded), and no container is restarted": &corev1.Pod{Status: corev1.PodStatus{Phase: corev1.PodSucceeded}},
	} {
		object, _ := ObjectOf(o)
		if w := object.Workload(); w.Unwatched != want || w.Desired != 0 {
			t.Errorf("%T: %q, %d desired", o, w.Unwatched, w.Desired)
		}
	}
}

func TestFixed(t *testing.T) {
	limited := oneContainer("web:1.0")
	limited.Spec.Containers[0].Resources.Limits = corev1.ResourceList{"cpu": resource.MustParse("1")}
	on := true
	job := func(suspend *bool) API {
		return &batchv1.Job{Spec: batchv1.JobSpec{Suspend: suspend, Template: oneContainer("web:1.0")}}
	}
	for name, test := range map[string]struct {
		object API
		after  corev1.PodTemplateSpec
		fixed  bool
	}{
		"the image of a job":               {job(nil), oneContainer("web:2.0"), true},
		"the image of a suspended job":     {job(&on), oneContainer("web:2.0"), true},
		"the resources of a job":           {job(nil), limited, true},
		"the resources of a suspended job": {job(&on), limited, false},
		"the image of a pod":               {&corev1.Pod{Spec: oneContainer("web:1.0").Spec}, oneContainer("web:2.0"), false},
		"the resources of a pod":           {&corev1.Pod{Spec: oneContainer("web:1.0").Spec}, limited, true},
		"the image of a cronjob":           {&batchv1.CronJob{}, oneContainer("web:2.0"), false},
	} {
		o, _ := ObjectOf(test.object)
		if why := o.Fixed(&test.after); (why != "") != test.fixed {
			t.Errorf("%s: %q", name, why)
		}
	}
}

func TestRestarted(t *testing.T) {
	always := corev1.ContainerRestartPolicyAlways
	template := func(image string) *corev1.PodTemplateSpec {
		return &corev1.PodTemplateSpec{Spec: corev1.PodSpec{
			InitContainers: []corev1.Container{{Name: "init", Image: image}, {Name: "sidecar", Image: image, RestartPolicy: &always}},
			Containers:     []corev1.Container{{Name: "web", Image: image}, {Name: "same", Image: "same:1"}},
		}}
	}
	if got := Restarted(template("a:1"), template("a:2")); len(got) != 2 || got[0] != "sidecar" || got[1] != "web" {
		t.Errorf("got %q", got)
	}
}
