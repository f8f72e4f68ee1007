package watch

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"
)

func (s *apiServer) encode(obj runtime.Object) []byte {
	var b bytes.Buffer
	if err := s.info.Serializer.Encode(obj, &b); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// matched returns what a list returns, by name.
func (s *apiServer) matched(resource string, match func(runtime.Object) bool) []runtime.Object {
	var found []runtime.Object
	for _, obj := range s.objects[resource] {
		if match(obj) {
			found = append(found, obj.DeepCopyObject())
		}
	}
	slices.SortFunc(found, func(a, b runtime.Object) int { return strings.Compare(keyOf(a), keyOf(b)) })
	return found
}

func (s *apiServer) serveList(w http.ResponseWriter, resource string, match func(runtime.Object) bool, limit, token string) {
	s.mu.Lock()
	found, version := s.matched(resource, match), s.version
	s.mu.Unlock()
	from, _ := strconv.Atoi(token)
	to := len(found)
	if n, _ := strconv.Atoi(limit); n > 0 {
		to = min(from+n, len(found))
	}
	list := map[string]runtime.Object{
		"deployments": &appsv1.DeploymentList{}, "replicasets": &appsv1.ReplicaSetList{},
		"pods": &corev1.PodList{}, "events": &corev1.EventList{}, "persistentvolumeclaims": &corev1.PersistentVolumeClaimList{},
	}[resource]
	_, gvk := resourceOf(map[string]runtime.Object{
		"deployments": &appsv1.Deployment{}, "replicasets": &appsv1.ReplicaSet{},
		"pods": &corev1.Pod{}, "events": &corev1.Event{}, "persistentvolumeclaims": &corev1.PersistentVolumeClaim{},
	}[resource])
	list.GetObjectKind().SetGroupVersionKind(gvk.GroupVersion().WithKind(gvk.Kind + "List"))
	if err := meta.SetList(list, found[from:to]); err != nil {
		panic(err)
	}
	m, err := meta.ListAccessor(list)
	if err != nil {
		panic(err)
	}
	m.SetResourceVersion(strconv.Itoa(version))
	if to < len(found) {
		m.SetContinue(strconv.Itoa(to))
	}
	w.Header().Set("Content-Type", runtime.ContentTypeProtobuf)
	_, _ = w.Write(s.encode(list)) // the client may be gone
}

func (s *apiServer) serveObject(w http.ResponseWriter, resource, key string) {
	s.mu.Lock()
	obj := s.objects[resource][key]
	s.mu.Unlock()
	if obj == nil {
		refuse(w, http.StatusNotFound, metav1.StatusReasonNotFound, "not found")
		return
	}
	w.Header().Set("Content-Type", runtime.ContentTypeProtobuf)
	_, _ = w.Write(s.encode(obj)) // the client may be gone
}

// metadataOf is what a client gets that asks for metadata only.
func metadataOf(obj runtime.Object) runtime.Object {
	m := meta.AsPartialObjectMetadata(accessor(obj))
	m.SetGroupVersionKind(metav1.SchemeGroupVersion.WithKind("PartialObjectMetadata"))
	return m
}

func (s *apiServer) serveWatch(w http.ResponseWriter, r *http.Request, resource string, match func(runtime.Object) bool, since string) {
	s.mu.Lock()
	at, cut := s.version, s.cut
	var initial []runtime.Object
	if since == "" {
		initial = s.matched(resource, match)
	} else {
		at, _ = strconv.Atoi(since)
	}
	gone := at < s.oldest
	s.mu.Unlock()
	if gone {
		refuse(w, http.StatusGone, metav1.StatusReasonExpired, fmt.Sprintf("too old resource version: %d", at))
		return
	}
	w.Header().Set("Content-Type", runtime.ContentTypeProtobuf+";stream=watch")
	w.WriteHeader(http.StatusOK)
	out := s.info.StreamSerializer.NewFrameWriter(w)
	send := func(event watch.EventType, obj runtime.Object) {
		if strings.Contains(r.Header.Get("Accept"), "as=PartialObjectMetadata") {
			obj = metadataOf(obj)
		}
		var b bytes.Buffer
		e := &metav1.WatchEvent{Type: string(event), Object: runtime.RawExtension{Raw: s.encode(obj)}}
		if err := s.info.StreamSerializer.Encode(e, &b); err != nil {
			panic(err)
		}
		_, _ = out.Write(b.Bytes()) // the client may be gone
	}
	for _, obj := range initial {
		send(watch.Added, obj)
	}
	if since == "" {
		send(watch.Bookmark, endOfList(resource, at))
	}
	for {
		w.(http.Flusher).Flush()
		s.mu.Lock()
		grown := s.grown
		var news []served
		for _, e := range s.history {
			if e.version > at && e.resource == resource && match(e.object) {
				news = append(news, e)
			}
		}
		at = s.version
		s.mu.Unlock()
		for _, e := range news {
			send(e.event, e.object)
		}
		if len(news) > 0 {
			continue
		}
		select {
		case <-grown:
		case <-cut:
			return
		case <-r.Context().Done():
			return
		}
	}
}

func endOfList(resource string, version int) runtime.Object {
	m := metav1.ObjectMeta{
		ResourceVersion: strconv.Itoa(version), Annotations: map[string]string{metav1.InitialEventsAnnotationKey: "true"},
	}
	obj := map[string]runtime.Object{
		"deployments": &appsv1.Deployment{ObjectMeta: m}, "replicasets": &appsv1.ReplicaSet{ObjectMeta: m},
		"pods": &corev1.Pod{ObjectMeta: m}, "events": &corev1.Event{ObjectMeta: m}, "persistentvolumeclaims": &corev1.PersistentVolumeClaim{ObjectMeta: m},
	}[resource]
	_, gvk := resourceOf(obj)
	obj.GetObjectKind().SetGroupVersionKind(gvk)
	return obj
}
