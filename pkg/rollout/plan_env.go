package rollout

import (
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"

	"github.com/kubectl-app/kubectl-app/pkg/redact"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// EnvSettings are what `set env` makes of the environment of containers.
type EnvSettings struct {
	// Set are the variables to have; of two of one name the first one counts, as for kubectl.
	Set []corev1.EnvVar
	// Remove are names; what is in both is removed, as for kubectl.
	Remove []string
	// Containers is a name, or a pattern as path.Match takes it; AllContainers is all of them.
	Containers string
	// Keep: a variable that is there already with another value or source is not to be replaced.
	Keep bool
}

// EnvPlan is a template with the variables set.
type EnvPlan struct {
	Template corev1.PodTemplateSpec
	// Changes are the variables that differ now; empty if the template is as it was.
	Changes workload.EnvChange
	// Notes say what was asked for and has no effect.
	Notes []string
}

// EnvTakenError: a variable is there already, and was not to be replaced.
type EnvTakenError struct {
	Workload  workload.Ref
	Container string
	Name      string
}

func (e *EnvTakenError) Error() string {
	return fmt.Sprintf("container %s of %s already has %s with another value: --overwrite=false keeps that", e.Container, e.Workload, e.Name)
}

// PlanEnv sets and removes variables, as `kubectl set env` does: in containers and init containers, each
// variable replaced where it stands, new ones at the end or before what refers to them. The error joins an
// *UnknownContainerError, if no container matches, or an *EnvTakenError for each variable that had to be kept.
func PlanEnv(ref workload.Ref, template *corev1.PodTemplateSpec, settings EnvSettings) (EnvPlan, error) {
	plan := EnvPlan{Template: *template.DeepCopy()}
	chosen := settings.Chosen(&plan.Template.Spec)
	if len(chosen) == 0 {
		return plan, &UnknownContainerError{Workload: ref, Container: settings.Containers, Candidates: containerNames(template)}
	}
	var faults faults
	had := map[string]bool{}
	for _, c := range chosen {
		for _, v := range c.Env {
			had[v.Name] = true
		}
		for _, name := range settings.taken(c.Env) {
			faults.add(&EnvTakenError{Workload: ref, Container: c.Name, Name: name})
		}
		c.Env = settings.update(c.Env)
		plan.Notes = append(plan.Notes, settings.unexpanded(ref, c)...)
	}
	for _, name := range settings.Remove {
		if !had[name] {
			plan.Notes = append(plan.Notes, settings.nothingToRemove(ref, name, template))
		}
	}
	plan.Changes = workload.CompareEnv(template, &plan.Template)
	return plan, faults.join()
}

// Chosen are the containers that the pattern matches, init containers last; a pattern that can't be read
// matches none.
func (s EnvSettings) Chosen(spec *corev1.PodSpec) []*corev1.Container {
	return chosen(spec, s.Containers)
}

// update follows updateEnv of k8s.io/kubectl/pkg/cmd/set: order is kept, since a variable may refer to
// those before it.
func (s EnvSettings) update(env []corev1.EnvVar) []corev1.EnvVar {
	var updated []corev1.EnvVar
	covered := map[string]bool{}
	for _, name := range s.Remove {
		covered[name] = true
	}
	for _, v := range env {
		if covered[v.Name] {
			continue
		}
		if i := s.index(v.Name); i >= 0 {
			covered[v.Name] = true
			v = *s.Set[i].DeepCopy()
		}
		updated = append(updated, v)
	}
	var added []corev1.EnvVar
	for _, v := range s.Set {
		if !covered[v.Name] {
			covered[v.Name] = true
			added = append(added, *v.DeepCopy())
		}
	}
	return insertNew(updated, added)
}

func (s EnvSettings) index(name string) int {
	return slices.IndexFunc(s.Set, func(v corev1.EnvVar) bool { return v.Name == name })
}

// taken are the variables that would get another value or source, and were to be kept.
func (s EnvSettings) taken(env []corev1.EnvVar) []string {
	var names []string
	for _, v := range env {
		i := s.index(v.Name)
		if s.Keep && i >= 0 && !equality.Semantic.DeepEqual(s.Set[i], v) && !slices.Contains(names, v.Name) {
			names = append(names, v.Name)
		}
	}
	return names
}

func (s EnvSettings) nothingToRemove(ref workload.Ref, name string, template *corev1.PodTemplateSpec) string {
	where := ref.String()
	if s.Containers != AllContainers {
		where = fmt.Sprintf("container %s of %s", s.Containers, ref)
	}
	note := fmt.Sprintf("%s has no variable %s to remove", where, redact.ArgumentOr(name, "of that name"))
	if near := workload.Nearest(name, workload.EnvNames(template)); near != "" && near != name {
		note += fmt.Sprintf("; did you mean %s?", near)
	}
	return note
}
