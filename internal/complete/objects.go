package complete

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/internal/resolve"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Kinds are those that a verb takes: of the common ones all objects are offered, of the others when the type is typed.
type Kinds struct {
	Common, Others []string
}

// Objects are TYPE/NAME of the kinds, with the type as it is typed.
func (in In) Objects(ctx context.Context, kinds Kinds, typed string) []Candidate {
	if typ, _, named := strings.Cut(typed, "/"); named {
		return Around(typ+"/", in.Names(ctx, kinds, typ), "")
	}
	lists, _ := cluster.Each(ctx, kinds.Common, func(ctx context.Context, kind string) ([]Candidate, error) {
		typ := strings.ToLower(kind)
		if !strings.HasPrefix(typ, typed) && !strings.HasPrefix(typed, typ) {
			return nil, nil
		}
		return Around(typ+"/", in.Names(ctx, kinds, typ), ""), nil
	})
	found := slices.Concat(lists...)
	if typed == "" {
		return found
	}
	for _, kind := range kinds.Others {
		found = append(found, Candidate{Word: strings.ToLower(kind) + "/"})
	}
	if len(Matching(found, typed)) == 0 { // a short name: "sts"
		found = Around(typed+"/", in.Names(ctx, kinds, typed), "")
	}
	return found
}

// Names are the objects of a TYPE, if it is one of the kinds.
func (in In) Names(ctx context.Context, kinds Kinds, typ string) []Candidate {
	gvk, plural, known := resolve.BuiltinKind(typ)
	if !known || !slices.Contains(kinds.Common, gvk.Kind) && !slices.Contains(kinds.Others, gvk.Kind) {
		return nil
	}
	if kind := workload.KindNamed(gvk.Kind); kind != nil {
		return in.workloads(ctx, kind)
	}
	return in.Resource(ctx, gvk.GroupVersion().WithResource(plural))
}

// workloads are names with images and the number of ready pods.
func (in In) workloads(ctx context.Context, kind *workload.Kind) []Candidate {
	namespace, _, err := in.Namespace()
	if err != nil {
		return nil
	}
	objects, err := in.List(ctx, kind, namespace, metav1.ListOptions{})
	if err != nil {
		return nil
	}
	found := make([]Candidate, 0, len(objects))
	for _, o := range objects {
		found = append(found, Candidate{o.GetName(), aboutWorkload(o)})
	}
	return found
}

func aboutWorkload(o workload.Object) string {
	images := workload.Images(o.Template())
	about := strings.Join(slices.Compact(slices.Sorted(maps.Values(images))), ", ")
	if o.Kind.Releasable() {
		w := o.Workload()
		about += fmt.Sprintf(", %d of %d ready", w.Ready, w.Desired)
		if w.Paused {
			about += ", paused"
		}
	}
	return about
}

// Resource are the names of a resource alone: of a Secret no value travels.
func (in In) Resource(ctx context.Context, resource schema.GroupVersionResource) []Candidate {
	namespace, _, err := in.Namespace()
	if err != nil {
		return nil
	}
	if slices.Contains(clusterScoped, resource.Resource) {
		namespace = ""
	}
	client, err := in.Metadata()
	if err != nil {
		return nil
	}
	list, err := client.Resource(resource).Namespace(namespace).List(ctx, metav1.ListOptions{Limit: 500})
	if err != nil {
		return nil
	}
	found := make([]Candidate, 0, len(list.Items))
	for i := range list.Items {
		found = append(found, Candidate{Word: list.Items[i].Name})
	}
	return found
}

var clusterScoped = []string{"namespaces", "nodes", "ingressclasses", "storageclasses"}
