package chain

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Node asks about a node and the pods on it.
func Node(node *corev1.Node, pods []*corev1.Pod, forbidden []string, now time.Time) *Subject {
	ref := workload.Ref{Kind: kindNode, Name: node.Name}
	s := &Subject{Ref: ref, now: now, forbidden: forbidden, StatusOnly: true}
	for _, group := range byController(pods) {
		s.add(podsOf(controllerOf(group[0]), group, "pods of "+lowerRef(controllerOf(group[0]))))
	}
	s.explain = func(r *Report, _ *decision) { explainNode(r, s, node, now) }
	return s
}

// byController groups pods, in their order.
func byController(pods []*corev1.Pod) [][]*corev1.Pod {
	at := map[workload.RevisionKey]int{}
	var groups [][]*corev1.Pod
	for _, pod := range pods {
		key := workload.KeyOf(pod)
		if key.Owner == "" {
			key.Owner = pod.UID
		}
		i, known := at[key]
		if !known {
			i = len(groups)
			at[key], groups = i, append(groups, nil)
		}
		groups[i] = append(groups[i], pod)
	}
	return groups
}

// controllerOf names the controller of a pod, or the pod itself.
func controllerOf(pod *corev1.Pod) workload.Ref {
	for _, o := range pod.OwnerReferences {
		if o.Controller != nil && *o.Controller {
			return workload.Ref{Kind: o.Kind, Namespace: pod.Namespace, Name: o.Name}
		}
	}
	return workload.Ref{Kind: kindPod, Namespace: pod.Namespace, Name: pod.Name}
}

// Of the controllers with pods that are not ready, a chain lists most, and a node that is well itself names a few.
const (
	most = 12
	few  = 3
)

// explainNode leaves the causes of the pods aside: each controller has its own answer.
func explainNode(r *Report, s *Subject, node *corev1.Node, now time.Time) {
	held, says := s.held()
	step, sick := nodeStep(Step{Object: r.Object}, node, now)
	if sick {
		c := sickCondition(node)
		since := c.LastTransitionTime.Time
		r.State, r.Since = Failing, &since
		fix := "kubectl drain " + node.Name + " --ignore-daemonsets --delete-emptydir-data"
		if c.Type == corev1.NodeReady {
			r.Cause, step.Cause = diagnosis.NodeLost, diagnosis.NodeLost
		}
		if c.Type == corev1.NodeReady && c.Status == corev1.ConditionUnknown && len(held) > 0 {
			fix = "kubectl taint nodes " + node.Name + " node.kubernetes.io/out-of-service=nodeshutdown:NoExecute"
			r.Notes = append(r.Notes, "containers may still run there, and nobody sees them: set the taint only if the machine is off; then its pods are removed, and their volumes detached")
		}
		r.Message = strings.Join(nonEmpty(string(r.Cause), step.Says, says), ", ")
		r.Chain = append(append(r.Chain, step), held[:min(most, len(held))]...)
		r.next("kubectl describe node "+node.Name, fix)
	} else {
		r.Message = "nothing found: Ready, " + says
		for _, h := range held[:min(few, len(held))] {
			r.Also = append(r.Also, lowerRef(h.Object)+" in "+h.Object.Namespace+": "+h.Says)
			r.next(fmt.Sprintf("kubectl app why %s -n %s", lowerRef(h.Object), h.Object.Namespace))
		}
	}
	if more := len(held) - map[bool]int{true: most, false: few}[sick]; more > 0 {
		r.Also = append(r.Also, "and pods of "+workload.Plural(more, "more controller", "more controllers"))
		r.next("kubectl get pods --all-namespaces -o wide --field-selector spec.nodeName=" + node.Name)
	}
	if node.Spec.Unschedulable {
		r.Also = append(r.Also, "spec.unschedulable is true: no new pod comes here")
		r.next("kubectl uncordon " + node.Name)
	}
	for _, t := range node.Spec.Taints {
		r.Also = append(r.Also, fmt.Sprintf("taint %s:%s", t.Key, t.Effect))
	}
}

// held are the controllers of which pods are not ready, those with the most first, and how many pods that are of all.
func (s *Subject) held() (steps []Step, says string) {
	sick, all := 0, 0
	unready, total := map[workload.Ref]int{}, map[workload.Ref]int{}
	for _, l := range s.looks {
		ref := s.controller(l.in.Workload.Ref)
		for _, pod := range l.in.Pods {
			if total[ref]++; !diagnosis.IsReady(pod) && !diagnosis.Ended(pod) {
				unready[ref]++
			}
		}
		if all += len(l.in.Pods); unready[ref] > 0 && !slices.ContainsFunc(steps, func(s Step) bool { return s.Object == ref }) {
			steps = append(steps, Step{Object: ref, Field: "spec.nodeName"})
		}
	}
	for i := range steps {
		ref := steps[i].Object
		sick += unready[ref]
		steps[i].Says = fmt.Sprintf("%d of %s here not ready", unready[ref], workload.Plural(total[ref], "pod", "pods"))
	}
	slices.SortStableFunc(steps, func(a, b Step) int { return cmp.Compare(unready[b.Object], unready[a.Object]) })
	if all == 0 {
		return steps, "no pods"
	}
	return steps, fmt.Sprintf("%d of %s not ready", sick, workload.Plural(all, "pod", "pods"))
}

// controller is the workload of a revision, if the revision was read.
func (s *Subject) controller(of workload.Ref) workload.Ref {
	if o, ok := s.related[of].Object.(metav1.Object); ok {
		if owner := metav1.GetControllerOfNoCopy(o); owner != nil {
			return workload.Ref{Kind: owner.Kind, Namespace: of.Namespace, Name: owner.Name}
		}
	}
	return of
}

// revisions are those with pods that are not ready, whose workloads a node names.
func (s *Subject) revisions() (refs []workload.Ref) {
	steps, _ := s.held()
	for _, step := range steps {
		if workload.HistoryNamed(step.Object.Kind) != nil {
			refs = append(refs, step.Object)
		}
	}
	return refs
}
