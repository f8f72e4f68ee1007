package expose

import (
	"fmt"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/diagnosis/chain"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// unsteady is how long ago a restart still makes it doubtful whether a pod stays ready.
const unsteady = 2 * time.Minute

// Hold is how long endpoints have to stay ready where containers have restarted a moment ago: one that crashes is ready
// for a moment after each start.
const Hold = 5 * time.Second

// Unsteady tells whether a container of the pods has restarted a moment ago.
func Unsteady(pods []corev1.Pod, now time.Time) bool {
	return slices.ContainsFunc(pods, func(p corev1.Pod) bool {
		return p.DeletionTimestamp == nil && slices.ContainsFunc(p.Status.ContainerStatuses, func(c corev1.ContainerStatus) bool {
			ended := c.LastTerminationState.Terminated
			if ended == nil {
				ended = c.State.Terminated
			}
			return ended != nil && now.Sub(ended.FinishedAt.Time) < unsteady
		})
	})
}

// Look is what is seen of a Service, and of what stands before and behind it.
type Look struct {
	Target    *Target
	Service   *corev1.Service
	Endpoints Endpoints
	// Ingress is nil if there is to be none.
	Ingress *networkingv1.Ingress
	// Why explains the pods; nil while nobody has asked.
	Why *chain.Report
	// Err is why something can't be watched now.
	Err error
	// NoPods: the selector matched no pod when somebody asked.
	NoPods bool
}

// Ready tells whether the Service has all that its type promises.
func (l *Look) Ready() bool {
	return l.Endpoints.Ready > 0 && !l.WaitsForAddress() && !l.WaitsForRoute()
}

// WaitsForRoute tells whether no controller has given the Ingress an address yet.
func (l *Look) WaitsForRoute() bool {
	return l.Ingress != nil && len(l.Ingress.Status.LoadBalancer.Ingress) == 0
}

// WaitsForAddress tells whether no load balancer has given the Service an address yet.
func (l *Look) WaitsForAddress() bool {
	return l.Service.Spec.Type == corev1.ServiceTypeLoadBalancer && len(l.Service.Status.LoadBalancer.Ingress) == 0
}

// Progress is the state in one line.
func (l *Look) Progress() string {
	text := workload.Plural(l.Endpoints.Ready, "endpoint", "endpoints") + " ready"
	if l.Endpoints.NotReady > 0 {
		text += fmt.Sprintf(", %d not ready", l.Endpoints.NotReady)
	}
	switch {
	case l.Endpoints.Ready == 0:
	case l.WaitsForAddress():
		text += "; waiting for the address of the load balancer"
	case l.WaitsForRoute():
		text += "; waiting for the address of ingress/" + l.Ingress.Name
	}
	return text
}

// patience is how long a cause has to last: a Service may be made together with what its pods need.
const patience = 10 * time.Second

// heals are causes that may end without anybody's help.
var heals = []diagnosis.Cause{
	diagnosis.Unschedulable, diagnosis.VolumePending, diagnosis.RegistryUnreachable, diagnosis.ImagePulling, diagnosis.InitRunning,
	diagnosis.WebhookUnavailable, diagnosis.ReadinessFailing, diagnosis.NodeLost,
}

// Cause says why nothing answers, "" while that is not known. final: to wait longer would not help.
func (l *Look) Cause() (text string, final bool) {
	switch {
	case l.Endpoints.Ready > 0 && l.WaitsForAddress():
		return "the load balancer has no address: no controller of this cluster has given it one", false
	case l.Endpoints.Ready > 0 && l.WaitsForRoute():
		class := "a class"
		if name := l.Ingress.Spec.IngressClassName; name != nil {
			class = "class " + *name
		}
		return fmt.Sprintf("ingress/%s has no address: no controller for %s serves it, or none says so", l.Ingress.Name, class), false
	case l.Endpoints.Ready > 0:
		return fmt.Sprintf("a container has restarted, and the pods have been ready for less than %s", Hold), false
	case len(l.Endpoints.Without) > 0:
		return fmt.Sprintf("no pod of %s has the port that %s leads to", l.Target, l.Endpoints.Without[0]), l.Why != nil
	case l.empty() && l.Target.PerNode: // a new one has not been counted yet
		return "no node is to run a pod of " + l.Target.String(), false
	case l.empty():
		return l.Target.String() + " has 0 replicas", l.Endpoints.Seen
	case l.NoPods:
		return fmt.Sprintf("the selector %s matches no pod", SelectorText(l.Service.Spec.Selector)), l.Target.Desired != 0 && !l.Target.Counted()
	case l.Why == nil || l.Why.State == chain.NothingFound || l.Why.State == chain.Unknown:
		if l.Err != nil {
			return l.Err.Error(), false
		}
		return "", false
	case l.Target.Ready > 0: // its endpoint may be on its way
		return "no endpoint is ready, and " + l.Target.String() + " fails: " + because(l.Why), false
	}
	text = fmt.Sprintf("no pod of %s is ready: %s", l.Target, because(l.Why))
	lasting := l.Why.Since == nil || l.Why.Time.Sub(*l.Why.Since) >= patience
	return text, l.Why.State == chain.Failing && l.Why.Cause != "" && lasting && !slices.Contains(heals, l.Why.Cause)
}

// empty: the workload is to have no pods, and there are none of others.
func (l *Look) empty() bool { return l.Target.Desired == 0 && l.Endpoints.NotReady == 0 }

// because is the cause with its evidence.
func because(r *chain.Report) string {
	if len(r.Chain) == 0 || r.Cause == "" {
		return r.Message
	}
	text, step := string(r.Cause), r.Chain[0]
	if step.Says != "" {
		text += " (" + step.Says + ")"
	}
	switch {
	case step.Message != "":
		text += ": " + step.Message
	case len(step.Logs) > 0:
		text += ": " + step.Logs[len(step.Logs)-1]
	}
	return text
}

// Failing tells whether something is wrong that is known, and not only slow.
func (l *Look) Failing() bool {
	slow := l.Why == nil || l.Why.Cause == "" || l.Why.Cause == diagnosis.ImagePulling || l.Why.Cause == diagnosis.InitRunning
	return l.Endpoints.Ready == 0 && (len(l.Endpoints.Without) > 0 || l.empty() || l.NoPods || !slow)
}

// Next are commands that help where nothing answers.
func (l *Look) Next() []string {
	in := " -n " + l.Target.Namespace
	switch {
	case l.Endpoints.Ready > 0 && l.WaitsForAddress():
		return []string{
			"kubectl app expose " + l.Target.String() + in + " --name=" + l.Service.Name + " --type=NodePort",
			fmt.Sprintf("kubectl port-forward service/%s%s :%d", l.Service.Name, in, l.Service.Spec.Ports[0].Port),
			"kubectl describe service/" + l.Service.Name + in,
		}
	case l.Endpoints.Ready > 0 && l.WaitsForRoute():
		return []string{"kubectl get ingressclasses", "kubectl describe ingress/" + l.Ingress.Name + in}
	case l.Endpoints.Ready > 0:
		return []string{"kubectl app why " + l.Target.String() + in}
	case len(l.Endpoints.Without) > 0:
		return []string{"kubectl describe " + l.Target.String() + in}
	case l.empty() && l.Target.PerNode:
		return []string{"kubectl describe " + l.Target.String() + in}
	case l.empty():
		return []string{"kubectl app scale " + l.Target.String() + in + " --replicas=1"}
	case l.NoPods:
		return []string{"kubectl get pods" + in + " --show-labels"}
	case l.Why != nil && len(l.Why.Next) > 0:
		return []string{"kubectl app why " + l.Why.Object.String() + in, l.Why.Next[0].Command}
	}
	return []string{"kubectl get endpointslices" + in + " -l kubernetes.io/service-name=" + l.Service.Name}
}
