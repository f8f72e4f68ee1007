// Package resolve finds what the command line names: TYPE/NAME by kubectl's rules, selectors, files, names that are nearly
// right. Errors are *ArgumentError and *cluster.Error.
package resolve

import (
	"context"
	"fmt"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Workloads finds what the selection names, in its order; errors are *ArgumentError and *Error.
func Workloads(ctx context.Context, in *cluster.Cluster, s Selection) ([]cluster.Object, error) {
	c := finder{in}
	wanted, err := s.parse()
	if err != nil {
		return nil, err
	}
	if s.FromFiles() {
		return c.resolveFiles(ctx, s)
	}
	namespace, _, err := c.Namespace()
	if err != nil {
		return nil, err
	}
	refs := make([]workload.Ref, 0, len(wanted))
	for _, w := range wanted {
		kinds, err := c.meant(w, namespace, s)
		if err != nil {
			return nil, err
		}
		for _, k := range kinds {
			refs = append(refs, workload.Ref{Kind: k.Kind, Namespace: namespace, Name: w.name})
		}
	}
	if refs = unique(refs); refs[0].Name == "" { // "deploy/web deployment/web" is one object
		return c.listAll(ctx, refs, s)
	}
	return c.getAll(ctx, refs)
}

// finder looks in a cluster for what a command line names.
type finder struct{ *cluster.Cluster }

// everyKind is kubectl's name for a category of kinds.
const everyKind = "all"

// takes tells whether the verb works on a kind.
func (s Selection) takes(k *workload.Kind) bool {
	if s.Scales {
		return k.Scalable()
	}
	return k.Releasable() || s.Templates
}

// meant finds the kinds that a TYPE names: of "all" those that the verb works on.
func (c finder) meant(w named, namespace string, s Selection) ([]*workload.Kind, error) {
	if w.kind == everyKind && w.name == "" {
		return s.kinds(), nil
	}
	gvk, err := c.kindOf(w.kind)
	if err != nil {
		return nil, err
	}
	if k := workload.KindNamed(gvk.Kind); k != nil && k.GroupVersionKind == gvk && s.takes(k) {
		return []*workload.Kind{k}, nil
	}
	return nil, unsupported(gvk, w.name, namespace, s)
}

// notScaled is the error for a kind without replicas, or with replicas in a place that only its own controller knows.
func notScaled(gvk schema.GroupVersionKind, name, namespace, works string) *cluster.Error {
	object := strings.TrimSuffix(strings.ToLower(gvk.Kind)+"/"+name, "/")
	e := &cluster.Error{Reason: cluster.Unsupported, Object: object}
	if k := workload.KindNamed(gvk.Kind); k != nil && k.GroupVersionKind == gvk {
		e.Message = object + " has no replicas" + k.Unscaled()
		if name != "" {
			e.Next = []string{"kubectl get " + object + cluster.InFlag(namespace) + " -o wide"}
		}
		return e
	}
	e.Message = fmt.Sprintf("kubectl app scale does not work on %s; %s", object, works)
	if name != "" {
		e.Next = []string{"kubectl scale " + object + cluster.InFlag(namespace) + " --replicas=COUNT"}
	}
	return e
}

// kinds are those that the verb works on.
func (s Selection) kinds() []*workload.Kind {
	return slices.DeleteFunc(slices.Clone(workload.Kinds()), func(k *workload.Kind) bool { return !s.takes(k) })
}

func (c finder) getAll(ctx context.Context, refs []workload.Ref) ([]cluster.Object, error) {
	return cluster.Each(ctx, refs, c.get)
}

// get reads one workload; a name that is wrong gets the explanation that a few more reads allow.
func (c finder) get(ctx context.Context, ref workload.Ref) (cluster.Object, error) {
	object, err := c.Reread(ctx, ref)
	if cluster.Is(err, cluster.NotFound) {
		return cluster.Object{}, c.explainNotFound(ctx, ref, err)
	}
	return object, err
}

// listAll lists the kinds of refs, which have no names. It is an error if none has an object.
func (c finder) listAll(ctx context.Context, refs []workload.Ref, s Selection) ([]cluster.Object, error) {
	lists, err := cluster.Each(ctx, refs, func(ctx context.Context, ref workload.Ref) ([]cluster.Object, error) {
		return c.List(ctx, workload.KindNamed(ref.Kind), ref.Namespace, metav1.ListOptions{LabelSelector: s.LabelSelector})
	})
	if err != nil {
		return nil, err
	}
	objects := slices.Concat(lists...)
	if len(objects) == 0 {
		return nil, c.explainNothing(ctx, refs, s.LabelSelector)
	}
	return objects, nil
}

// unsupported is the error for a kind that the verb does not work on.
func unsupported(gvk schema.GroupVersionKind, name, namespace string, s Selection) *cluster.Error {
	object := strings.ToLower(gvk.Kind)
	if name != "" {
		object += "/" + name
	}
	var plurals []string
	for _, k := range s.kinds() {
		plurals = append(plurals, k.Plural)
	}
	last := len(plurals) - 1
	works := fmt.Sprintf("it works on %s and %s", strings.Join(plurals[:last], ", "), plurals[last])
	e := &cluster.Error{Reason: cluster.Unsupported, Object: object, Message: fmt.Sprintf("kubectl app %s does not work on %s; %s", s.Verb, object, works)}
	if k := workload.KindNamed(gvk.Kind); k != nil && k.GroupVersionKind == gvk {
		e.Message = fmt.Sprintf("%s has no rollouts: kubectl app %s can't do anything with it; %s", object, s.Verb, works)
		if name != "" {
			e.Next = append(e.Next, "kubectl get "+object+cluster.InFlag(namespace))
		}
	}
	if s.Scales {
		return notScaled(gvk, name, namespace, works)
	}
	if s.Local {
		return e
	}
	e.Next = append(e.Next, "kubectl get deployments"+cluster.InFlag(namespace))
	return e
}
