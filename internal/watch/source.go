package watch

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/rest"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// source is one filtered collection at the server.
type source struct {
	client    rest.Interface
	resource  string // as RBAC and messages name it: "deployments.apps"
	path      string // as the URL names it: "deployments"
	namespace string
	labels    string // label selector
	fields    string // field selector
	newList   func() runtime.Object
	// metadata: no more than metadata is asked for. The path is then that of the collection's URL.
	metadata bool
}

// objects is the objects of one kind in a namespace, or the one of that name.
func objects(c Clients, r *workload.Resource, namespace, name string) source {
	s := source{client: c.of(r), resource: r.String(), path: r.Plural, namespace: namespace, newList: r.MakeList}
	if name != "" {
		s.fields = "metadata.name=" + name
	}
	return s
}

// labelled is those that labels select.
func labelled(c Clients, r *workload.Resource, namespace, labels string) source {
	s := objects(c, r, namespace, "")
	s.labels = labels
	return s
}

func pods(c Clients, namespace, labels string) source {
	return source{
		client: c.Core, resource: "pods", path: "pods", namespace: namespace, labels: labels,
		newList: func() runtime.Object { return &corev1.PodList{} },
	}
}

func eventsOf(c Clients, namespace, fields string) source {
	return source{
		client: c.Core, resource: "events", path: "events", namespace: namespace, fields: fields,
		newList: func() runtime.Object { return &corev1.EventList{} },
	}
}

func claimNamed(c Clients, namespace, name string) source {
	return source{
		client: c.Core, resource: claimList, path: claimList, namespace: namespace, fields: "metadata.name=" + name,
		newList: func() runtime.Object { return &corev1.PersistentVolumeClaimList{} },
	}
}

func (s source) request() *rest.Request {
	// The stream decides about retries: inside the client they would hide an outage.
	r := s.client.Get().MaxRetries(0)
	if s.metadata {
		r.AbsPath(s.path)
	} else {
		r.Namespace(s.namespace).Resource(s.path)
	}
	if s.labels != "" {
		r.Param("labelSelector", s.labels)
	}
	if s.fields != "" {
		r.Param("fieldSelector", s.fields)
	}
	return r
}

// ofStream marks the requests whose answers a stream keeps by itself.
type ofStream struct{}

// page lists up to pageSize objects from the continuation token on.
func (s source) page(ctx context.Context, token string) (runtime.Object, error) {
	list := s.newList()
	r := s.request().Param("limit", fmt.Sprint(pageSize))
	s.accept(r, "PartialObjectMetadataList")
	if token != "" {
		r.Param("continue", token)
	}
	return list, r.Do(context.WithValue(ctx, ofStream{}, true)).Into(list)
}

// watch follows changes after that version; with none, the server first streams what there is, up
// to a bookmark that says so (KEP-3157).
func (s source) watch(ctx context.Context, version string) (watch.Interface, error) {
	// Servers close watches within minutes anyway; spread, they do not all come back at once.
	timeout := 5*time.Minute + rand.N(5*time.Minute)
	r := s.request().
		Param("watch", "true").
		Param("allowWatchBookmarks", "true").
		Param("timeoutSeconds", fmt.Sprint(int(timeout.Seconds())))
	s.accept(r, "PartialObjectMetadata")
	if version == "" {
		r.Param("sendInitialEvents", "true").Param("resourceVersionMatch", "NotOlderThan")
	} else {
		r.Param("resourceVersion", version)
	}
	return r.Watch(ctx)
}

// accept asks for metadata only, where that is enough.
func (s source) accept(r *rest.Request, kind string) {
	if s.metadata {
		as := ";as=" + kind + ";g=meta.k8s.io;v=v1"
		r.SetHeader("Accept", runtime.ContentTypeProtobuf+as+","+runtime.ContentTypeJSON+as)
	}
}

// pageSize keeps a page of untrimmed pods within a few megabytes.
const pageSize = 250
