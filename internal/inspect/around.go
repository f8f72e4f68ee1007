package inspect

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/runtime"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/app"
	"github.com/kubectl-app/kubectl-app/pkg/diagnosis/chain"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// surroundings reads what is around the apps of a namespace, each kind once for all of them.
type surroundings struct {
	cluster   *cluster.Cluster
	namespace string

	mu     sync.Mutex
	around *app.Around
	named  map[namedObject]bool // that was read
	listed map[string][]metav1.PartialObjectMetadata
	routed bool // what leads to the Services was read
	cut    bool // there are more warnings than were read
}

// routesGroup is the API group of HTTPRoutes, which not every cluster has.
const routesGroup = "gateway.networking.k8s.io"

// hidden is what can't be found without a resource.
var hidden = map[string]string{
	"services":                 "which Services select the pods, and what leads to them",
	"endpointslices":           "whether the Services have ready endpoints",
	"ingresses":                "the hosts that lead here",
	"httproutes":               "the hosts that lead here",
	"horizontalpodautoscalers": "whether an autoscaler scales it",
	"poddisruptionbudgets":     "whether pods may be evicted",
	"networkpolicies":          "which traffic is allowed",
	"resourcequotas":           "whether a quota is short",
	"events":                   "recent warnings",
	"secrets":                  "whether the Secrets that it names are there",
	"configmaps":               "whether the ConfigMaps that it names are there",
	"serviceaccounts":          "whether its ServiceAccount is there, and the pull secrets of it",
	"persistentvolumeclaims":   "whether its claims are bound",
}

// lists reads the lists side by side, of what leads to a Service where one selects the apps. What can't be read is noted.
func (r *surroundings) lists(ctx context.Context, apps []app.Observed) error {
	client, err := r.cluster.Typed()
	if err != nil {
		return err
	}
	a, in := r.around, r.namespace
	reads := []func(context.Context) error{
		func(ctx context.Context) error {
			services := list(r, "services", &a.Services, client.CoreV1().Services(in).List, func(l *corev1.ServiceList) []corev1.Service { return l.Items })
			return errors.Join(services(ctx), r.routes(ctx, apps))
		},
		list(r, "horizontalpodautoscalers", &a.Autoscalers, client.AutoscalingV2().HorizontalPodAutoscalers(in).List, func(l *autoscalingv2.HorizontalPodAutoscalerList) []autoscalingv2.HorizontalPodAutoscaler {
			return l.Items
		}),
		list(r, "poddisruptionbudgets", &a.Budgets, client.PolicyV1().PodDisruptionBudgets(in).List, func(l *policyv1.PodDisruptionBudgetList) []policyv1.PodDisruptionBudget { return l.Items }),
		list(r, "networkpolicies", &a.Policies, client.NetworkingV1().NetworkPolicies(in).List, func(l *networkingv1.NetworkPolicyList) []networkingv1.NetworkPolicy { return l.Items }),
		list(r, "resourcequotas", &a.Quotas, client.CoreV1().ResourceQuotas(in).List, func(l *corev1.ResourceQuotaList) []corev1.ResourceQuota { return l.Items }),
		r.warnings,
	}
	return together(ctx, reads...)
}

// routes reads what leads to the Services of the apps, once.
func (r *surroundings) routes(ctx context.Context, apps []app.Observed) error {
	client, err := r.cluster.Typed()
	if err != nil {
		return err
	}
	r.mu.Lock()
	needed := !r.routed && app.Selected(apps, r.around)
	r.routed = r.routed || needed
	r.mu.Unlock()
	if !needed {
		return nil
	}
	a, in := r.around, r.namespace
	return together(ctx,
		list(r, "endpointslices", &a.Slices, client.DiscoveryV1().EndpointSlices(in).List, func(l *discoveryv1.EndpointSliceList) []discoveryv1.EndpointSlice { return l.Items }),
		list(r, "ingresses", &a.Ingresses, client.NetworkingV1().Ingresses(in).List, func(l *networkingv1.IngressList) []networkingv1.Ingress { return l.Items }),
		r.httpRoutes,
	)
}

