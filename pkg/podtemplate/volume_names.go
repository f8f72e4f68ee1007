package podtemplate

import (
	"cmp"
	"errors"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

var noLabel = regexp.MustCompile(`[^a-z0-9]+`)

// label makes a name that DNS allows of any text; "" if nothing is left of it.
func label(text string) string {
	made := strings.Trim(noLabel.ReplaceAllString(strings.ToLower(text), "-"), "-")
	return strings.Trim(made[:min(len(made), validation.DNS1123LabelMaxLength)], "-")
}

// CheckVolumeName finds a name that no volume can have, and offers the nearest that is allowed.
func CheckVolumeName(name string) error {
	if name == "" || len(validation.IsDNS1123Label(name)) == 0 {
		return nil
	}
	text := fmt.Sprintf("%q is not a name of a volume: use at most %d lower-case letters, digits and '-'", name, validation.DNS1123LabelMaxLength)
	if near := label(name); near != "" {
		text += fmt.Sprintf("; did you mean %q?", near)
	}
	return errors.New(text)
}

func volumeNamed(spec *corev1.PodSpec, name string) *corev1.Volume {
	for i := range spec.Volumes {
		if spec.Volumes[i].Name == name {
			return &spec.Volumes[i]
		}
	}
	return nil
}

// claimTemplates are the names of the volumes of which each pod of a StatefulSet has its own.
func claimTemplates(o workload.Object) (names []string) {
	for _, c := range o.ClaimTemplates() {
		names = append(names, c.Name)
	}
	return names
}

// volumeNames are those that containers can mount.
func volumeNames(made []string, spec *corev1.PodSpec) []string {
	names := slices.Clone(made)
	for _, v := range spec.Volumes {
		names = append(names, v.Name)
	}
	return names
}

// fromClaimTemplate is for a volume of a StatefulSet that can't be changed, and says what to do.
func fromClaimTemplate(ref workload.Ref, name string) error {
	e := refuse(ref, "volume %s of %s is made of its volumeClaimTemplates, which can't be changed: save it as a file, delete it without its pods, and create it again from the file with the change. The claims and their data stay", name, ref)
	e.Next = []string{
		fmt.Sprintf("kubectl get %s -n %s -o yaml", ref, ref.Namespace),
		fmt.Sprintf("kubectl delete %s -n %s --cascade=orphan", ref, ref.Namespace),
	}
	return e
}

// chosen are the containers that a pattern means. Init containers are meant by their names alone.
func chosen(ref workload.Ref, spec *corev1.PodSpec, pattern string) (all []*corev1.Container, err error) {
	var candidates []string
	for i := range spec.Containers {
		candidates = append(candidates, spec.Containers[i].Name)
		if matched, _ := path.Match(cmp.Or(pattern, rollout.AllContainers), spec.Containers[i].Name); matched {
			all = append(all, &spec.Containers[i])
		}
	}
	for i := range spec.InitContainers {
		candidates = append(candidates, spec.InitContainers[i].Name)
		if matched, _ := path.Match(pattern, spec.InitContainers[i].Name); matched && pattern != rollout.AllContainers {
			all = append(all, &spec.InitContainers[i])
		}
	}
	if len(all) == 0 {
		return nil, &rollout.UnknownContainerError{Workload: ref, Container: pattern, Candidates: candidates}
	}
	return all, nil
}
