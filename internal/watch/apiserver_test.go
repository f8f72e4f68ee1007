package watch

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/rest"
)

// apiServer speaks the API's protocol, protobuf and all, and makes faults of the transport at will.
type apiServer struct {
	info runtime.SerializerInfo

	mu       sync.Mutex
	version  int
	oldest   int                                  // versions before it answer 410
	objects  map[string]map[string]runtime.Object // by resource, then namespace/name
	history  []served
	grown    chan struct{} // closed when history grows or a cut is made
	cut      chan struct{} // closed to end all watches
	requests []string
	// fault, if any, answers a request in place of the server, or lets it pass.
	fault func(w http.ResponseWriter, r *http.Request) bool
	down  bool              // connections are refused
	logs  map[string]string // by pod, or pod/previous, or pod/previous since TIME
}

type served struct {
	version  int
	resource string
	event    watch.EventType
	object   runtime.Object
}

func newAPIServer(t testing.TB) *apiServer {
	t.Helper()
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{appsv1.AddToScheme, corev1.AddToScheme} {
		if err := add(scheme); err != nil {
			t.Fatal(err)
		}
	}
	info, _ := runtime.SerializerInfoForMediaType(serializer.NewCodecFactory(scheme).SupportedMediaTypes(), runtime.ContentTypeProtobuf)
	return &apiServer{
		info: info, version: 100, objects: map[string]map[string]runtime.Object{}, logs: map[string]string{},
		grown: make(chan struct{}), cut: make(chan struct{}),
	}
}

// clients reach the server without a network.
func (s *apiServer) clients(t testing.TB) Clients {
	t.Helper()
	return newClients(t, &rest.Config{Host: "http://api.test", Transport: inMemory{s}})
}

// listen serves real HTTP, until the test ends.
func (s *apiServer) listen(t testing.TB) string {
	t.Helper()
	server := httptest.NewServer(s)
	t.Cleanup(func() {
		s.closeWatches()
		server.Close()
	})
	return server.URL
}

func newClients(t testing.TB, config *rest.Config) Clients {
	t.Helper()
	c, err := NewClients(config)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (s *apiServer) isDown() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.down
}

// stop refuses connections and ends those there are, as a restart does; resume takes them again.
func (s *apiServer) stop() {
	s.mu.Lock()
	s.down = true
	s.mu.Unlock()
	s.closeWatches()
}

func (s *apiServer) resume() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.down = false
}

func resourceOf(obj runtime.Object) (resource string, gvk schema.GroupVersionKind) {
	switch obj.(type) {
	case *appsv1.Deployment:
		return "deployments", appsv1.SchemeGroupVersion.WithKind("Deployment")
	case *appsv1.ReplicaSet:
		return "replicasets", appsv1.SchemeGroupVersion.WithKind("ReplicaSet")
	case *corev1.Pod:
		return "pods", corev1.SchemeGroupVersion.WithKind("Pod")
	case *corev1.Event:
		return "events", corev1.SchemeGroupVersion.WithKind("Event")
	case *corev1.PersistentVolumeClaim:
		return "persistentvolumeclaims", corev1.SchemeGroupVersion.WithKind("PersistentVolumeClaim")
	default:
		panic(fmt.Sprintf("no resource for %T", obj))
	}
}

// put creates or updates copies of objects.
func (s *apiServer) put(objects ...runtime.Object) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, obj := range objects {
		obj = obj.DeepCopyObject()
		resource, gvk := resourceOf(obj)
		obj.GetObjectKind().SetGroupVersionKind(gvk)
		key := keyOf(obj)
		if s.objects[resource] == nil {
			s.objects[resource] = map[string]runtime.Object{}
		}
		event := watch.Added
		if s.objects[resource][key] != nil {
			event = watch.Modified
		}
		s.objects[resource][key] = obj
		s.record(resource, event, obj)
	}
}

// versionOf is the object's resource version at the server.
func (s *apiServer) versionOf(obj runtime.Object) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	resource, _ := resourceOf(obj)
	return accessor(s.objects[resource][keyOf(obj)]).GetResourceVersion()
}

func (s *apiServer) remove(obj runtime.Object) {
	s.mu.Lock()
	defer s.mu.Unlock()
	resource, _ := resourceOf(obj)
	last := s.objects[resource][keyOf(obj)].DeepCopyObject()
	delete(s.objects[resource], keyOf(obj))
	s.record(resource, watch.Deleted, last)
}