// list reads all pages of one kind.
func list[L runtime.Object, T any](r *surroundings, resource string, into *[]T, read func(context.Context, metav1.ListOptions) (L, error), items func(L) []T) func(context.Context) error {
	return func(ctx context.Context) error {
		var all []T
		err := cluster.Pages(ctx, metav1.ListOptions{}, func(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) { return read(ctx, o) },
			func(page runtime.Object) error {
				if l, ok := page.(L); ok {
					all = append(all, items(l)...)
				}
				return nil
			})
		*into = all
		return r.unread(ctx, err, "list", resource)
	}
}

// httpRoutes reads those of the Gateway API. A cluster that does not have it has none.
func (r *surroundings) httpRoutes(ctx context.Context) error {
	var all []app.HTTPRoute
	path := "/apis/" + routesGroup + "/v1/namespaces/" + r.namespace + "/httproutes"
	err := r.cluster.RawPages(ctx, path, cluster.Call{Verb: "list", Resource: "httproutes." + routesGroup, Namespace: r.namespace, Object: "httproutes"}, func(text []byte) {
		var route app.HTTPRoute
		if json.Unmarshal(text, &route) == nil {
			all = append(all, route)
		}
	})
	r.around.HTTPRoutes = all
	if cluster.Is(err, cluster.Forbidden) && !r.serves(ctx, routesGroup) { // permissions are checked before the group is looked for
		return nil
	}
	return r.unread(ctx, err, "list", "httproutes")
}

// serves tells whether the cluster has an API group, or may have it.
func (r *surroundings) serves(ctx context.Context, group string) bool {
	client, err := r.cluster.Typed()
	if err != nil {
		return true
	}
	_, err = cluster.Read(ctx, func(ctx context.Context) ([]byte, error) {
		return client.CoreV1().RESTClient().Get().AbsPath("/apis/" + group).Do(ctx).Raw()
	})
	return !cluster.Is(cluster.APIError(cluster.Call{Verb: "get", Object: group}, err), cluster.NotFound)
}

// mask hides values in what controllers say. It comes last: what was read has taught the redactor.
func (r *surroundings) mask() {
	redactor := r.cluster.Redactor()
	var texts []*string
	for i := range r.around.Autoscalers {
		for k := range r.around.Autoscalers[i].Status.Conditions {
			texts = append(texts, &r.around.Autoscalers[i].Status.Conditions[k].Message)
		}
	}
	for i := range r.around.Budgets {
		for k := range r.around.Budgets[i].Status.Conditions {
			texts = append(texts, &r.around.Budgets[i].Status.Conditions[k].Message)
		}
	}
	for i := range r.around.HTTPRoutes {
		for _, p := range r.around.HTTPRoutes[i].Status.Parents {
			for k := range p.Conditions {
				texts = append(texts, &p.Conditions[k].Message)
			}
		}
	}
	for _, text := range texts {
		*text = redactor.Text(*text)
	}
}

func (r *surroundings) note(text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !slices.Contains(r.around.Notes, text) {
		r.around.Notes = append(r.around.Notes, text)
	}
}

// unread notes what may not be read, and what does not answer. Only the end of the command is an error.
func (r *surroundings) unread(ctx context.Context, err error, verb, resource string) error {
	err = cluster.APIError(cluster.Call{Verb: verb, Resource: resource, Namespace: r.namespace, Object: resource}, err)
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case cluster.Is(err, cluster.NotFound): // the API group is absent
		return nil
	case cluster.Is(err, cluster.Forbidden):
	case cluster.Is(err, cluster.Unreachable, cluster.Untrusted, cluster.Unauthorized):
		return err
	default:
		r.note(resource + " can't be read now, which hides " + hidden[resource] + ": " + firstLine(err.Error()))
		r.mu.Lock()
		defer r.mu.Unlock()
		r.around.Silent = append(r.around.Silent, resource)
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if !slices.ContainsFunc(r.around.NotSeen, func(n chain.NotSeen) bool { return n.Resource == resource }) {
		r.around.NotSeen = append(r.around.NotSeen, chain.NotSeen{
			Resource: resource, Hides: hidden[resource], Next: []string{workload.CanI(verb, qualified(resource), r.namespace)},
		})
	}
	return nil
}

// qualified adds the group of a resource that kubectl might not find by its name alone.
func qualified(resource string) string {
	if resource == "httproutes" {
		return resource + "." + routesGroup
	}
	return resource
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}
