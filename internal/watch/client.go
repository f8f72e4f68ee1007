package watch

import (
	"fmt"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/client-go/rest"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Clients reach the API groups of workloads. They are bare REST clients and not
// the typed clientset, whose scheme of every API group would cost each start of the program time.
type Clients struct {
	Apps rest.Interface
	Core rest.Interface
	// Batch is for lists of workloads: no rollout needs it.
	Batch rest.Interface
}

// NewClients makes clients from the configuration that the rest of the program uses; they share its
// connections. It is left as it was.
func NewClients(config *rest.Config) (Clients, error) {
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{appsv1.AddToScheme, corev1.AddToScheme, batchv1.AddToScheme} {
		if err := add(scheme); err != nil {
			return Clients{}, fmt.Errorf("registering API types: %w", err)
		}
	}
	codecs := serializer.NewCodecFactory(scheme).WithoutConversion()
	apps, err := restClient(config, appsv1.SchemeGroupVersion, "/apis", codecs)
	if err != nil {
		return Clients{}, err
	}
	core, err := restClient(config, corev1.SchemeGroupVersion, "/api", codecs)
	if err != nil {
		return Clients{}, err
	}
	batch, err := restClient(config, batchv1.SchemeGroupVersion, "/apis", codecs)
	if err != nil {
		return Clients{}, err
	}
	return Clients{Apps: apps, Core: core, Batch: batch}, nil
}

// of is the client of a resource's group.
func (c Clients) of(r *workload.Resource) rest.Interface {
	switch r.Group {
	case "":
		return c.Core
	case batchv1.GroupName:
		return c.Batch
	}
	return c.Apps
}

func restClient(base *rest.Config, version schema.GroupVersion, path string, codecs runtime.NegotiatedSerializer) (*rest.RESTClient, error) {
	config := rest.CopyConfig(base)
	config.GroupVersion, config.APIPath, config.NegotiatedSerializer = &version, path, codecs
	config.ContentType = runtime.ContentTypeProtobuf
	config.AcceptContentTypes = runtime.ContentTypeProtobuf + "," + runtime.ContentTypeJSON
	// The server's own flow control (429) is honoured; a limit on this side would only delay a
	// watch that has to be taken up again.
	config.QPS = -1
	config.RateLimiter = nil
	// client-go would print the server's warnings behind the live view.
	config.WarningHandler = rest.NoWarnings{}
	config.WarningHandlerWithContext = nil
	// A timeout of the client would cut every watch.
	config.Timeout = 0
	client, err := rest.RESTClientFor(config)
	if err != nil {
		return nil, fmt.Errorf("client for %s: %w", version, err)
	}
	return client, nil
}
