// Package exposure reads and writes the Services and Ingresses of an app, and watches whether they lead anywhere.
package exposure

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/jsonmergepatch"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Client reads and writes Services and Ingresses.
type Client struct{ *cluster.Cluster }

// KindPod is the kind of pods.
const KindPod = "Pod"

// Kind is a kind of objects that lead to pods.
type Kind struct {
	schema.GroupVersionKind
	plural string
	client func(kubernetes.Interface) rest.Interface
	make   func() workload.API
}

// The kinds.
var (
	Services = &Kind{
		corev1.SchemeGroupVersion.WithKind("Service"), "services",
		func(c kubernetes.Interface) rest.Interface { return c.CoreV1().RESTClient() },
		func() workload.API { return &corev1.Service{} },
	}
	Ingresses = &Kind{
		networkingv1.SchemeGroupVersion.WithKind("Ingress"), "ingresses",
		func(c kubernetes.Interface) rest.Interface { return c.NetworkingV1().RESTClient() },
		func() workload.API { return &networkingv1.Ingress{} },
	}
)

// Ref names an object of the kind.
func (k *Kind) Ref(namespace, name string) workload.Ref {
	return workload.Ref{Kind: k.Kind, Namespace: namespace, Name: name}
}

func (k *Kind) call(verb string, ref workload.Ref) cluster.Call {
	return cluster.Call{Verb: verb, Resource: k.plural, Namespace: ref.Namespace, Object: ref.String()}
}

// request sends one request about an object of a kind, and decodes the answer.
func (c Client) request(ctx context.Context, k *Kind, begin func(rest.Interface) *rest.Request) (workload.API, error) {
	client, err := c.Typed()
	if err != nil {
		return nil, err
	}
	o := k.make()
	if err := begin(k.client(client)).Resource(k.plural).Do(ctx).Into(o); err != nil {
		return nil, err
	}
	o.GetObjectKind().SetGroupVersionKind(k.GroupVersionKind)
	return o, nil
}

// Get reads an object; nil if there is none.
func (c Client) Get(ctx context.Context, k *Kind, ref workload.Ref) (workload.API, error) {
	o, err := cluster.Read(ctx, func(ctx context.Context) (workload.API, error) {
		return c.request(ctx, k, func(r rest.Interface) *rest.Request { return r.Get().Namespace(ref.Namespace).Name(ref.Name) })
	})
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	return o, cluster.APIError(k.call("get", ref), err)
}

// Service reads a Service; nil if there is none.
func (c Client) Service(ctx context.Context, namespace, name string) (*corev1.Service, error) {
	o, err := c.Get(ctx, Services, Services.Ref(namespace, name))
	s, _ := o.(*corev1.Service)
	return s, err
}

// Put is an object that is to be created, or to be changed.
type Put struct {
	Kind *Kind
	Ref  workload.Ref
	// Now is the object as it was read, and after Send that on which the write is based; nil if there is none.
	Now workload.API
	// Plan makes of the object as it is what is wanted. What is so already comes back as it is.
	Plan func(now workload.API) (workload.API, error)

	// Written is the object as the server has stored it.
	Written workload.API
}

// Created tells whether nothing was there before.
func (p *Put) Created() bool { return p.Now == nil }

// Same tells whether two states of an object are the same to who wants one of them.
func Same(a, b workload.API) bool { return equality.Semantic.DeepEqual(a, b) }

// Send creates or changes the object by the guarded write. An error of Plan ends it.
func (c Client) Send(ctx context.Context, p *Put, o cluster.WriteOptions) error {
	current := p.Now
	want, err := p.Plan(current)
	if err != nil {
		return err
	}
	stored, err := cluster.Write[workload.API]{
		Planned: true, DryRun: o.DryRun,
		Read: func(ctx context.Context) (workload.API, error) { return c.Get(ctx, p.Kind, p.Ref) },
		MayArrive: func(now workload.API) bool {
			return now == nil && current == nil || now != nil && current != nil && now.GetResourceVersion() == current.GetResourceVersion()
		},
		Plan: func(_ context.Context, now workload.API, uncertain bool) (bool, error) {
			var err error
			current = now
			want, err = p.Plan(now)
			done := err == nil && now != nil && Same(now, want)
			if !done || !uncertain { // else it is our own write
				p.Now = now
			}
			return done, err
		},
		Send: func(ctx context.Context) (workload.API, error) { return c.send(ctx, p.Kind, p.Ref, current, want, o) },
	}.Run(ctx)
	if err == nil {
		p.Written = stored
		p.Written.GetObjectKind().SetGroupVersionKind(p.Kind.GroupVersionKind)
	}
	return err
}

