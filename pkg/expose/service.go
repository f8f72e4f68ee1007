package expose

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Options say what the Service shall be. What is empty is not said: a new Service gets the default, and one that is there
// keeps what it has.
type Options struct {
	Name     string
	Type     corev1.ServiceType
	Selector map[string]string
	Labels   map[string]string

	Ports []Port
	// Target and Protocol are those of all ports that do not say their own.
	Target    string
	Protocol  corev1.Protocol
	NodePorts []int32

	SessionAffinity corev1.ServiceAffinity
	LoadBalancerIP  string
	ClusterIP       string
	ExternalIPs     []string
	External        corev1.ServiceExternalTrafficPolicy
	Internal        corev1.ServiceInternalTrafficPolicy
	FamilyPolicy    corev1.IPFamilyPolicy
	Families        []corev1.IPFamily

	// Force takes over a Service that selects other pods.
	Force bool
}

// Plan is the Service for a target: a new one, or the one that is there (nil for none) with what the options say. The error
// is an *InputError or a *RefusedError.
func Plan(t *Target, now *corev1.Service, o *Options) (*corev1.Service, error) {
	s, err := start(t, now, o)
	if err != nil {
		return nil, err
	}
	if err := o.setPorts(t, s, now == nil); err != nil {
		return nil, err
	}
	o.setRest(s)
	if now != nil && s.Spec.ClusterIP != now.Spec.ClusterIP {
		return nil, &RefusedError{
			Message: fmt.Sprintf("the clusterIP of service/%s is %s and can't be changed to %s: delete the Service first", s.Name, now.Spec.ClusterIP, s.Spec.ClusterIP),
			Next:    []string{"kubectl delete service/" + s.Name + " -n " + t.Namespace},
		}
	}
	return s, o.setNodePorts(s)
}

// start is the Service before its ports are set.
func start(t *Target, now *corev1.Service, o *Options) (*corev1.Service, error) {
	selector := t.Selector
	if len(o.Selector) > 0 {
		selector = o.Selector
	}
	if len(o.Selector) > 0 && t.PodLabels != nil && !selects(selector, t.PodLabels) && !o.Force {
		return nil, &RefusedError{
			Message: fmt.Sprintf("--selector=%s does not match the pods of %s, whose labels are %s (--force makes the Service all the same)", SelectorText(selector), t, SelectorText(t.PodLabels)),
		}
	}
	if now == nil {
		s := &corev1.Service{ObjectMeta: metav1.ObjectMeta{Name: o.Name, Namespace: t.Namespace, Labels: t.Labels}}
		if o.Labels != nil {
			s.Labels = o.Labels
		}
		s.Spec.Selector = selector
		return s, nil
	}
	s := now.DeepCopy()
	if s.Labels == nil {
		s.Labels = o.Labels
	} else {
		maps.Copy(s.Labels, o.Labels)
	}
	switch {
	case t.selectedBy(now) && len(o.Selector) == 0: // a selector that selects the pods is kept
	case t.selectedBy(now) || o.Force:
		s.Spec.Selector = selector
	default:
		return nil, notOurs(t, now)
	}
	return s, nil
}

// selectedBy tells whether a Service selects the pods of the target.
func (t *Target) selectedBy(s *corev1.Service) bool {
	if t.PodLabels == nil {
		return maps.Equal(s.Spec.Selector, t.Selector)
	}
	return selects(s.Spec.Selector, t.PodLabels)
}

func notOurs(t *Target, s *corev1.Service) error {
	what := "selects " + SelectorText(s.Spec.Selector) + ", not the pods of " + t.String()
	switch {
	case s.Spec.Type == corev1.ServiceTypeExternalName:
		what = "stands for " + s.Spec.ExternalName + " (ExternalName)"
	case len(s.Spec.Selector) == 0:
		what = "has no selector: its endpoints are made by hand"
	}
	return &RefusedError{
		Message: fmt.Sprintf("service/%s exists and %s: give another --name, or take it over with --force", s.Name, what),
		Next:    []string{"kubectl describe service/" + s.Name + " -n " + t.Namespace},
	}
}

