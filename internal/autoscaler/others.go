package autoscaler

import (
	"context"
	"encoding/json"
	"slices"
	"sync"

	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// others are what else may scale a workload. Their kinds are not built in: a cluster without them has none.
type others struct {
	verticals []vertical
	// scaledObjects are names of KEDA's.
	scaledObjects []string
}

// vertical is what counts of a VerticalPodAutoscaler.
type vertical struct {
	Metadata struct {
		Name string `json:"name"`
	} `json:"metadata"`
	Spec struct {
		TargetRef    targetRef `json:"targetRef"`
		UpdatePolicy struct {
			UpdateMode string `json:"updateMode"`
		} `json:"updatePolicy"`
		ResourcePolicy struct {
			ContainerPolicies []struct {
				Mode                string                 `json:"mode"`
				ControlledResources *[]corev1.ResourceName `json:"controlledResources"`
			} `json:"containerPolicies"`
		} `json:"resourcePolicy"`
	} `json:"spec"`
}

type targetRef struct {
	Kind string `json:"kind"`
	Name string `json:"name"`
}

// sets tells whether it sets the request of a resource; without a policy it sets those of cpu and memory.
func (v vertical) sets(name corev1.ResourceName) bool {
	if v.Spec.UpdatePolicy.UpdateMode == "Off" {
		return false
	}
	policies := v.Spec.ResourcePolicy.ContainerPolicies
	if len(policies) == 0 {
		return true
	}
	for _, p := range policies {
		if p.Mode != "Off" && (p.ControlledResources == nil || slices.Contains(*p.ControlledResources, name)) {
			return true
		}
	}
	return false
}

// readOthers reads both kinds side by side. What may not be read, or does not answer, counts as absent.
func readOthers(ctx context.Context, c *cluster.Cluster, ref workload.Ref) (o others, err error) {
	var group sync.WaitGroup
	group.Go(func() {
		path := "/apis/autoscaling.k8s.io/v1/namespaces/" + ref.Namespace + "/verticalpodautoscalers"
		_ = c.RawPages(ctx, path, cluster.Call{Verb: "list", Resource: "verticalpodautoscalers", Namespace: ref.Namespace, Object: "verticalpodautoscalers"}, func(text []byte) {
			var v vertical
			if json.Unmarshal(text, &v) == nil && v.Spec.TargetRef == (targetRef{ref.Kind, ref.Name}) {
				o.verticals = append(o.verticals, v)
			}
		})
	})
	group.Go(func() {
		path := "/apis/keda.sh/v1alpha1/namespaces/" + ref.Namespace + "/scaledobjects"
		_ = c.RawPages(ctx, path, cluster.Call{Verb: "list", Resource: "scaledobjects", Namespace: ref.Namespace, Object: "scaledobjects"}, func(text []byte) {
			var s struct {
				Metadata struct {
					Name string `json:"name"`
				} `json:"metadata"`
				Spec struct {
					Target targetRef `json:"scaleTargetRef"`
				} `json:"spec"`
			}
			if json.Unmarshal(text, &s) != nil {
				return
			}
			if s.Spec.Target.Kind == "" { // its default
				s.Spec.Target.Kind = "Deployment"
			}
			if s.Spec.Target == (targetRef{ref.Kind, ref.Name}) {
				o.scaledObjects = append(o.scaledObjects, s.Metadata.Name)
			}
		})
	})
	group.Wait()
	return o, ctx.Err()
}