func (c Client) send(ctx context.Context, k *Kind, ref workload.Ref, now, want workload.API, o cluster.WriteOptions) (workload.API, error) {
	if now == nil {
		options := metav1.CreateOptions{FieldManager: o.Manager(), DryRun: o.PatchOptions().DryRun}
		made, err := c.request(ctx, k, func(r rest.Interface) *rest.Request {
			return r.Post().Namespace(ref.Namespace).VersionedParams(&options, scheme.ParameterCodec).Body(want)
		})
		if apierrors.IsAlreadyExists(err) { // look again, and plan for what is there
			return nil, &cluster.Error{Reason: cluster.Conflict, Object: ref.String(), Message: ref.String() + " was created by someone else at the same time", Err: err}
		}
		return made, cluster.APIError(k.call("create", ref), err)
	}
	body, err := mergePatch(now, want)
	if err != nil {
		return nil, err
	}
	options := o.PatchOptions()
	changed, err := c.request(ctx, k, func(r rest.Interface) *rest.Request {
		return r.Patch(types.MergePatchType).Namespace(ref.Namespace).Name(ref.Name).VersionedParams(&options, scheme.ParameterCodec).Body(body)
	})
	return changed, cluster.APIError(k.call("patch", ref), err)
}

// mergePatch takes an object to what is wanted, guarded by its resourceVersion and its UID.
func mergePatch(now, want workload.API) ([]byte, error) {
	old, err := json.Marshal(now)
	if err != nil {
		return nil, fmt.Errorf("encoding %s: %w", now.GetName(), err)
	}
	next, err := json.Marshal(want)
	if err != nil {
		return nil, fmt.Errorf("encoding %s: %w", now.GetName(), err)
	}
	diff, err := jsonmergepatch.CreateThreeWayJSONMergePatch(old, next, old)
	if err != nil {
		return nil, fmt.Errorf("patch of %s: %w", now.GetName(), err)
	}
	var fields map[string]any
	if err := json.Unmarshal(diff, &fields); err != nil {
		return nil, fmt.Errorf("patch of %s: %w", now.GetName(), err)
	}
	metadata, _ := fields["metadata"].(map[string]any)
	if metadata == nil {
		metadata = map[string]any{}
		fields["metadata"] = metadata
	}
	metadata["resourceVersion"], metadata["uid"] = now.GetResourceVersion(), now.GetUID()
	delete(fields, "status")
	return json.Marshal(fields)
}

// Delete deletes exactly the object with this UID and, if it is given, this resourceVersion. One that is gone is no error.
func (c Client) Delete(ctx context.Context, k *Kind, ref workload.Ref, uid types.UID, version string, o cluster.WriteOptions) error {
	client, err := c.Typed()
	if err != nil {
		return err
	}
	options := metav1.DeleteOptions{Preconditions: &metav1.Preconditions{UID: &uid}, DryRun: o.PatchOptions().DryRun}
	if version != "" {
		options.Preconditions.ResourceVersion = &version
	}
	err = k.client(client).Delete().Namespace(ref.Namespace).Resource(k.plural).Name(ref.Name).Body(&options).Do(ctx).Error()
	if apierrors.IsNotFound(err) {
		return nil
	}
	return cluster.APIError(k.call("delete", ref), err)
}

// takenNodePort is how the API server begins to say that another Service has a node port.
const takenNodePort = "provided port is already allocated"

// NodePortTaken tells whether an error of the API is about a node port that another Service has.
func NodePortTaken(err error) bool {
	return cluster.Is(err, cluster.Invalid) && strings.Contains(errors.Unwrap(err).Error(), takenNodePort)
}
