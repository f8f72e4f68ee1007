package inspect

import (
	"context"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/internal/probe"
	"github.com/kubectl-app/kubectl-app/pkg/diagnosis/chain"
	"github.com/kubectl-app/kubectl-app/pkg/expose/door"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// way is one port of a Service, as far as it was walked.
type way struct {
	service *corev1.Service
	walk    *door.Walk
	// finding is what is wrong, or nil. report explains pods of which none is ready.
	finding *door.Finding
	report  *chain.Report
	notes   []string
}

func (i *Inspector) getService(ctx context.Context, namespace, name string) (*corev1.Service, error) {
	client, err := i.cluster.Typed()
	if err != nil {
		return nil, err
	}
	return cluster.Read(ctx, func(ctx context.Context) (*corev1.Service, error) {
		return client.CoreV1().Services(namespace).Get(ctx, name, metav1.GetOptions{})
	})
}

// whyService walks to each port of a Service, up to the first that is not reached.
func (i *Inspector) whyService(ctx context.Context, ref workload.Ref) (chain.Report, error) {
	s, err := i.getService(ctx, ref.Namespace, ref.Name)
	if err != nil {
		return chain.Report{}, i.notFound(ctx, "services", ref, err)
	}
	r := i.wayReport(ref)
	const most = 3
	for port := range s.Spec.Ports[:min(most, len(s.Spec.Ports))] {
		w, err := i.walkTo(ctx, s, port, "")
		if err != nil {
			return chain.Report{}, err
		}
		if done := i.conclude(&r, w); done {
			return r, nil
		}
	}
	if r.Message == "" {
		r.Message = "nothing found: each door that was asked answers"
	}
	return r, nil
}

// wayReport is the beginning of a report on a way to an app.
func (i *Inspector) wayReport(ref workload.Ref) chain.Report {
	return chain.Report{Kind: chain.ReportKind, Object: ref, Time: i.time(), State: chain.NothingFound, Chain: []chain.Step{}, Pods: []chain.PodReport{}}
}

// conclude puts what was found on a way into the report, and tells whether it decides the report.
func (i *Inspector) conclude(r *chain.Report, w *way) bool {
	if w.walk != nil {
		r.Doors, r.NotSeen = door.Report(w.walk.Answers), door.NotSeen(w.walk.Answers)
	}
	r.Notes = append(r.Notes, w.notes...)
	switch {
	case w.report != nil:
		object, doors, notes := r.Object, r.Doors, r.Notes
		*r = *w.report
		r.Object, r.Doors, r.Notes = object, doors, append(notes, r.Notes...)
	case w.finding != nil:
		r.State, r.Chain, r.Message = w.finding.State, []chain.Step{w.finding.Step}, w.finding.Step.Says
		if w.finding.Step.Object != r.Object {
			r.Message = strings.ToLower(w.finding.Step.Object.Kind) + "/" + w.finding.Step.Object.Name + " " + r.Message
		}
		for _, command := range w.finding.Next {
			r.Next = append(r.Next, chain.Command{Risk: chain.RiskOf(command), Command: command})
		}
	default:
		return false
	}
	return true
}

// walkTo asks the doors to one port of a Service. An empty path is that of the readiness probe, or /.
func (i *Inspector) walkTo(ctx context.Context, s *corev1.Service, port int, path string) (*way, error) {
	w := &way{service: s}
	p := s.Spec.Ports[port]
	switch {
	case s.Spec.Type == corev1.ServiceTypeExternalName:
		w.notes = append(w.notes, "service/"+s.Name+" is a name for "+s.Spec.ExternalName+": its doors are not asked")
		return w, nil
	case len(s.Spec.Selector) == 0:
		w.notes = append(w.notes, "service/"+s.Name+" selects no pods; somebody else makes its endpoints: its doors are not asked")
		return w, nil
	case p.Protocol != "" && p.Protocol != corev1.ProtocolTCP:
		w.notes = append(w.notes, fmt.Sprintf("port %d of service/%s is %s: its doors are not asked", p.Port, s.Name, p.Protocol))
		return w, nil
	}
	i.reset()
	pods, err := i.pods(ctx, s.Namespace, metav1.ListOptions{LabelSelector: metav1.FormatLabelSelector(&metav1.LabelSelector{MatchLabels: s.Spec.Selector})})
	if err != nil {
		return nil, err
	}
	if len(pods) == 0 {
		others, err := i.pods(ctx, s.Namespace, metav1.ListOptions{})
		w.finding = door.SelectsNothing(s, others)
		return w, err
	}
	pod := readyOf(pods)
	if pod == nil {
		return w, i.noneReady(ctx, w, pods)
	}
	if w.finding = door.Unnamed(s, port, pod); w.finding != nil {
		return w, nil
	}
	target, _ := door.Target(pod, &p)
	if path == "" {
		path = door.Path(pod, target)
	}
	w.walk = &door.Walk{Service: s, Port: port, Pod: pod, Target: target}
	return w, i.ask(ctx, w, path)
}

// readyOf is a pod that is ready, and stays.
func readyOf(pods []*corev1.Pod) *corev1.Pod {
	for _, pod := range pods {
		if pod.DeletionTimestamp == nil && slices.ContainsFunc(pod.Status.Conditions, func(c corev1.PodCondition) bool {
			return c.Type == corev1.PodReady && c.Status == corev1.ConditionTrue
		}) {
			return pod
		}
	}
	return nil
}

// noneReady explains the workload whose pods a Service selects.
func (i *Inspector) noneReady(ctx context.Context, w *way, pods []*corev1.Pod) error {
	about := workload.Ref{Kind: "Pod", Namespace: pods[0].Namespace, Name: pods[0].Name}
	for _, owner := range i.owners(ctx, pods[0]) {
		if k := workload.KindNamed(owner.Ref.Kind); k != nil && k.Releasable() && !owner.Absent && !owner.Unread {
			about = owner.Ref
		}
	}
	r, err := i.Why(ctx, about.Kind, about)
	if err != nil {
		return err
	}
	cause := string(r.Cause)
	if cause == "" {
		cause = r.Message
	}
	if r.State == chain.NothingFound {
		r.State = chain.Progressing
	}
	ref := workload.Ref{Kind: "Service", Namespace: w.service.Namespace, Name: w.service.Name}
	r.Message = fmt.Sprintf("no pod is ready (%s, %d selected)", cause, len(pods))
	r.Chain = append(r.Chain, chain.Step{Object: ref, Says: noneOf(len(pods)), Field: "spec.selector"})
	w.report = &r
	return nil
}

func noneOf(pods int) string {
	if pods == 1 {
		return "selects 1 pod, and it is not ready"
	}
	return fmt.Sprintf("selects %d pods, and none is ready", pods)
}

// ask asks the doors side by side, and what may explain their answers.
func (i *Inspector) ask(ctx context.Context, w *way, path string) error {
	prober, err := probe.New(i.cluster)
	if err != nil {
		return err
	}
	s, pod, target := w.service, w.walk.Pod, w.walk.Target
	p := s.Spec.Ports[w.walk.Port]
	podRef := workload.Ref{Kind: "Pod", Namespace: pod.Namespace, Name: pod.Name}
	serviceRef := workload.Ref{Kind: "Service", Namespace: s.Namespace, Name: s.Name}
	answers := []door.Answer{
		{Door: door.Loopback, Object: podRef, Address: address("127.0.0.1", target)},
		{Door: door.Pod, Object: podRef, Address: address(pod.Status.PodIP, target)},
		{Door: door.Service, Object: serviceRef, Address: address(s.Spec.ClusterIP, int(p.Port))},
	}
	answers = append(answers, outside(s, &p, serviceRef, pod.Status.HostIP)...)
	work := []func(context.Context) error{func(ctx context.Context) error {
		w.walk.Policies, w.walk.PoliciesUnread = i.policies(ctx, pod)
		return nil
	}}
	var mu sync.Mutex
	for n := range answers {
		work = append(work, func(ctx context.Context) error {
			a := answers[n]
			switch {
			case a.Result == door.NotAsked:
			case a.Door == door.Loopback:
				a = prober.Loopback(ctx, a, target, path)
			case a.Door == door.Pod:
				a = prober.Pod(ctx, a, strconv.Itoa(target), path)
			case a.Door == door.Service:
				a = prober.Service(ctx, a, strconv.Itoa(int(p.Port)), path)
			default:
				a = prober.Here(ctx, a, "", path)
			}
			mu.Lock()
			defer mu.Unlock()
			answers[n] = a
			return nil
		})
	}
	if err := together(ctx, work...); err != nil {
		return err
	}
	w.walk.Answers = answers
	if answers[0].Result == door.Refused {
		w.walk.Listens = i.listens(ctx, prober, pod, target, path)
	}
	w.finding = w.walk.Find()
	return nil
}

func address(ip string, port int) string { return net.JoinHostPort(ip, strconv.Itoa(port)) }

// outside are the doors of a Service that this machine may reach.
func outside(s *corev1.Service, p *corev1.ServicePort, ref workload.Ref, node string) []door.Answer {
	var all []door.Answer
	if p.NodePort != 0 {
		a := door.Answer{Door: door.NodePort, Object: ref, Address: address(node, int(p.NodePort))}
		if node == "" {
			a.Result, a.Message = door.NotAsked, "the address of the node is not known"
		}
		all = append(all, a)
	}
	if s.Spec.Type != corev1.ServiceTypeLoadBalancer {
		return all
	}
	a := door.Answer{Door: door.LoadBalancer, Object: ref, Result: door.NotAsked, Message: "no load balancer has given it an address"}
	if given := s.Status.LoadBalancer.Ingress; len(given) > 0 {
		in := given[0]
		host := in.IP
		if host == "" {
			host = in.Hostname
		}
		a.Address, a.Result, a.Message = address(host, int(p.Port)), "", ""
		for _, status := range in.Ports {
			if status.Port == p.Port && status.Error != nil {
				a.Result, a.Message = door.NotAsked, *status.Error
			}
		}
	}
	return append(all, a)
}

// policies are the NetworkPolicies that limit who reaches a pod.
func (i *Inspector) policies(ctx context.Context, pod *corev1.Pod) (names []string, unread bool) {
	client, err := i.cluster.Typed()
	if err != nil {
		return nil, true
	}
	list, err := cluster.Read(ctx, func(ctx context.Context) (*networkingv1.NetworkPolicyList, error) {
		return client.NetworkingV1().NetworkPolicies(pod.Namespace).List(ctx, metav1.ListOptions{})
	})
	if err != nil {
		return nil, true
	}
	return door.Policies(pod, list.Items), false
}

// listens asks where else a pod listens, if not where it should.
func (i *Inspector) listens(ctx context.Context, prober *probe.Prober, pod *corev1.Pod, target int, path string) []int {
	ref := workload.Ref{Kind: "Pod", Namespace: pod.Namespace, Name: pod.Name}
	var open []int
	for _, port := range door.Candidates(pod, target, i.firstLines(ctx, pod)) {
		a := prober.Loopback(ctx, door.Answer{Door: door.Loopback, Object: ref, Address: address("127.0.0.1", port)}, port, path)
		if a.Result == door.Answered || a.Result == door.Open {
			open = append(open, port)
		}
	}
	return open
}

// firstLines are the first lines that the first container of a pod has printed: programs say there where they listen.
func (i *Inspector) firstLines(ctx context.Context, pod *corev1.Pod) []string {
	client, err := i.cluster.Typed()
	if err != nil {
		return nil
	}
	const most = 4 << 10
	text, err := client.CoreV1().Pods(pod.Namespace).GetLogs(pod.Name, &corev1.PodLogOptions{Container: pod.Spec.Containers[0].Name, LimitBytes: new(int64(most))}).DoRaw(ctx)
	if err != nil {
		return nil
	}
	return strings.Split(string(text), "\n")
}
