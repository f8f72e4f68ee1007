package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/managedfields"
	"k8s.io/apimachinery/pkg/util/strategicpatch"
	"k8s.io/cli-runtime/pkg/genericclioptions"
	"k8s.io/client-go/applyconfigurations"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/redact"
)

// apiServer stores objects as an API server does: resourceVersions, preconditions, managed fields, server-side apply and
// pages. It has no socket, so that a test can run in a synctest bubble.
type apiServer struct {
	t *testing.T

	mu       sync.Mutex
	version  int
	objects  map[string]runtime.Object // by path
	requests []string                  // "patch secrets/db"
	faults   []fault
	delayed  []func()
	strips   string // an annotation that a webhook removes
}

// fault is what becomes of the next request of that kind, if it is not carried out.
type fault struct {
	request string // "patch secrets/db", or its beginning
	// before happens before the request, after follows it, whatever became of it.
	before, after func()
	// answer refuses the request; lost breaks the connection after it was carried out; late breaks it before, and the
	// request arrives when the test says so; hangs lets it wait for its client.
	answer            *apierrors.StatusError
	lost, late, hangs bool
	always            bool
}

const namespacePath = "/api/v1/namespaces/shop"

func newAPIServer(t *testing.T, objects ...runtime.Object) (*apiServer, Client) {
	t.Helper()
	s := &apiServer{t: t, version: 1, objects: map[string]runtime.Object{namespacePath: &corev1.Namespace{}}}
	for _, o := range objects {
		s.put(o)
	}
	flags := genericclioptions.NewConfigFlags(false)
	flags.APIServer = new("http://api.example")
	flags.KubeConfig = new("/dev/null")
	flags.WrapConfigFn = func(*rest.Config) *rest.Config { return &rest.Config{Host: *flags.APIServer, Transport: s} }
	return s, New(cluster.New(flags, "test", &redact.Redactor{}))
}

// put stores an object as somebody else's write.
func (s *apiServer) put(o runtime.Object) {
	s.store(s.pathOf(o), o, "somebody")
}

// applied is somebody's server-side apply.
func (s *apiServer) applied(manager string, o runtime.Object) {
	s.t.Helper()
	body, err := json.Marshal(withType(o))
	if err == nil {
		_, err = s.apply(s.pathOf(o), body, manager, true, false)
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *apiServer) secret(name string) *corev1.Secret {
	found, _ := s.objects[namespacePath+"/secrets/"+name].(*corev1.Secret)
	return found
}

func (s *apiServer) configMap(name string) *corev1.ConfigMap {
	found, _ := s.objects[namespacePath+"/configmaps/"+name].(*corev1.ConfigMap)
	return found
}

// arrive carries out the requests that were delayed.
func (s *apiServer) arrive() {
	for _, request := range s.delayed {
		request()
	}
	s.delayed = nil
}

// sent counts the requests that begin so.
func (s *apiServer) sent(request string) (n int) {
	for _, r := range s.requests {
		if strings.HasPrefix(r, request) {
			n++
		}
	}
	return n
}

// RoundTrip answers a request.
func (s *apiServer) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body == nil {
		r.Body = http.NoBody
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	carryOut := func() *http.Response {
		s.mu.Lock()
		defer s.mu.Unlock()
		w := httptest.NewRecorder()
		w.Header().Set("Content-Type", "application/json")
		s.serve(w, r, body)
		return w.Result()
	}
	f := s.faultFor(describe(r))
	if f.before != nil {
		f.before()
	}
	if f.after != nil {
		defer f.after()
	}
	switch {
	case f.answer != nil:
		w := httptest.NewRecorder()
		w.Header().Set("Content-Type", "application/json")
		refuse(w, f.answer)
		return w.Result(), nil
	case f.lost:
		carryOut()
		return nil, io.ErrUnexpectedEOF
	case f.late, f.hangs:
		s.delayed = append(s.delayed, func() { carryOut() }) //nolint:bodyclose // nobody gets this answer
		if f.hangs {
			<-r.Context().Done()
			return nil, r.Context().Err()
		}
		return nil, io.ErrUnexpectedEOF
	case r.Context().Err() != nil:
		return nil, r.Context().Err()
	}
	return carryOut(), nil
}

// describe is "patch secrets/db", or "list pods".
func describe(r *http.Request) string {
	verbs := map[string]string{http.MethodGet: "get", http.MethodPost: "create", http.MethodPatch: "patch", http.MethodDelete: "delete"}
	_, what, _ := strings.Cut(r.URL.Path, "/namespaces/")
	namespace, what, inside := strings.Cut(what, "/")
	if !inside {
		what = "namespaces/" + namespace
	}
	verb := verbs[r.Method]
	if verb == "get" && !strings.Contains(what, "/") {
		verb = "list"
	}
	return verb + " " + what
}

func (s *apiServer) faultFor(request string) fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = append(s.requests, request)
	for i, f := range s.faults {
		if strings.HasPrefix(request, f.request) {
			if !f.always {
				s.faults = slices.Delete(s.faults, i, i+1)
			}
			return f
		}
	}
	return fault{}
}

