package cluster

import (
	"context"
	"fmt"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Object is one workload as the API server, or with --local a file, gave it.
type Object struct {
	// Deployment carries its apiVersion and kind, so that it can be printed.
	Deployment *appsv1.Deployment
}

// Ref names the object.
func (o Object) Ref() workload.Ref {
	return workload.Ref{Kind: deploymentKind.Kind, Namespace: o.Deployment.Namespace, Name: o.Deployment.Name}
}

// Workload reads the object.
func (o Object) Workload() *workload.Workload { return workload.FromDeployment(o.Deployment) }

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
	for _, w := range wanted {
		if err := c.supported(w, namespace, s); err != nil {
			return nil, err
		}
	}
	if wanted[0].name == "" {
		return c.list(ctx, namespace, s)
	}
	refs := make([]workload.Ref, 0, len(wanted))
	for _, w := range wanted {
		refs = append(refs, workload.Ref{Kind: deploymentKind.Kind, Namespace: namespace, Name: w.name})
	}
	return c.getAll(ctx, unique(refs)) // "deploy/web deployment/web" is one object
}

// supported refuses kinds that can't be released (yet), with the kubectl command that changes them.
func (c *Cluster) supported(w named, namespace string, s Selection) error {
	gvk, err := c.kindOf(w.kind)
	if err != nil {
		return err
	}
	if gvk == deploymentKind {
		return nil
	}
	return unsupported(gvk, w.name, namespace, s)
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
	client, err := c.typed()
	if err != nil {
		return Object{}, err
	}
	d, err := Read(ctx, func(ctx context.Context) (*appsv1.Deployment, error) {
		return client.AppsV1().Deployments(ref.Namespace).Get(ctx, ref.Name, metav1.GetOptions{})
	})
	if err != nil {
		return Object{}, APIError(Call{"get", "deployments", ref.Namespace, ref.String()}, err)
	}
	return c.learnt(d), nil
}

func (c *Cluster) list(ctx context.Context, namespace string, s Selection) ([]Object, error) {
	client, err := c.typed()
	if err != nil {
		return nil, err
	}
	list, err := Read(ctx, func(ctx context.Context) (*appsv1.DeploymentList, error) {
		return client.AppsV1().Deployments(namespace).List(ctx, metav1.ListOptions{LabelSelector: s.LabelSelector})
	})
	if err != nil {
		return nil, APIError(Call{"list", "deployments", namespace, "deployments"}, err)
	}
	if len(list.Items) == 0 {
		return nil, c.explainNothing(ctx, namespace, s.LabelSelector)
	}
	objects := make([]Object, 0, len(list.Items))
	for i := range list.Items {
		objects = append(objects, c.learnt(&list.Items[i]))
	}
	return objects, nil
}

// deploymentObject gives back the kind that typed clients leave out.
func deploymentObject(d *appsv1.Deployment) Object {
	d.SetGroupVersionKind(deploymentKind)
	return Object{Deployment: d}
}

func unsupported(gvk schema.GroupVersionKind, name, namespace string, s Selection) *Error {
	object := lower(gvk.Kind)
	if name != "" {
		object += "/" + name
	}
	e := &Error{
		Reason: Unsupported, Object: object,
		Message: fmt.Sprintf("%s can't be released yet: kubectl app %s works on deployments", object, s.Verb),
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
