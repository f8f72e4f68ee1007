package watch

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"io"
	"net/http"
	"path"
	"regexp"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/rest"
)

var versionless = schema.GroupVersion{}

// selection is what a read is about: what a watch has to select to know that the answer is out of date.
type selection struct {
	path           string // of the collection, or of the pod of a log; without what stands before /api or /apis
	name           string // of the one object
	labels, fields string
	log            bool
}

// apiPath is a path below a version of a group: what stands before, the group and version, the rest.
var apiPath = regexp.MustCompile(`^.*?(/api/v1|/apis/[^/]+/[^/]+)/(.+)$`)

// read tells what a request reads, and a key for its answer; keep is false for what has to be asked each time. A dry run counts
// as a read.
func read(request *http.Request) (q selection, key string, keep bool) {
	values := request.URL.Query()
	key = request.Method + " " + request.URL.RequestURI() + " " + request.Header.Get("Accept")
	switch {
	case request.Method == http.MethodPost && values.Get("dryRun") == metav1.DryRunAll && request.GetBody != nil:
		body, err := request.GetBody()
		if err != nil {
			return q, "", false
		}
		text, err := io.ReadAll(body)
		sum := sha256.Sum256(text)
		return selection{}, key + string(sum[:]), err == nil
	case request.Method != http.MethodGet || values.Get("watch") != "" || values.Get("follow") == "true",
		request.Context().Value(ofStream{}) != nil:
		return q, "", false
	}
	found := apiPath.FindStringSubmatch(request.URL.Path)
	if found == nil {
		return selection{}, key, true
	}
	prefix, parts := found[1]+"/", strings.Split(found[2], "/")
	if parts[0] == "namespaces" && len(parts) > 2 {
		prefix, parts = prefix+"namespaces/"+parts[1]+"/", parts[2:]
	}
	q = selection{path: prefix + parts[0], labels: values.Get("labelSelector"), fields: values.Get("fieldSelector")}
	switch {
	case len(parts) == 2:
		q.name, q.fields = parts[1], "metadata.name="+parts[1]
	case len(parts) == 3 && parts[0] == "pods" && parts[2] == "log":
		return selection{path: prefix + "pods/" + parts[1], log: true}, key, true
	case len(parts) > 2:
		return selection{}, key, true
	}
	return q, key, true
}

func (q selection) watchable() bool { return q.path != "" }

// manyEvents tells of a list of events that is not about one object.
func (q selection) manyEvents() bool {
	return path.Base(q.path) == "events" && q.name == "" && !strings.Contains(q.fields, "involvedObject.uid=") && !strings.Contains(q.fields, "involvedObject.name=")
}

// resource is what RBAC calls it: "deployments.apps".
func (q selection) resource() string {
	parts := strings.Split(strings.TrimPrefix(q.path, "/"), "/")
	plural := parts[len(parts)-1]
	if parts[0] == "apis" {
		return plural + "." + parts[1]
	}
	return plural
}

// namespace is "" for what has none, and for all.
func (q selection) namespace() string {
	_, after, _ := strings.Cut(q.path, "/namespaces/")
	namespace, _, found := strings.Cut(after, "/")
	if !found {
		return ""
	}
	return namespace
}

// pod is that of a log.
func (q selection) pod() types.NamespacedName {
	return types.NamespacedName{Namespace: q.namespace(), Name: path.Base(q.path)}
}

func (q selection) source(client rest.Interface) source {
	return source{
		client: client, resource: q.resource(), path: q.path, namespace: q.namespace(), labels: q.labels, fields: q.fields,
		metadata: true, newList: func() runtime.Object { return &metav1.PartialObjectMetadataList{} },
	}
}

// watched is a watch that makes answers out of date. The lock of Reads guards it.
type watched struct {
	reads   *Reads
	cancel  context.CancelFunc
	used    time.Time
	changes int
	refused error // why it ended: what it would watch is read again after Poll
	ended   time.Time
	listing bool
}

func (w *watched) begin() {
	w.reads.mu.Lock()
	defer w.reads.mu.Unlock()
	w.listing = true
}

func (w *watched) put(runtime.Object) { w.changed() }

func (w *watched) drop(runtime.Object) { w.changed() }

// end of a list: what has changed meanwhile is not known.
func (w *watched) end() {
	w.reads.mu.Lock()
	defer w.reads.mu.Unlock()
	w.listing = false
	w.changes++
}

func (w *watched) changed() {
	w.reads.mu.Lock()
	defer w.reads.mu.Unlock()
	if !w.listing {
		w.changes++
	}
}

// refuse: the answers are read again after Poll.
func (w *watched) refuse(err error) {
	w.reads.mu.Lock()
	defer w.reads.mu.Unlock()
	w.refused, w.ended = err, time.Now()
}

// versionOf is the resourceVersion of an answer, from which a watch goes on; "" if there is none.
func versionOf(a *answer) string {
	if a.status >= http.StatusBadRequest {
		return ""
	}
	content, isProtobuf := bytes.CutPrefix(a.body, []byte("k8s\x00"))
	if !isProtobuf {
		var o metav1.PartialObjectMetadata
		if json.Unmarshal(a.body, &o) != nil {
			return ""
		}
		return o.ResourceVersion
	}
	var envelope runtime.Unknown
	if envelope.Unmarshal(content) != nil {
		return ""
	}
	meta := firstField(envelope.Raw)
	if strings.HasSuffix(envelope.Kind, "List") {
		var m metav1.ListMeta
		if m.Unmarshal(meta) != nil {
			return ""
		}
		return m.ResourceVersion
	}
	var m metav1.ObjectMeta
	if m.Unmarshal(meta) != nil {
		return ""
	}
	return m.ResourceVersion
}

// firstField is the first field of a protobuf message, which of every object and list is its metadata.
func firstField(message []byte) []byte {
	const lengthDelimited = 1<<3 | 2
	if len(message) < 2 || message[0] != lengthDelimited {
		return nil
	}
	n, width := binary.Uvarint(message[1:])
	if start := 1 + width; width > 0 && n <= uint64(len(message)-start) {
		return message[start : start+int(n)]
	}
	return nil
}