func (s *apiServer) serve(w http.ResponseWriter, r *http.Request, body []byte) {
	answer, err := s.act(r, body)
	if status := (*apierrors.StatusError)(nil); errors.As(err, &status) {
		refuse(w, status)
		return
	}
	if err == nil {
		err = json.NewEncoder(w).Encode(answer)
	}
	if err != nil {
		s.t.Errorf("%s %s: %v", r.Method, r.URL, err)
	}
}

func refuse(w http.ResponseWriter, e *apierrors.StatusError) {
	status := e.Status()
	status.TypeMeta = metav1.TypeMeta{APIVersion: "v1", Kind: "Status"}
	w.WriteHeader(int(status.Code))
	_ = json.NewEncoder(w).Encode(status)
}

func (s *apiServer) act(r *http.Request, body []byte) (any, error) {
	path, query := r.URL.Path, r.URL.Query()
	live := s.objects[path]
	dry := query.Get("dryRun") != ""
	name := path[strings.LastIndex(path, "/")+1:]
	switch {
	case strings.HasPrefix(describe(r), "list "):
		return s.list(r)
	case r.Method == http.MethodPost:
		next, _, err := scheme.Codecs.UniversalDeserializer().Decode(body, nil, nil)
		if err != nil {
			return nil, err
		}
		if path += "/" + metaOf(next).GetName(); s.objects[path] != nil {
			return nil, apierrors.NewAlreadyExists(schema.GroupResource{}, metaOf(next).GetName())
		}
		return s.stored(path, next, query.Get("fieldManager"), dry), nil
	case r.Method == http.MethodPatch && r.Header.Get("Content-Type") == string(types.ApplyPatchType):
		return s.apply(path, body, query.Get("fieldManager"), query.Get("force") == "true", dry)
	case live == nil:
		return nil, apierrors.NewNotFound(schema.GroupResource{}, name)
	case r.Method == http.MethodPatch:
		return s.merge(path, live, body, query.Get("fieldManager"), dry)
	case r.Method == http.MethodDelete:
		return s.remove(path, live, body)
	}
	return withType(live), nil
}

func (s *apiServer) merge(path string, live runtime.Object, body []byte, manager string, dry bool) (any, error) {
	was, err := json.Marshal(live)
	if err != nil {
		return nil, err
	}
	is, err := strategicpatch.StrategicMergePatch(was, body, live)
	if err != nil {
		return nil, err
	}
	next, _, err := scheme.Codecs.UniversalDeserializer().Decode(is, nil, nil)
	if err != nil {
		return nil, err
	}
	if err := guarded(live, metaOf(next)); err != nil {
		return nil, err
	}
	return s.stored(path, next, manager, dry), nil
}