func (o *Options) setRest(s *corev1.Service) {
	if o.Type != "" && o.Type != s.Spec.Type {
		s.Spec.Type, s.Spec.ExternalName = o.Type, ""
		if o.Type == corev1.ServiceTypeClusterIP { // the API server takes away the rest of the other types
			for i := range s.Spec.Ports {
				s.Spec.Ports[i].NodePort = 0
			}
		}
	}
	set(&s.Spec.SessionAffinity, o.SessionAffinity)
	if s.Spec.Type == corev1.ServiceTypeLoadBalancer { // as kubectl does
		set(&s.Spec.LoadBalancerIP, o.LoadBalancerIP)
	}
	set(&s.Spec.ClusterIP, o.ClusterIP)
	if s.Spec.ClusterIP != "" && len(s.Spec.ClusterIPs) > 0 {
		s.Spec.ClusterIPs[0] = s.Spec.ClusterIP
	}
	if len(o.ExternalIPs) > 0 {
		s.Spec.ExternalIPs = o.ExternalIPs
	}
	set(&s.Spec.ExternalTrafficPolicy, o.External)
	if o.Internal != "" {
		s.Spec.InternalTrafficPolicy = &o.Internal
	}
	if o.FamilyPolicy != "" {
		s.Spec.IPFamilyPolicy = &o.FamilyPolicy
	}
	if len(o.Families) > 0 {
		s.Spec.IPFamilies = o.Families
	}
}

func set[T ~string](field *T, value T) {
	if value != "" {
		*field = value
	}
}

// setNodePorts gives the ports the numbers of --node-port in their order. Without a type, they make a NodePort Service.
func (o *Options) setNodePorts(s *corev1.Service) error {
	if len(o.NodePorts) == 0 {
		return nil
	}
	if o.Type == "" && (s.Spec.Type == "" || s.Spec.Type == corev1.ServiceTypeClusterIP) {
		s.Spec.Type = corev1.ServiceTypeNodePort
	}
	switch {
	case s.Spec.Type == corev1.ServiceTypeClusterIP:
		return inputf("--node-port is for --type=NodePort or LoadBalancer, not for ClusterIP")
	case s.Spec.ClusterIP == corev1.ClusterIPNone:
		return inputf("--node-port and a headless Service (--cluster-ip=None) can't be combined: it has no address but those of its pods")
	case len(o.NodePorts) > len(s.Spec.Ports):
		return inputf("--node-port has %d numbers, and the Service has %s", len(o.NodePorts), workload.Plural(len(s.Spec.Ports), "port", "ports"))
	}
	for i, n := range o.NodePorts {
		s.Spec.Ports[i].NodePort = n
	}
	return nil
}

// Others names the owners of pods that a selector selects and that are not the target's. Pods that have ended do not count.
func Others(t *Target, pods []corev1.Pod) []workload.Ref {
	var others []workload.Ref
	for i := range pods {
		pod := &pods[i]
		if pod.UID == t.UID || pod.DeletionTimestamp != nil || pod.Status.Phase == corev1.PodSucceeded || pod.Status.Phase == corev1.PodFailed {
			continue
		}
		owner, uid := workload.PodOwner(pod)
		if uid == t.UID || owner == t.Ref || slices.Contains(others, owner) {
			continue
		}
		others = append(others, owner)
	}
	slices.SortFunc(others, func(a, b workload.Ref) int { return strings.Compare(a.String(), b.String()) })
	return others
}

// SharedError refuses a selector that selects pods of others, too.
func SharedError(t *Target, selector map[string]string, others []workload.Ref) error {
	names := make([]string, 0, len(others))
	for _, o := range others {
		names = append(names, o.String())
	}
	if t.Owner.Name != "" && slices.Contains(others, t.Owner) {
		return &RefusedError{
			Message: fmt.Sprintf("%s belongs to %s, and its other pods have the same labels: expose %[2]s", t, t.Owner),
			Next:    []string{"kubectl app expose " + t.Owner.String() + " -n " + t.Namespace},
		}
	}
	const most = 3
	if len(names) > most {
		names = append(names[:most], fmt.Sprintf("%d more", len(others)-most))
	}
	return &RefusedError{Message: fmt.Sprintf(
		"the selector %s also selects pods of %s: requests for %s would reach them, too. Choose labels that only %[3]s has with --selector, or accept it with --force",
		SelectorText(selector), strings.Join(names, ", "), t)}
}
