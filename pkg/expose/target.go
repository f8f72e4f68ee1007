package expose

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

const (
	kindService = "Service"
	kindIngress = "Ingress"
)

// Target is what is exposed: a workload, a pod, or the pods of another Service.
type Target struct {
	workload.Ref
	UID types.UID
	// Owner is what a pod belongs to.
	Owner workload.Ref
	// Labels are those of the object, without the ones of a single revision.
	Labels map[string]string
	// Selector is the part of the pods' labels that never changes.
	Selector map[string]string
	// PodLabels are those of its pods; nil where they are not known.
	PodLabels map[string]string
	// Ports are those that containers declare or, of a Service, its own.
	Ports []Declared
	// Desired is how many pods it is to have, Ready how many are ready. A Service is not counted: both are -1.
	Desired, Ready int32
	// PerNode: Desired follows the nodes, and nobody sets it.
	PerNode bool
	// Probed: a readiness probe asks one of the containers.
	Probed bool
}

// Declared is a port that a container declares.
type Declared struct {
	Container string
	Name      string
	Port      int32
	Protocol  corev1.Protocol
	// Target is where a port of a Service leads.
	Target string
	// Aside: it is a sidecar's, and is not exposed unless it is named.
	Aside bool
}

func (d Declared) String() string {
	text := fmt.Sprint(d.Port)
	if d.Protocol != "" && d.Protocol != corev1.ProtocolTCP {
		text += "/" + string(d.Protocol)
	}
	if d.Name != "" {
		text += " (" + d.Name + ")"
	}
	return text
}

// proxies are containers that service meshes and clouds add to a pod: their ports are not the app's.
var proxies = []string{"istio-proxy", "linkerd-proxy", "consul-dataplane", "daprd", "cloud-sql-proxy", "vault-agent"}

// ofOneRevision are labels that the next revision of a workload does not have.
var ofOneRevision = []string{workload.LabelPodTemplateHash, "controller-revision-hash", "pod-template-generation"}

// OfWorkload reads a workload or a pod. The error is a *RefusedError.
func OfWorkload(o workload.Object) (Target, error) {
	t := Target{Ref: o.Ref(), UID: o.GetUID(), Labels: lasting(o.GetLabels()), PodLabels: o.Template().Labels, Ports: declaredBy(&o.Template().Spec)}
	t.Probed = slices.ContainsFunc(o.Template().Spec.Containers, func(c corev1.Container) bool { return c.ReadinessProbe != nil })
	if pod, ok := o.API.(*corev1.Pod); ok {
		t.Selector, t.PodLabels, t.Desired = lasting(pod.Labels), pod.Labels, 1
		t.Owner, _ = workload.PodOwner(pod)
		if diagnosis.IsReady(pod) {
			t.Ready = 1
		}
		if len(t.Selector) == 0 {
			return t, &RefusedError{Message: t.String() + " has no labels, so that no Service can select it", Next: []string{"kubectl label " + t.String() + " -n " + t.Namespace + " app=" + t.Name}}
		}
		return t, nil
	}
	if o.Selector() == nil {
		return t, &RefusedError{Message: fmt.Sprintf("%s can't be exposed: its pods end, and a Service needs pods that stay", t)}
	}
	w := o.Running()
	t.Desired, t.Ready, t.PerNode = w.Desired, w.Ready, w.PerNode
	var err error
	t.Selector, err = asLabels(t.Ref, o.Selector())
	return t, err
}

// OfService reads a Service whose pods are to be exposed once more.
func OfService(s *corev1.Service) (Target, error) {
	t := Target{
		Ref: workload.Ref{Kind: kindService, Namespace: s.Namespace, Name: s.Name}, UID: s.UID,
		Labels: s.Labels, Selector: s.Spec.Selector, Desired: -1, Ready: -1,
	}
	if len(t.Selector) == 0 {
		return t, &RefusedError{Message: t.String() + " has no selector: expose the workload itself"}
	}
	for _, p := range s.Spec.Ports {
		t.Ports = append(t.Ports, Declared{Name: p.Name, Port: p.Port, Protocol: p.Protocol, Target: p.TargetPort.String()})
	}
	return t, nil
}

// Counted tells whether it is known how many pods there are.
func (t *Target) Counted() bool { return t.Desired >= 0 }

// asLabels makes a selector of a Service of that of a workload. A Service compares labels with one value each.
func asLabels(of workload.Ref, s *metav1.LabelSelector) (map[string]string, error) {
	selector := maps.Clone(s.MatchLabels)
	for _, e := range s.MatchExpressions {
		if e.Operator != metav1.LabelSelectorOpIn || len(e.Values) != 1 {
			return nil, &RefusedError{
				Message: fmt.Sprintf("the selector of %s has an expression (%s %s), and a Service can only compare labels: choose labels of its pods with --selector", of, e.Key, strings.ToLower(string(e.Operator))),
			}
		}
		if selector == nil {
			selector = map[string]string{}
		}
		selector[e.Key] = e.Values[0]
	}
	if len(selector) == 0 {
		return nil, &RefusedError{Message: fmt.Sprintf("the selector of %s is empty: choose labels of its pods with --selector", of)}
	}
	return selector, nil
}

// lasting are the labels that the next revision has, too.
func lasting(labels map[string]string) map[string]string {
	kept := maps.Clone(labels)
	for _, key := range ofOneRevision {
		delete(kept, key)
	}
	return kept
}

// declaredBy are the ports of all containers, those of sidecars aside: init containers, and proxies known by their names.
func declaredBy(spec *corev1.PodSpec) []Declared {
	var all []Declared
	add := func(c *corev1.Container, aside bool) {
		for _, p := range c.Ports {
			all = append(all, Declared{
				Container: c.Name, Name: p.Name, Port: p.ContainerPort, Protocol: cmp.Or(p.Protocol, corev1.ProtocolTCP), Aside: aside,
			})
		}
	}
	for i := range spec.Containers {
		add(&spec.Containers[i], slices.Contains(proxies, spec.Containers[i].Name))
	}
	for i := range spec.InitContainers {
		if always := spec.InitContainers[i].RestartPolicy; always != nil && *always == corev1.ContainerRestartPolicyAlways {
			add(&spec.InitContainers[i], true)
		}
	}
	return all
}

// SelectorText is a selector as kubectl takes it.
func SelectorText(selector map[string]string) string {
	pairs := make([]string, 0, len(selector))
	for _, key := range slices.Sorted(maps.Keys(selector)) {
		pairs = append(pairs, key+"="+selector[key])
	}
	return strings.Join(pairs, ",")
}

// selects tells whether a selector of a Service matches labels. An empty one matches nothing.
func selects(selector, labels map[string]string) bool {
	for key, value := range selector {
		if have, ok := labels[key]; !ok || have != value {
			return false
		}
	}
	return len(selector) > 0
}