func (s *apiServer) record(resource string, event watch.EventType, obj runtime.Object) {
	s.version++
	accessor(obj).SetResourceVersion(strconv.Itoa(s.version))
	s.history = append(s.history, served{s.version, resource, event, obj.DeepCopyObject()})
	close(s.grown)
	s.grown = make(chan struct{})
}

// compact forgets the history up to now.
func (s *apiServer) compact() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.version++
	s.oldest = s.version
	s.history = nil
}

func (s *apiServer) closeWatches() {
	s.mu.Lock()
	defer s.mu.Unlock()
	close(s.cut)
	s.cut = make(chan struct{})
}

func (s *apiServer) setFault(f func(w http.ResponseWriter, r *http.Request) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault = f
}

// seen returns the requests so far, and forgets them.
func (s *apiServer) seen() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	seen := s.requests
	s.requests = nil
	return seen
}

func accessor(obj runtime.Object) metav1.Object {
	m, err := meta.Accessor(obj)
	if err != nil {
		panic(err)
	}
	return m
}

func keyOf(obj runtime.Object) string {
	return accessor(obj).GetNamespace() + "/" + accessor(obj).GetName()
}

func (s *apiServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	parts := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	i := slices.Index(parts, "namespaces")
	if i < 0 || len(parts) < i+3 {
		http.NotFound(w, r)
		return
	}
	namespace, resource := parts[i+1], parts[i+2]
	query := r.URL.Query()
	verb := "list"
	switch {
	case len(parts) > i+4:
		verb = "log"
	case len(parts) > i+3:
		verb = "get"
	case query.Get("watch") == "true" && query.Get("resourceVersion") == "":
		verb = "watchlist"
	case query.Get("watch") == "true":
		verb = "watch"
	}
	s.mu.Lock()
	s.requests = append(s.requests, verb+" "+resource)
	fault := s.fault
	s.mu.Unlock()
	if fault != nil && fault(w, r) {
		return
	}
	match := matching(namespace, query.Get("labelSelector"), query.Get("fieldSelector"))
	switch verb {
	case "log":
		s.serveLog(w, parts[i+3], query)
	case "get":
		s.serveObject(w, resource, namespace+"/"+parts[i+3])
	case "list":
		s.serveList(w, resource, match, query.Get("limit"), query.Get("continue"))
	default:
		s.serveWatch(w, r, resource, match, query.Get("resourceVersion"))
	}
}

func matching(namespace, labelSelector, fieldSelector string) func(runtime.Object) bool {
	byLabel, err := labels.Parse(labelSelector)
	if err != nil {
		panic(err)
	}
	byField := fields.ParseSelectorOrDie(fieldSelector)
	return func(obj runtime.Object) bool {
		m := accessor(obj)
		set := fields.Set{"metadata.name": m.GetName()}
		if e, ok := obj.(*corev1.Event); ok {
			set["involvedObject.uid"] = string(e.InvolvedObject.UID)
			set["involvedObject.kind"], set["involvedObject.name"] = e.InvolvedObject.Kind, e.InvolvedObject.Name
		}
		return m.GetNamespace() == namespace && byLabel.Matches(labels.Set(m.GetLabels())) && byField.Matches(set)
	}
}

func (s *apiServer) serveLog(w http.ResponseWriter, pod string, query url.Values) {
	if query.Get("previous") == "true" {
		pod += "/previous"
	}
	if since := query.Get("sinceTime"); since != "" {
		pod += " since " + since
	}
	s.mu.Lock()
	text, ok := s.logs[pod]
	s.mu.Unlock()
	if !ok {
		refuse(w, http.StatusBadRequest, metav1.StatusReasonBadRequest, "previous terminated container not found")
		return
	}
	_, _ = io.WriteString(w, text) // the client may be gone
}

// refuse answers as the API server does: with a Status.
func refuse(w http.ResponseWriter, code int, reason metav1.StatusReason, message string) {
	w.Header().Set("Content-Type", runtime.ContentTypeJSON)
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(metav1.Status{
		TypeMeta: metav1.TypeMeta{Kind: "Status", APIVersion: "v1"},
		Status:   metav1.StatusFailure, Reason: reason, Message: message, Code: int32(code),
	})
}
