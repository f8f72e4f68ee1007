package inspect

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"k8s.io/cli-runtime/pkg/genericclioptions"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/app"
	"github.com/kubectl-app/kubectl-app/pkg/redact"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// around reads what is around an app from an API server that answers with a status and a JSON text.
func around(t *testing.T, answer func(*http.Request) (int, string)) *surroundings {
	t.Helper()
	t.Setenv("KUBECONFIG", "/dev/null")
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		code, text := answer(r)
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(code)
		_, _ = w.Write([]byte(text))
	}))
	t.Cleanup(api.Close)
	flags := genericclioptions.NewConfigFlags(false)
	flags.APIServer = &api.URL
	return &surroundings{cluster: cluster.New(flags, "test", &redact.Redactor{}), namespace: "shop", around: &app.Around{}}
}

const forbidden = `{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"Forbidden","code":403}`

// Who may get Secrets and not list them learns about certificates, too. Who may do neither is told.
func TestCertificate(t *testing.T) {
	ref := workload.Ref{Kind: "Secret", Namespace: "shop", Name: "tls"}
	secret := func(kind string) string {
		return fmt.Sprintf(`{"kind":"Secret","apiVersion":"v1","metadata":{"name":"tls","namespace":"shop"},"type":%q,"data":{"tls.crt":"bm9uZQ=="}}`, kind)
	}
	for _, tt := range []struct {
		name, list, get string
		tls, notTLS     bool
		notes           int
	}{
		{name: "may list", list: `{"kind":"SecretList","apiVersion":"v1","items":[` + secret("kubernetes.io/tls") + `]}`, get: forbidden, tls: true},
		{name: "may get", list: forbidden, get: secret("kubernetes.io/tls"), tls: true},
		{name: "may get one of another type", list: forbidden, get: secret("Opaque"), notTLS: true},
		{name: "may do neither", list: forbidden, get: forbidden, notes: 1},
	} {
		r := around(t, func(request *http.Request) (int, string) {
			text := tt.list
			if strings.HasSuffix(request.URL.Path, "/tls") {
				text = tt.get
			}
			if text == forbidden {
				return http.StatusForbidden, text
			}
			return http.StatusOK, text
		})
		r.put(ref, app.Named{State: app.RefPresent})
		if err := r.certificate(t.Context(), app.Need{Ref: ref, TLS: true}); err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
		found := r.get(ref)
		if found.State != app.RefPresent || found.TLS != tt.tls || found.NotTLS != tt.notTLS || len(r.around.Notes) != tt.notes || len(r.around.NotSeen) > 0 {
			t.Errorf("%s: %+v, notes %q, not seen %v", tt.name, found, r.around.Notes, r.around.NotSeen)
		}
	}
}
