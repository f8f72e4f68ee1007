package redact

import (
	"iter"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// sources are the Secrets that the containers of pods take variables and files from.
type sources struct {
	ofPods map[types.NamespacedName][]types.NamespacedName
	known  map[string][]types.NamespacedName // equal lists are kept once
}

// mostPods bounds how many pods are known by name. A watch may see very many in its time.
const mostPods = 20000

// put notes the Secrets of a pod; the lock is held. Of a pod that was trimmed, they are known already.
func (s *sources) put(p *corev1.Pod) {
	var found []types.NamespacedName
	key := p.Namespace
	for _, r := range workload.References(&corev1.PodTemplateSpec{Spec: p.Spec}) {
		secret := types.NamespacedName{Namespace: p.Namespace, Name: r.Name}
		if r.Kind == workload.SecretReference && r.Use != workload.UsePullSecret && !slices.Contains(found, secret) {
			found = append(found, secret)
			key += "/" + r.Name
		}
	}
	if len(found) == 0 {
		return
	}
	if s.ofPods == nil || len(s.ofPods) >= mostPods {
		s.ofPods, s.known = map[types.NamespacedName][]types.NamespacedName{}, map[string][]types.NamespacedName{}
	}
	if same, known := s.known[key]; known {
		found = same
	}
	s.known[key] = found
	s.ofPods[types.NamespacedName{Namespace: p.Namespace, Name: p.Name}] = found
}

// of are the Secrets of pods.
func (s *sources) of(pods []types.NamespacedName) []types.NamespacedName {
	var all []types.NamespacedName
	for _, p := range pods {
		for _, secret := range s.ofPods[p] {
			if !slices.Contains(all, secret) {
				all = append(all, secret)
			}
		}
	}
	return all
}

// read has the values of the Secrets read that a text of these pods may hold. The lock is not held.
func (r *Redactor) read(pods ...types.NamespacedName) {
	if r.Read == nil {
		return
	}
	r.mu.RLock()
	secrets := r.sources.of(pods)
	r.mu.RUnlock()
	if len(secrets) > 0 {
		r.Read(secrets)
	}
}

// Pods masks what is said of pods, in place. What their Secrets hold is read side by side.
func (r *Redactor) Pods(pods ...*corev1.Pod) {
	var quoting []types.NamespacedName
	said := make([][]*string, len(pods))
	for i, p := range pods {
		if said[i] = r.arrived(p); mayQuote(p) {
			quoting = append(quoting, nameOf(p))
		}
	}
	r.read(quoting...)
	for i, texts := range said {
		r.texts(texts...)
		r.withhold(pods[i])
	}
}

// Arrived learns a pod before it is trimmed, and masks what is said of it by what is known already. Before it is shown,
// Pods has to follow.
func (r *Redactor) Arrived(p *corev1.Pod) {
	r.texts(r.arrived(p)...)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.former.forgot && len(r.sources.ofPods[nameOf(p)]) == 0 { // it is known to use none
		r.former.note(p)
	}
}

// arrived learns a pod, and returns what is said of it. A webhook may have given it variables that its template lacks. Of
// the variables of a pod that nothing is said of nothing is learnt.
func (r *Redactor) arrived(p *corev1.Pod) []*string {
	texts := said(p)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sources.put(p)
	if len(r.sources.ofPods[nameOf(p)]) > 0 {
		r.former.note(p)
	}
	if len(texts) > 0 && len(r.variables) < mostVariables {
		for _, c := range containers(&p.Spec) {
			r.container(c)
		}
	}
	return texts
}

// Recognize has the Secrets read that pods take values from.
func (r *Redactor) Recognize(pods ...types.NamespacedName) { r.read(pods...) }

// Secrets are those that a pod takes values from.
func (r *Redactor) Secrets(p *corev1.Pod) []types.NamespacedName {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.sources.ofPods[nameOf(p)]
}

func nameOf(p *corev1.Pod) types.NamespacedName {
	return types.NamespacedName{Namespace: p.Namespace, Name: p.Name}
}

// mayQuote tells whether the status of a pod has a text that may hold a value: what a program wrote, or what a runtime says
// of a command. Of images, back-offs and nodes the kubelet and the scheduler say nothing but names.
func mayQuote(p *corev1.Pod) bool {
	s := &p.Status
	for status := range statuses(p) {
		for _, state := range []*corev1.ContainerState{&status.State, &status.LastTerminationState} {
			if t := state.Terminated; t != nil && t.Message != "" {
				return true
			}
			if w := state.Waiting; w != nil && w.Message != "" && !slices.Contains(withoutValues, w.Reason) {
				return true
			}
		}
	}
	return s.Message != ""
}

// statuses are those of all containers of a pod.
func statuses(p *corev1.Pod) iter.Seq[*corev1.ContainerStatus] {
	return func(yield func(*corev1.ContainerStatus) bool) {
		for _, all := range [][]corev1.ContainerStatus{p.Status.InitContainerStatuses, p.Status.ContainerStatuses, p.Status.EphemeralContainerStatuses} {
			for i := range all {
				if !yield(&all[i]) {
					return
				}
			}
		}
	}
}

// withoutValues are reasons of waiting containers and of events whose texts are made of names.
var withoutValues = []string{"CrashLoopBackOff", "BackOff", "ErrImagePull", "ImagePullBackOff", "InvalidImageName", "FailedScheduling"}

// Log masks the lines that a run of a container wrote: the values that are known, and nothing else. If the program may know
// others, one line says so instead.
func (r *Redactor) Log(pod types.NamespacedName, container string, previous bool, lines []string) []string {
	if len(lines) == 0 {
		return lines
	}
	r.read(pod)
	r.mu.RLock()
	secret, unknown := r.former.unknown(pod, container, previous, time.Time{})
	r.mu.RUnlock()
	if unknown {
		return []string{withheld(secret)}
	}
	masked := make([]string, len(lines))
	for i, line := range lines {
		masked[i] = r.LogLine(line)
	}
	return masked
}