func (s *apiServer) apply(path string, body []byte, manager string, force, dry bool) (any, error) {
	config := &unstructured.Unstructured{}
	if err := json.Unmarshal(body, config); err != nil {
		return nil, err
	}
	live := s.objects[path]
	if live == nil {
		made, err := scheme.Scheme.New(config.GroupVersionKind())
		if err != nil {
			return nil, err
		}
		live = withType(made)
		metaOf(live).SetName(config.GetName())
		metaOf(live).SetNamespace(config.GetNamespace())
	}
	version := config.GetResourceVersion()
	config.SetResourceVersion("")
	unstructured.RemoveNestedField(config.Object, "metadata", "creationTimestamp")
	next, err := fieldManagerOf(live).Apply(live, config, manager, force)
	if err != nil {
		return nil, err
	}
	if s.objects[path] != nil {
		if err := guarded(live, &metav1.ObjectMeta{ResourceVersion: version}); err != nil {
			return nil, err
		}
	}
	return s.stored(path, next, "", dry), nil
}

func (s *apiServer) remove(path string, live runtime.Object, body []byte) (any, error) {
	var options metav1.DeleteOptions
	if _, _, err := scheme.Codecs.UniversalDeserializer().Decode(body, nil, &options); err != nil {
		return nil, err
	}
	if p := options.Preconditions; p != nil {
		if err := guarded(live, &metav1.ObjectMeta{UID: *p.UID, ResourceVersion: *p.ResourceVersion}); err != nil {
			return nil, err
		}
	}
	if len(options.DryRun) == 0 {
		delete(s.objects, path)
	}
	return &metav1.Status{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Status"}, Status: metav1.StatusSuccess}, nil
}

// guarded compares the preconditions of a request.
func guarded(live runtime.Object, wanted metav1.Object) error {
	now := metaOf(live)
	version, uid := wanted.GetResourceVersion(), wanted.GetUID()
	if version != "" && version != now.GetResourceVersion() || uid != "" && uid != now.GetUID() {
		return apierrors.NewConflict(schema.GroupResource{}, now.GetName(), fmt.Errorf("it is at %s", now.GetResourceVersion()))
	}
	return nil
}

// stored is what a write makes of the object; manager is "" where the managed fields are made already.
func (s *apiServer) stored(path string, next runtime.Object, manager string, dry bool) runtime.Object {
	if !dry {
		return s.store(path, next, manager)
	}
	return next
}

func (s *apiServer) store(path string, next runtime.Object, manager string) runtime.Object {
	next = withType(next.DeepCopyObject())
	was := s.objects[path]
	if manager != "" {
		live := was
		if live == nil {
			live, _ = scheme.Scheme.New(next.GetObjectKind().GroupVersionKind())
		}
		next = fieldManagerOf(next).UpdateNoErrors(withType(live), next, manager)
	}
	m := metaOf(next)
	if annotations := m.GetAnnotations(); s.strips != "" {
		delete(annotations, s.strips)
		m.SetAnnotations(annotations)
		m.SetManagedFields(nil)
		if was != nil {
			m.SetManagedFields(metaOf(was).GetManagedFields())
		}
	}
	if was != nil {
		m.SetUID(metaOf(was).GetUID())
		m.SetResourceVersion(metaOf(was).GetResourceVersion())
		if equality.Semantic.DeepEqual(timeless(was), timeless(next)) {
			return was // an API server does not store what changes nothing
		}
	}
	s.version++
	m.SetResourceVersion(strconv.Itoa(s.version))
	if was == nil {
		m.SetUID(types.UID("uid-" + m.GetResourceVersion()))
	}
	s.objects[path] = next
	return next.DeepCopyObject()
}

// timeless is an object without the times of its managed fields.
func timeless(o runtime.Object) runtime.Object {
	o = o.DeepCopyObject()
	fields := metaOf(o).GetManagedFields()
	for i := range fields {
		fields[i].Time = nil
	}
	return o
}

// list answers with a page of two objects, so that every list has several.
func (s *apiServer) list(r *http.Request) (any, error) {
	const page = 2
	first, _ := strconv.Atoi(r.URL.Query().Get("continue"))
	var found []runtime.Object
	for _, path := range slices.Sorted(maps.Keys(s.objects)) {
		if strings.HasPrefix(path, r.URL.Path+"/") {
			found = append(found, s.objects[path])
		}
	}
	last := min(first+page, len(found))
	list := map[string]any{"items": found[first:last], "metadata": map[string]any{}}
	if last < len(found) {
		list["metadata"] = map[string]any{"continue": strconv.Itoa(last)}
	}
	if strings.Contains(r.Header.Get("Accept"), "PartialObjectMetadataList") {
		var items []any
		for _, o := range found[first:last] {
			items = append(items, map[string]any{
				"apiVersion": "meta.k8s.io/v1", "kind": "PartialObjectMetadata", "metadata": o.(metav1.ObjectMetaAccessor).GetObjectMeta(),
			})
		}
		list["items"], list["apiVersion"], list["kind"] = items, "meta.k8s.io/v1", "PartialObjectMetadataList"
		return list, nil
	}
	kind := kinds()[r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:]]
	list["apiVersion"], list["kind"] = kind.GroupVersion().String(), kind.Kind+"List"
	return list, nil
}

