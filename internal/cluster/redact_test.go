package cluster

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

	"github.com/kubectl-app/kubectl-app/pkg/redact"
)

// quoting is a server that refuses each request, and quotes a value that it was sent, in the answer that
// is asked for.
func quoting(t *testing.T, answer func(w http.ResponseWriter, message string)) *Cluster {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Warning", `299 - "would refuse hunter2-2026"`)
		answer(w, `admission webhook "x" denied the request: {"pass":"hunter2-2026","more":"aHVudGVyMi0yMDI2"}`)
	}))
	t.Cleanup(server.Close)
	redactor := &redact.Redactor{}
	config := &rest.Config{Host: server.URL, WarningHandlerWithContext: warningRouter{}, ContentConfig: rest.ContentConfig{
		ContentType: runtime.ContentTypeProtobuf, AcceptContentTypes: runtime.ContentTypeProtobuf + "," + runtime.ContentTypeJSON,
	}}
	config.Wrap(func(next http.RoundTripper) http.RoundTripper { return redacting{next, redactor} })
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	return &Cluster{redactor: redactor, typed: func() (kubernetes.Interface, error) { return client, nil }}
}

func forbidden(message string) *metav1.Status {
	return &metav1.Status{
		TypeMeta: metav1.TypeMeta{Kind: "Status", APIVersion: "v1"}, Status: metav1.StatusFailure, Code: http.StatusForbidden,
		Reason: metav1.StatusReasonForbidden, Message: message,
		Details: &metav1.StatusDetails{Causes: []metav1.StatusCause{{Message: message}}},
	}
}

// What was sent and is quoted back is masked before anything else sees the answer, in each way of writing it.
func TestAnswersAreMasked(t *testing.T) {
	for name, answer := range map[string]func(w http.ResponseWriter, message string){
		"JSON": func(w http.ResponseWriter, message string) {
			w.Header().Set("Content-Type", runtime.ContentTypeJSON)
			w.WriteHeader(http.StatusForbidden)
			_ = json.NewEncoder(w).Encode(forbidden(message))
		},
		"protobuf": func(w http.ResponseWriter, message string) {
			status, _ := forbidden(message).Marshal()
			body, _ := (&runtime.Unknown{TypeMeta: runtime.TypeMeta{Kind: "Status", APIVersion: "v1"}, Raw: status}).Marshal()
			w.Header().Set("Content-Type", runtime.ContentTypeProtobuf)
			w.WriteHeader(http.StatusForbidden)
			_, _ = w.Write(append([]byte("k8s\x00"), body...))
		},
		"of a proxy": func(w http.ResponseWriter, message string) {
			w.Header().Set("Content-Type", "text/plain")
			w.WriteHeader(http.StatusForbidden)
			_, _ = w.Write([]byte(message))
		},
	} {
		value := map[string][]byte{"pass": []byte("hunter2-2026")}
		meta := metav1.ObjectMeta{Name: "db", Namespace: "shop"}
		for request, send := range map[string]func(*Cluster, *serverWarnings) error{
			"patch": func(c *Cluster, seen *serverWarnings) error {
				client, _ := c.typed()
				patch, _ := json.Marshal(map[string]any{"data": value})
				_, err := client.CoreV1().Secrets("shop").Patch(withWarnings(t.Context(), seen), "db", types.MergePatchType, patch, metav1.PatchOptions{})
				return APIError(Call{"patch", "secrets", "shop", "secret/db"}, err)
			},
			"create": func(c *Cluster, seen *serverWarnings) error {
				client, _ := c.typed()
				secret := &corev1.Secret{ObjectMeta: meta, Data: value}
				_, err := client.CoreV1().Secrets("shop").Create(withWarnings(t.Context(), seen), secret, metav1.CreateOptions{})
				return APIError(Call{"create", "secrets", "shop", "secret/db"}, err)
			},
			"configmap": func(c *Cluster, seen *serverWarnings) error {
				client, _ := c.typed()
				configMap := &corev1.ConfigMap{ObjectMeta: meta, Data: map[string]string{"greeting": "hunter2-2026"}}
				_, err := client.CoreV1().ConfigMaps("shop").Create(withWarnings(t.Context(), seen), configMap, metav1.CreateOptions{})
				return APIError(Call{"create", "configmaps", "shop", "configmap/db"}, err)
			},
			"set env": func(c *Cluster, seen *serverWarnings) error {
				client, _ := c.typed()
				patch := `{"spec":{"template":{"spec":{"containers":[{"name":"web","env":[{"name":"K","value":"hunter2-2026"}]}]}}}}`
				_, err := client.AppsV1().Deployments("shop").Patch(withWarnings(t.Context(), seen), "web",
					types.StrategicMergePatchType, []byte(patch), metav1.PatchOptions{})
				return APIError(Call{"patch", "deployments", "shop", "deployment/web"}, err)
			},
		} {
			seen := &serverWarnings{}
			err := send(quoting(t, answer), seen)
			if err == nil || !strings.Contains(err.Error(), redact.Mask) || strings.Contains(err.Error(), "hunter2") || strings.Contains(err.Error(), "aHVudGVy") {
				t.Errorf("%s, in %s: %v", request, name, err)
			}
			if name != "of a proxy" && !Is(err, Denied) {
				t.Errorf("%s, in %s: not a refusal any more: %v", request, name, err)
			}
			if name != "of a proxy" && (len(seen.texts) != 1 || seen.texts[0] != "would refuse ***") {
				t.Errorf("%s, in %s: the warning is %q", request, name, seen.texts)
			}
		}
	}
}

// The resource decides what a body is, and no name that looks like it.
func TestPathsOfConfig(t *testing.T) {
	for path, want := range map[string]string{
		"/api/v1/namespaces/shop/secrets": "secrets", "/api/v1/namespaces/shop/secrets/db": "secrets", "/api/v1/secrets": "secrets",
		"/proxy/api/v1/namespaces/secrets/secrets/db": "secrets", "/api/v1/namespaces/secrets/configmaps": "configmaps",
		"/api/v1/namespaces/secrets-prod/configmaps/a": "configmaps", "/apis/apps/v1/namespaces/shop/deployments/secrets-operator": "",
		"/apis/apps/v1/namespaces/secrets/deployments/secrets": "",
	} {
		if got := configResource(path); got != want {
			t.Errorf("%s: %q", path, got)
		}
	}
}
