package cluster

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/kubectl-app/kubectl-app/pkg/redact"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// redacting is the transport of every client of this program. It learns the values that requests send, and
// masks them in the answers that are errors and in warnings: webhooks, policies and validation quote objects.
type redacting struct {
	next     http.RoundTripper
	redactor *redact.Redactor
}

// configPath is a path of Secrets or ConfigMaps, in a namespace or in all.
var configPath = regexp.MustCompile(`/api/v1/(?:namespaces/[^/]+/)?(secrets|configmaps)(?:/|$)`)

// configResource is secrets or configmaps; empty for the path of another resource.
func configResource(path string) string {
	if found := configPath.FindStringSubmatch(path); found != nil {
		return found[1]
	}
	return ""
}

// RoundTrip implements http.RoundTripper.
func (t redacting) RoundTrip(request *http.Request) (*http.Response, error) {
	if request.GetBody != nil {
		body, err := request.GetBody()
		if err != nil {
			return nil, fmt.Errorf("reading the body of a request: %w", err)
		}
		raw, err := io.ReadAll(body)
		if err != nil {
			return nil, fmt.Errorf("reading the body of a request: %w", err)
		}
		t.redactor.Public(strings.Split(request.URL.Path, "/")...) // namespaces and names
		t.learn(raw, configResource(request.URL.Path))
	}
	response, err := t.next.RoundTrip(request)
	if err != nil {
		return response, err
	}
	for i, warning := range response.Header["Warning"] {
		response.Header["Warning"][i] = t.redactor.Text(warning)
	}
	if response.StatusCode < http.StatusBadRequest {
		return response, nil
	}
	if err := t.mask(response); err != nil {
		return nil, err
	}
	return response, nil
}

// WrappedRoundTripper lets client-go close the connections of the transport.
func (t redacting) WrappedRoundTripper() http.RoundTripper { return t.next }

// learn reads a body in JSON or, of a Secret or a ConfigMap, in protobuf.
func (t redacting) learn(body []byte, resource string) {
	raw, isProtobuf := unwrap(body)
	var secret corev1.Secret
	var configMap corev1.ConfigMap
	switch {
	case !isProtobuf:
		t.redactor.Request(body, resource)
	case resource == "secrets" && secret.Unmarshal(raw) == nil:
		t.redactor.Secret(secret.Data)
	case resource == "configmaps" && configMap.Unmarshal(raw) == nil:
		t.redactor.ConfigMap(configMap.Data)
	}
}

// mask puts an answer that is an error in place of the one that came, in JSON.
func (t redacting) mask(response *http.Response) error {
	body, err := io.ReadAll(response.Body)
	if closeErr := response.Body.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return fmt.Errorf("reading the answer: %w", err)
	}
	var status metav1.Status
	raw, isProtobuf := unwrap(body)
	if isProtobuf && status.Unmarshal(raw) == nil || json.Unmarshal(body, &status) == nil && status.Kind == "Status" {
		status.TypeMeta = metav1.TypeMeta{Kind: "Status", APIVersion: "v1"}
		t.redactor.Status(&status)
		if body, err = json.Marshal(&status); err != nil {
			return fmt.Errorf("reading the answer: %w", err)
		}
		response.Header.Set("Content-Type", runtime.ContentTypeJSON)
	} else {
		body = []byte(t.redactor.Text(string(body)))
	}
	response.Body, response.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	response.Header.Del("Content-Length")
	return nil
}

// unwrap returns the object in a body of protobuf, without the envelope that Kubernetes puts around it (runtime.Unknown, which
// would copy the object).
func unwrap(body []byte) (object []byte, isProtobuf bool) {
	envelope, isProtobuf := bytes.CutPrefix(body, []byte("k8s\x00"))
	if !isProtobuf {
		return nil, false
	}
	return field(envelope, 2)
}

// field is the first of that number in a message of protobuf, whose fields before it are messages or texts, too.
func field(message []byte, number uint64) ([]byte, bool) {
	const lengthDelimited = 2
	for len(message) > 0 {
		tag, n := binary.Uvarint(message)
		size, m := binary.Uvarint(message[max(n, 0):])
		if n <= 0 || m <= 0 || tag&7 != lengthDelimited || size > uint64(len(message)-n-m) {
			return nil, false
		}
		content := message[n+m : n+m+int(size)]
		if tag>>3 == number {
			return content, true
		}
		message = message[n+m+int(size):]
	}
	return nil, false
}

// learnt is a workload whose values the redactor knows from here on.
func (c *Cluster) learnt(kind *workload.Kind, o workload.API) Object {
	object := typed(kind, o)
	c.redactor.Workload(object)
	return object
}

// typed gives back the kind that typed clients leave out.
func typed(kind *workload.Kind, o workload.API) Object {
	o.GetObjectKind().SetGroupVersionKind(kind.GroupVersionKind)
	return Object{API: o, Kind: kind}
}