func (s *apiServer) pathOf(o runtime.Object) string {
	kind := withType(o).GetObjectKind().GroupVersionKind()
	resource, _ := meta.UnsafeGuessKindToResource(kind)
	root := "/apis/"
	if kind.Group == "" {
		root = "/api/"
	}
	return root + kind.GroupVersion().String() + "/namespaces/" + metaOf(o).GetNamespace() + "/" + resource.Resource + "/" + metaOf(o).GetName()
}

var kinds = sync.OnceValue(func() map[string]schema.GroupVersionKind {
	all := map[string]schema.GroupVersionKind{}
	for kind := range scheme.Scheme.AllKnownTypes() {
		if resource, _ := meta.UnsafeGuessKindToResource(kind); kind.Version == "v1" && !strings.Contains(kind.Group, "events") {
			all[resource.Resource] = kind
		}
	}
	return all
})

func withType(o runtime.Object) runtime.Object {
	if found, _, err := scheme.Scheme.ObjectKinds(o); err == nil {
		o.GetObjectKind().SetGroupVersionKind(found[0])
	}
	return o
}

func metaOf(o runtime.Object) metav1.Object {
	m, err := meta.Accessor(o)
	if err != nil {
		panic(err)
	}
	return m
}

type noDefaults struct{}

func (noDefaults) Default(runtime.Object) {}

var typeConverter = sync.OnceValue(func() managedfields.TypeConverter { return applyconfigurations.NewTypeConverter(scheme.Scheme) })

func fieldManagerOf(o runtime.Object) *managedfields.FieldManager {
	kind := o.GetObjectKind().GroupVersionKind()
	manager, err := managedfields.NewDefaultFieldManager(typeConverter(), scheme.Scheme, noDefaults{}, scheme.Scheme, kind, kind.GroupVersion(), "", nil)
	if err != nil {
		panic(err)
	}
	return manager
}

// forbidden is the answer to someone without permission.
func forbidden(resource string) *apierrors.StatusError {
	return apierrors.NewForbidden(schema.GroupResource{Resource: resource}, "", fmt.Errorf("user may not"))
}

func secretOf(name string, data ...string) *corev1.Secret {
	s := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: name}, Type: corev1.SecretTypeOpaque, Data: map[string][]byte{}}
	for _, pair := range data {
		key, value, _ := strings.Cut(pair, "=")
		s.Data[key] = []byte(value)
	}
	return s
}

func configMapOf(name string, data ...string) *corev1.ConfigMap {
	c := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: name}, Data: map[string]string{}}
	for _, pair := range data {
		key, value, _ := strings.Cut(pair, "=")
		c.Data[key] = value
	}
	return c
}

// dataOf is "a=1 b=2"; "-" of an object that is not there.
func dataOf(c Object) string {
	if !c.Exists() {
		return "-"
	}
	var b bytes.Buffer
	data := c.Data()
	for i, key := range slices.Sorted(maps.Keys(data)) {
		if i > 0 {
			b.WriteByte(' ')
		}
		fmt.Fprintf(&b, "%s=%s", key, data[key])
	}
	return b.String()
}
