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
		kind, err := c.releasable(w, namespace, s)
		if err != nil {
			return nil, err
		}
		refs = append(refs, workload.Ref{Kind: kind.Kind, Namespace: namespace, Name: w.name})
	}
	if refs = unique(refs); refs[0].Name == "" { // "deploy/web deployment/web" is one object
		return c.listAll(ctx, refs, s)
	}
	return c.getAll(ctx, refs)
}

// releasable finds the kind. One that can't be released (yet) is refused with the kubectl command that changes it.
func (c *Cluster) releasable(w named, namespace string, s Selection) (*workload.Kind, error) {
	gvk, err := c.kindOf(w.kind)
	if err != nil {
		return nil, err
	}
	if k := workload.KindNamed(gvk.Kind); k != nil && k.GroupVersionKind == gvk && k.Releasable() {
		return k, nil
	}
	return nil, unsupported(gvk, w.name, namespace, s)
}

func (c *Cluster) getAll(ctx context.Context, refs []workload.Ref) ([]Object, error) {
	return Each(ctx, refs, func(ctx context.Context, ref workload.Ref) (Object, error) {
		return c.get(ctx, ref)
	})
}

// get reads one workload; a name that is wrong gets the explanation that a few more reads allow.
func (c *Cluster) get(ctx context.Context, ref workload.Ref) (Object, error) {
	object, err := c.reread(ctx, ref)
	if Is(err, NotFound) {
		return Object{}, c.explainNotFound(ctx, ref, err)
	}
	return object, err
}

// reread reads one workload without explaining why it is not there.
func (c *Cluster) reread(ctx context.Context, ref workload.Ref) (Object, error) {
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

// releasableKinds is "deployments, statefulsets and daemonsets".
func releasableKinds() string {
	var names []string
	for _, k := range workload.Kinds() {
		if k.Releasable() {
			names = append(names, k.Plural)
		}
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " and " + names[last]
}

func unsupported(gvk schema.GroupVersionKind, name, namespace string, s Selection) *Error {
	object := lower(gvk.Kind)
	if name != "" {
		object += "/" + name
	}
	e := &Error{
		Reason: Unsupported, Object: object,
		Message: fmt.Sprintf("%s can't be released yet: kubectl app %s works on %s", object, s.Verb, releasableKinds()),
	}
	if command := kubectlCommand(gvk, object, s); command != "" {
		e.Message += "; kubectl does it"
		if strings.HasPrefix(s.Verb, "set ") || s.Verb == "rollout undo" {
			e.Message += ", without the watch"
		}
		e.Next = append(e.Next, command+InFlag(namespace))
	}
	if s.Local {
		return e
	}
	e.Next = append(e.Next, "kubectl get deployments"+InFlag(namespace))
	return e
}
