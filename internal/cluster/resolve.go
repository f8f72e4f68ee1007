package cluster

import (
	"context"
	"fmt"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Object is one workload as the API server, or with --local a file, gave it. It carries its apiVersion and
// kind, so that it can be printed.
type Object = workload.Object

// Resolve finds what the selection names, in its order; errors are *ArgumentError and *Error.
func (c *Cluster) Resolve(ctx context.Context, s Selection) ([]Object, error) {
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

// everyKind is kubectl's name for a category of kinds.
const everyKind = "all"

// takes tells whether the verb works on a kind.
func (s Selection) takes(k *workload.Kind) bool { return k.Releasable() || s.Templates }

// meant finds the kinds that a TYPE names: of "all" those that the verb works on.
func (c *Cluster) meant(w named, namespace string, s Selection) ([]*workload.Kind, error) {
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

// kinds are those that the verb works on.
func (s Selection) kinds() []*workload.Kind {
	return slices.DeleteFunc(slices.Clone(workload.Kinds()), func(k *workload.Kind) bool { return !s.takes(k) })
}

func (c *Cluster) getAll(ctx context.Context, refs []workload.Ref) ([]Object, error) {
	return Each(ctx, refs, func(ctx context.Context, ref workload.Ref) (Object, error) {
		return c.get(ctx, ref)
	})
}

// get reads one workload; a name that is wrong gets the explanation that a few more reads allow.
func (c *Cluster) get(ctx context.Context, ref workload.Ref) (Object, error) {
	object, err := c.Reread(ctx, ref)
	if Is(err, NotFound) {
		return Object{}, c.explainNotFound(ctx, ref, err)
	}
	return object, err
}

// Reread reads one workload without explaining why it is not there.
func (c *Cluster) Reread(ctx context.Context, ref workload.Ref) (Object, error) {
	kind := workload.KindNamed(ref.Kind)
	o, err := c.getObject(ctx, &kind.Resource, ref.Namespace, ref.Name)
	if err != nil {
		return Object{}, APIError(Call{"get", kind.Plural, ref.Namespace, ref.String()}, err)
	}
	return c.learnt(kind, o), nil
}

// listAll lists the kinds of refs, which have no names. It is an error if none has an object.
func (c *Cluster) listAll(ctx context.Context, refs []workload.Ref, s Selection) ([]Object, error) {
	lists, err := Each(ctx, refs, func(ctx context.Context, ref workload.Ref) ([]Object, error) {
		return c.list(ctx, workload.KindNamed(ref.Kind), ref.Namespace, s)
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

func (c *Cluster) list(ctx context.Context, kind *workload.Kind, namespace string, s Selection) ([]Object, error) {
	list, err := c.listObjects(ctx, &kind.Resource, namespace, metav1.ListOptions{LabelSelector: s.LabelSelector})
	if err != nil {
		return nil, APIError(Call{"list", kind.Plural, namespace, kind.Plural}, err)
	}
	objects := make([]Object, 0, len(list))
	for _, o := range list {
		objects = append(objects, c.learnt(kind, o))
	}
	return objects, nil
}

// unsupported is the error for a kind that the verb does not work on.
func unsupported(gvk schema.GroupVersionKind, name, namespace string, s Selection) *Error {
	object := lower(gvk.Kind)
	if name != "" {
		object += "/" + name
	}
	var plurals []string
	for _, k := range s.kinds() {
		plurals = append(plurals, k.Plural)
	}
	last := len(plurals) - 1
	works := fmt.Sprintf("it works on %s and %s", strings.Join(plurals[:last], ", "), plurals[last])
	e := &Error{Reason: Unsupported, Object: object, Message: fmt.Sprintf("kubectl app %s does not work on %s; %s", s.Verb, object, works)}
	if k := workload.KindNamed(gvk.Kind); k != nil && k.GroupVersionKind == gvk {
		e.Message = fmt.Sprintf("%s has no rollouts: kubectl app %s can't do anything with it; %s", object, s.Verb, works)
		if name != "" {
			e.Next = append(e.Next, "kubectl get "+object+InFlag(namespace))
		}
	}
	if s.Local {
		return e
	}
	e.Next = append(e.Next, "kubectl get deployments"+InFlag(namespace))
	return e
}
