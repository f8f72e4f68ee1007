package cluster

import (
	"context"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Object is one workload as the API server, or with --local a file, gave it. It carries its apiVersion and
// kind, so that it can be printed.
type Object = workload.Object

// Reread reads one workload without explaining why it is not there.
func (c *Cluster) Reread(ctx context.Context, ref workload.Ref) (Object, error) {
	kind := workload.KindNamed(ref.Kind)
	o, err := c.getObject(ctx, &kind.Resource, ref.Namespace, ref.Name)
	if err != nil {
		return Object{}, APIError(Call{"get", kind.Plural, ref.Namespace, ref.String()}, err)
	}
	return c.learnt(kind, o), nil
}

// List reads the workloads of a kind.
func (c *Cluster) List(ctx context.Context, kind *workload.Kind, namespace string, options metav1.ListOptions) ([]Object, error) {
	list, err := c.listObjects(ctx, &kind.Resource, namespace, options)
	if err != nil {
		return nil, APIError(Call{"list", kind.Plural, namespace, kind.Plural}, err)
	}
	objects := make([]Object, 0, len(list))
	for _, o := range list {
		objects = append(objects, c.learnt(kind, o))
	}
	return objects, nil
}

// request begins a request about a resource.
func (c *Cluster) request(r *workload.Resource, begin func(rest.Interface) *rest.Request) (*rest.Request, error) {
	client, err := c.typed()
	if err != nil {
		return nil, err
	}
	groups := map[string]func() rest.Interface{
		"":      client.CoreV1().RESTClient,
		"apps":  client.AppsV1().RESTClient,
		"batch": client.BatchV1().RESTClient,
	}
	return begin(groups[r.Group]()).Resource(r.Plural), nil
}

// getObject reads one object; the error is the API's.
func (c *Cluster) getObject(ctx context.Context, r *workload.Resource, namespace, name string) (workload.API, error) {
	request, err := c.request(r, func(client rest.Interface) *rest.Request { return client.Get().Namespace(namespace).Name(name) })
	if err != nil {
		return nil, err
	}
	return Read(ctx, func(ctx context.Context) (workload.API, error) {
		o := r.Make()
		return o, request.Do(ctx).Into(o)
	})
}

// listObjects reads a list, page by page; the error is the API's.
func (c *Cluster) listObjects(ctx context.Context, r *workload.Resource, namespace string, options metav1.ListOptions) (all []workload.API, err error) {
	err = c.EachObject(ctx, r, namespace, options, func(o workload.API) { all = append(all, o) })
	return all, err
}

// patchObject sends one patch; the error is the API's.
func (c *Cluster) patchObject(ctx context.Context, r *workload.Resource, namespace, name string, p patch, o WriteOptions) (workload.API, error) {
	options := o.PatchOptions()
	request, err := c.request(r, func(client rest.Interface) *rest.Request {
		return client.Patch(p.kind).Namespace(namespace).Name(name).VersionedParams(&options, scheme.ParameterCodec).Body(p.body)
	})
	if err != nil {
		return nil, err
	}
	after := r.Make()
	return after, request.Do(ctx).Into(after)
}
