package door

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis/chain"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// containers are those that run together: the main ones, then sidecars.
func containers(pod *corev1.Pod) []corev1.Container {
	all := slices.Clone(pod.Spec.Containers)
	for _, c := range pod.Spec.InitContainers {
		if c.RestartPolicy != nil && *c.RestartPolicy == corev1.ContainerRestartPolicyAlways {
			all = append(all, c)
		}
	}
	return all
}

// Target is the port of a pod that a port of a Service leads to. A name that no container declares leads nowhere.
func Target(pod *corev1.Pod, p *corev1.ServicePort) (int, bool) {
	if p.TargetPort.Type == intstr.Int {
		if p.TargetPort.IntVal == 0 {
			return int(p.Port), true
		}
		return int(p.TargetPort.IntVal), true
	}
	for _, c := range containers(pod) {
		for _, declared := range c.Ports {
			if declared.Name == p.TargetPort.StrVal && protocol(declared.Protocol) == protocol(p.Protocol) {
				return int(declared.ContainerPort), true
			}
		}
	}
	return 0, false
}

func protocol(p corev1.Protocol) corev1.Protocol {
	if p == "" {
		return corev1.ProtocolTCP
	}
	return p
}

// saidPort finds the port where a line of a log says that the program listens.
var saidPort = regexp.MustCompile(`(?i)(?:listen|serv|start|run|port|http)[^\n]*?[:\s](\d{2,5})\b`)

// Candidates are other ports of a pod that its process may listen on: those that its containers declare, that its probes ask,
// and that its log names. Each has to be asked.
func Candidates(pod *corev1.Pod, target int, log []string) []int {
	const most = 4
	var all []int
	add := func(port int) {
		if port > 0 && port < 65536 && port != target && !slices.Contains(all, port) && len(all) < most {
			all = append(all, port)
		}
	}
	for _, c := range containers(pod) {
		for _, p := range c.Ports {
			if protocol(p.Protocol) == corev1.ProtocolTCP {
				add(int(p.ContainerPort))
			}
		}
		for _, p := range []*corev1.Probe{c.ReadinessProbe, c.LivenessProbe, c.StartupProbe} {
			switch {
			case p == nil:
			case p.HTTPGet != nil:
				add(p.HTTPGet.Port.IntValue())
			case p.TCPSocket != nil:
				add(p.TCPSocket.Port.IntValue())
			}
		}
	}
	for _, line := range log {
		if found := saidPort.FindStringSubmatch(line); found != nil {
			port, _ := strconv.Atoi(found[1])
			add(port)
		}
	}
	return all
}

// Path is the path to ask for: that of the readiness probe of the port, or /.
func Path(pod *corev1.Pod, target int) string {
	for _, c := range containers(pod) {
		p := c.ReadinessProbe
		if p == nil || p.HTTPGet == nil {
			continue
		}
		port := p.HTTPGet.Port.IntValue()
		for _, declared := range c.Ports {
			if declared.Name != "" && declared.Name == p.HTTPGet.Port.StrVal {
				port = int(declared.ContainerPort)
			}
		}
		if port == target {
			return "/" + strings.TrimPrefix(p.HTTPGet.Path, "/")
		}
	}
	return "/"
}

// Policies names the NetworkPolicies that limit who may connect to a pod.
func Policies(pod *corev1.Pod, all []networkingv1.NetworkPolicy) []string {
	var names []string
	for i := range all {
		p := &all[i]
		selector, err := metav1.LabelSelectorAsSelector(&p.Spec.PodSelector)
		limits := len(p.Spec.PolicyTypes) == 0 || slices.Contains(p.Spec.PolicyTypes, networkingv1.PolicyTypeIngress)
		if err == nil && limits && selector.Matches(labels.Set(pod.Labels)) {
			names = append(names, p.Name)
		}
	}
	return names
}

// Unnamed is the finding that a targetPort is a name that no container of the pod declares, or nil.
func Unnamed(s *corev1.Service, port int, pod *corev1.Pod) *Finding {
	p := &s.Spec.Ports[port]
	if _, found := Target(pod, p); found {
		return nil
	}
	var names []string
	for _, c := range containers(pod) {
		for _, declared := range c.Ports {
			if declared.Name != "" {
				names = append(names, declared.Name)
			}
		}
	}
	says := fmt.Sprintf("targetPort %q is the name of no port of pod/%s", p.TargetPort.StrVal, pod.Name)
	switch nearest := workload.Nearest(p.TargetPort.StrVal, names); {
	case nearest != "":
		says += fmt.Sprintf("; did you mean %q?", nearest)
	case len(names) > 0:
		says += "; it has " + strings.Join(names, ", ")
	default:
		says += "; none of its ports has a name"
	}
	return &Finding{
		State: chain.Failing,
		Step: chain.Step{
			Object: workload.Ref{Kind: "Service", Namespace: s.Namespace, Name: s.Name}, Says: says,
			Field: fmt.Sprintf("spec.ports[%d].targetPort", port),
		},
		Next: []string{"kubectl describe service " + s.Name + " -n " + s.Namespace, "kubectl describe pod " + pod.Name + " -n " + s.Namespace},
	}
}

// SelectsNothing is the finding that no pod has the labels that a Service selects. others are the pods of the namespace.
func SelectsNothing(s *corev1.Service, others []*corev1.Pod) *Finding {
	want := labels.Set(s.Spec.Selector)
	says := "selects no pod: none has the labels " + want.String()
	best, most := "", 0
	for _, pod := range others {
		same, have := 0, []string{}
		for key, value := range s.Spec.Selector {
			own, has := pod.Labels[key]
			if has {
				have = append(have, key+"="+own)
			}
			switch {
			case own == value:
				same += 4
			case workload.Nearest(value, []string{own}) != "":
				same += 2
			}
		}
		if score := same + len(have); score > most {
			slices.Sort(have)
			best, most = fmt.Sprintf("; pod/%s has %s", pod.Name, strings.Join(have, ",")), score
		}
	}
	if len(others) == 0 {
		best = "; there is no pod in the namespace"
	}
	return &Finding{
		State: chain.Failing,
		Step:  chain.Step{Object: workload.Ref{Kind: "Service", Namespace: s.Namespace, Name: s.Name}, Says: says + best, Field: "spec.selector"},
		Next:  []string{"kubectl get pods --show-labels -n " + s.Namespace, "kubectl describe service " + s.Name + " -n " + s.Namespace},
	}
}
