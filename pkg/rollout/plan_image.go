package rollout

import (
	"fmt"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/kubectl-app/kubectl-app/pkg/redact"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// AllContainers stands for every container of a template, init containers included.
const AllContainers = "*"

// ImageSetting is one CONTAINER=IMAGE of the command line.
type ImageSetting struct {
	Container string // a name, or AllContainers
	Image     string
}

// ImageChange is what one container gets.
type ImageChange struct {
	Container string
	Init      bool
	From, To  string
}

// ImagePlan is a template with the images set.
type ImagePlan struct {
	Template corev1.PodTemplateSpec
	// Changes are the containers whose image differs now; none means that the template is as it was.
	Changes []ImageChange
}

// UnknownContainerError: the template has no container of that name.
type UnknownContainerError struct {
	Workload   workload.Ref
	Container  string
	Candidates []string // init containers first, in the template's order
}

func (e *UnknownContainerError) Error() string {
	message := fmt.Sprintf("no container %s in %s", redact.ArgumentOr(e.Container, "of that name"), e.Workload)
	if near := workload.Nearest(e.Container, e.Candidates); near != "" {
		return fmt.Sprintf("%s; did you mean %q?", message, near)
	}
	message = fmt.Sprintf("%s; it has %s", message, strings.Join(e.Candidates, ", "))
	if !isContainerName(e.Container) {
		message += "; for a variable: kubectl app set env"
	}
	return message
}

// isContainerName tells a name that a container can have from that of a variable.
func isContainerName(name string) bool { return len(validation.IsDNS1123Label(name)) == 0 }

// PlanImages sets images in a template, as `kubectl set image` does: containers and init containers,
// not ephemeral ones; AllContainers is all of them. The error joins an *UnknownContainerError and a
// *workload.ImageError for each setting that can't be done.
func PlanImages(ref workload.Ref, template *corev1.PodTemplateSpec, settings []ImageSetting) (ImagePlan, error) {
	plan := ImagePlan{Template: *template.DeepCopy()}
	var faults faults
	for _, s := range settings {
		spec := &plan.Template.Spec
		inits := setImage(spec.InitContainers, s)
		if setImage(spec.Containers, s) || inits {
			faults.add(workload.CheckImage(s.Image))
			continue
		}
		// Its image is not quoted: PASSWORD=... may be meant for set env.
		faults.add(&UnknownContainerError{Workload: ref, Container: s.Container, Candidates: containerNames(template)})
	}
	plan.Changes = append(imageChanges(template.Spec.InitContainers, plan.Template.Spec.InitContainers, true),
		imageChanges(template.Spec.Containers, plan.Template.Spec.Containers, false)...)
	return plan, faults.join()
}

// PlanRestart marks a template as `kubectl rollout restart` does, so that its pods are replaced.
func PlanRestart(template *corev1.PodTemplateSpec, now time.Time) corev1.PodTemplateSpec {
	t := *template.DeepCopy()
	if t.Annotations == nil {
		t.Annotations = map[string]string{}
	}
	// It counts seconds, and a second restart within one is a restart, too. A time from before would bring
	// back the pods of then.
	if last, err := time.Parse(time.RFC3339, t.Annotations[workload.AnnotationRestartedAt]); err == nil && !now.Truncate(time.Second).After(last) {
		now = last.Add(time.Second)
	}
	t.Annotations[workload.AnnotationRestartedAt] = now.Format(time.RFC3339)
	return t
}

func setImage(containers []corev1.Container, s ImageSetting) (found bool) {
	for i := range containers {
		if s.Container == AllContainers || containers[i].Name == s.Container {
			containers[i].Image = s.Image
			found = true
		}
	}
	return found
}

func imageChanges(before, after []corev1.Container, init bool) []ImageChange {
	var changes []ImageChange
	for i := range after {
		if before[i].Image != after[i].Image {
			changes = append(changes, ImageChange{
				Container: after[i].Name, Init: init, From: before[i].Image, To: after[i].Image,
			})
		}
	}
	return changes
}

func containerNames(t *corev1.PodTemplateSpec) []string {
	var names []string
	for _, c := range slices.Concat(t.Spec.InitContainers, t.Spec.Containers) {
		names = append(names, c.Name)
	}
	return names
}
