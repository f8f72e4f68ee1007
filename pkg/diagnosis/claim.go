package diagnosis

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// claimNames are the claims that a pod of a template mounts. The volumes of the pod itself are trimmed.
func claimNames(t *corev1.PodTemplateSpec, pod *corev1.Pod) []string {
	var names []string
	for _, v := range t.Spec.Volumes {
		switch {
		case v.PersistentVolumeClaim != nil:
			names = append(names, v.PersistentVolumeClaim.ClaimName)
		case v.Ephemeral != nil && pod != nil:
			names = append(names, pod.Name+"-"+v.Name)
		}
	}
	return names
}

// unboundClaim names the first claim of a pod that has no volume, in the words of the newest event about
// it. Without permission to read claims the event alone tells; those of a bound claim are of the past.
func (ev *evidence) unboundClaim(pod *corev1.Pod) (symptom, bool) {
	for _, name := range claimNames(ev.template, pod) {
		claim, event := ev.claim(name), ev.claimEvent(name)
		if claim == nil && event == nil || claim != nil && claim.Status.Phase == corev1.ClaimBound {
			continue
		}
		if ev.classIsThere(claim, event) {
			event = nil
		}
		found := waiting(VolumePending, oneLine("claim "+name+claimState(claim)+eventTail(event)))
		found.subject = name
		return found.from("spec.volumes"), true
	}
	return symptom{}, false
}

// classIsThere tells whether an event misses the StorageClass of a claim that was created since.
func (ev *evidence) classIsThere(claim *corev1.PersistentVolumeClaim, e *corev1.Event) bool {
	if claim == nil || e == nil || claim.Spec.StorageClassName == nil || ev.classes == nil {
		return false
	}
	name := *claim.Spec.StorageClassName
	return strings.Contains(eventText(e), fmt.Sprintf("storageclass.storage.k8s.io %q not found", name)) &&
		slices.ContainsFunc(ev.classes.Items, func(c storagev1.StorageClass) bool { return c.Name == name })
}

func eventTail(e *corev1.Event) string {
	if e == nil {
		return ""
	}
	return ": " + eventText(e)
}

// claimState describes a claim by its status: events are gone after an hour.
func claimState(claim *corev1.PersistentVolumeClaim) string {
	if claim == nil {
		return "" // it may not be read
	}
	text := " is " + string(claim.Status.Phase)
	if claim.Spec.StorageClassName != nil && *claim.Spec.StorageClassName != "" {
		text += " (StorageClass " + *claim.Spec.StorageClassName + ")"
	}
	if node, maker := claim.Annotations["volume.kubernetes.io/selected-node"], claim.Annotations["volume.kubernetes.io/storage-provisioner"]; node != "" && maker != "" {
		text += fmt.Sprintf(", waiting for %s to make a volume for node %s", maker, node)
	}
	return text
}

// heldClaim finds a claim for one node that a pod on another node uses, where no event explains a missing sandbox. It
// is a guess, since some drivers mount such a volume anywhere. Only pods of this workload are known.
func (ev *evidence) heldClaim(pod *corev1.Pod) (symptom, bool) {
	for _, name := range claimNames(ev.template, pod) {
		claim := ev.claim(name)
		if claim == nil || !slices.Contains(oneNode, claimModes(claim)) {
			continue
		}
		if other := ev.holder(name, pod); other != nil {
			found := waiting(VolumeMountFailed, fmt.Sprintf("no sandbox on node %s, and no event says why; claim %s is %s, and pod %s on node %s uses it, too", pod.Spec.NodeName, name, claimModes(claim), other.Name, other.Spec.NodeName))
			found.subject = name
			return found, true
		}
	}
	return symptom{}, false
}

var oneNode = []string{string(corev1.ReadWriteOnce), string(corev1.ReadWriteOncePod)}

func claimModes(claim *corev1.PersistentVolumeClaim) string {
	var modes []string
	for _, m := range claim.Spec.AccessModes {
		modes = append(modes, string(m))
	}
	return strings.Join(modes, ", ")
}

// holder is a pod of any revision that mounts a claim on another node.
func (ev *evidence) holder(claim string, pod *corev1.Pod) *corev1.Pod {
	for _, other := range ev.pods {
		if other.Spec.NodeName == "" || other.Spec.NodeName == pod.Spec.NodeName || Ended(other) {
			continue
		}
		i := slices.IndexFunc(ev.revisions, func(r workload.Revision) bool { return r.Owns(other) })
		if i >= 0 && slices.Contains(claimNames(&ev.revisions[i].Template, other), claim) {
			return other
		}
	}
	return nil
}

func (ev *evidence) claim(name string) *corev1.PersistentVolumeClaim {
	for _, claim := range ev.claims {
		if claim.Name == name {
			return claim
		}
	}
	return nil
}

// claimEvent returns the newest event about a claim, a warning before any other.
func (ev *evidence) claimEvent(name string) *corev1.Event {
	var newest *corev1.Event
	for _, about := range ev.events {
		if o := about[0].InvolvedObject; o.Kind != "PersistentVolumeClaim" || o.Name != name {
			continue
		}
		for _, e := range about {
			warns := e.Type == corev1.EventTypeWarning
			switch {
			case newest == nil, warns && newest.Type != corev1.EventTypeWarning:
				newest = e
			case warns == (newest.Type == corev1.EventTypeWarning) && eventTime(e).After(eventTime(newest)):
				newest = e
			}
		}
	}
	return newest
}
