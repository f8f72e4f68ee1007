package cluster

import (
	"maps"
	"testing"
	"testing/synctest"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

	"github.com/kubectl-app/kubectl-app/pkg/redact"
)

func entry(manager string, second int) metav1.ManagedFieldsEntry {
	at := metav1.NewTime(time.Date(2026, 1, 1, 12, 0, second, 0, time.UTC))
	return metav1.ManagedFieldsEntry{Manager: manager, Operation: metav1.ManagedFieldsOperationUpdate, Time: &at}
}

// A rollback touches nothing that is someone else's by now. What it does not restore may change: the
// number of replicas, labels, and what the controller writes.
func TestForeignChange(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*appsv1.Deployment)
		want   string
	}{
		"nothing":       {func(*appsv1.Deployment) {}, ""},
		"scaled":        {func(d *appsv1.Deployment) { d.Spec.Replicas = new(int32(9)) }, ""},
		"labelled":      {func(d *appsv1.Deployment) { d.Labels = map[string]string{"team": "red"} }, ""},
		"progressed":    {func(d *appsv1.Deployment) { d.Status.ReadyReplicas = 3; d.ResourceVersion = "43" }, ""},
		"made anew":     {func(d *appsv1.Deployment) { d.UID = "other" }, "it was deleted and created again"},
		"being deleted": {func(d *appsv1.Deployment) { d.DeletionTimestamp = new(metav1.Now()) }, "it is being deleted"},
		"another image": {func(d *appsv1.Deployment) {
			d.Spec.Template.Spec.Containers[0].Image = "web:7"
			d.ManagedFields = append(d.ManagedFields, entry("helm", 5))
		}, "its template was changed by helm"},
		"paused":         {func(d *appsv1.Deployment) { d.Spec.Paused = true }, "it was paused"},
		"another window": {func(d *appsv1.Deployment) { d.Spec.MinReadySeconds = 30 }, "its spec was changed"},
	} {
		t.Run(name, func(t *testing.T) {
			ours := deploymentOf(captured(t, webDeployment).Object)
			ours.ManagedFields = []metav1.ManagedFieldsEntry{entry("kubectl-app", 1)}
			now := ours.DeepCopy()
			test.change(now)
			if got := foreignChange(objectOf(ours), objectOf(now)); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestByWhom(t *testing.T) {
	status := entry("kube-controller-manager", 9)
	status.Subresource = "status"
	type entries = []metav1.ManagedFieldsEntry
	for name, test := range map[string]struct {
		now  entries
		want string
	}{
		"nobody":                   {entries{entry("kubectl-app", 1), entry("kubectl", 2)}, ""},
		"the controller's status":  {entries{entry("kubectl-app", 1), entry("kubectl", 2), status}, ""},
		"one who is new":           {entries{entry("kubectl-app", 1), entry("kubectl", 2), entry("helm", 3)}, " by helm"},
		"one who wrote again":      {entries{entry("kubectl-app", 1), entry("kubectl", 4)}, " by kubectl"},
		"the newest of those":      {entries{entry("kubectl-app", 3), entry("kubectl", 4)}, " by kubectl"},
		"a new one before the old": {entries{entry("kubectl-app", 5), entry("helm", 3)}, " by helm"},
	} {
		ours := &appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{ManagedFields: entries{entry("kubectl-app", 1), entry("kubectl", 2)}}}
		now := &appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{ManagedFields: test.now}}
		if got := byWhom(objectOf(ours), objectOf(now)); got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}

func TestEditedKeepsTheCapture(t *testing.T) {
	c := captured(t, webDeployment)
	template := *c.Template().DeepCopy()
	template.Spec.Containers = []corev1.Container{{Name: "web", Image: "web:2"}}
	change := Change{Captured: c, Edit: Edit{Template: template, ChangeCause: "a reason"}}
	edited := deploymentOf(change.Edited())
	if got := edited.Spec.Template.Spec.Containers[0].Image; got != "web:2" {
		t.Errorf("image %s", got)
	}
	if got := edited.Annotations; got["kubernetes.io/change-cause"] != "a reason" || got["team"] != "red" {
		t.Errorf("annotations %v", got)
	}
	if c.Template().Spec.Containers[0].Image != "web:1" || c.GetAnnotations()["kubernetes.io/change-cause"] != "old" {
		t.Error("the captured object was changed")
	}
	if change.Unchanged() {
		t.Error("another image is no change")
	}
}

// An undo replaces all annotations by those of the revision. Its way back brings them again, and leaves what someone else
// has written since.
func TestRestoreBringsBackAnnotations(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		before := captured(t, webDeployment)
		now := deploymentOf(before.Object).DeepCopy()
		now.TypeMeta = metav1.TypeMeta{APIVersion: "apps/v1", Kind: "Deployment"}
		s := &lateServer{now: now, patches: 1}
		client, err := kubernetes.NewForConfig(&rest.Config{Host: "http://api.example", Transport: s})
		if err != nil {
			t.Fatal(err)
		}
		c := &Cluster{redactor: &redact.Redactor{}, typed: func() (kubernetes.Interface, error) { return client, nil }}
		written, err := c.Apply(t.Context(), []Change{planned(before, func(c Captured) (Edit, error) {
			template := *c.Template().DeepCopy()
			template.Spec.Containers[0].Image = "web:0"
			return Edit{Template: template, Annotations: map[string]string{"team": "blue", "from": "then"}}, nil
		})}, WriteOptions{})
		if err != nil {
			t.Fatal(err)
		}
		metav1.SetMetaDataAnnotation(&s.now.ObjectMeta, "pager", "on")
		if _, err := c.Restore(t.Context(), written[0], WriteOptions{}); err != nil {
			t.Fatal(err)
		}
		if want := map[string]string{"team": "red", "kubernetes.io/change-cause": "old", "pager": "on"}; !maps.Equal(s.now.Annotations, want) {
			t.Errorf("%v", s.now.Annotations)
		}
		if image := s.now.Spec.Template.Spec.Containers[0].Image; image != "web:1" {
			t.Errorf("image %s", image)
		}
	})
}
