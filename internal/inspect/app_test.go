package inspect

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"k8s.io/cli-runtime/pkg/genericclioptions"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/app"
	"github.com/kubectl-app/kubectl-app/pkg/redact"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// town is the server with a namespace around its Deployment, which uses Secret db with the key password.
type town struct {
	server
	silent string // the end of a path that answers 500
	gone   string // a Deployment that is deleted after it was first read
	mu     sync.Mutex
	asked  []string
}

var listKinds = map[string]string{
	"services": "ServiceList", "endpointslices": "EndpointSliceList", "ingresses": "IngressList", "horizontalpodautoscalers": "HorizontalPodAutoscalerList",
	"poddisruptionbudgets": "PodDisruptionBudgetList", "networkpolicies": "NetworkPolicyList", "resourcequotas": "ResourceQuotaList", "events": "EventList",
}

func (s *town) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	last := path.Base(r.URL.Path)
	s.mu.Lock()
	s.asked = append(s.asked, r.URL.Path)
	s.mu.Unlock()
	object := ""
	switch {
	case s.forbidden != "" && strings.Contains(r.URL.Path, s.forbidden):
	case s.silent != "" && strings.HasSuffix(r.URL.Path, s.silent):
		w.WriteHeader(http.StatusInternalServerError)
		return
	case last == "httproutes":
		w.WriteHeader(http.StatusNotFound)
		return
	case last == "horizontalpodautoscalers":
		object = `{"kind":"HorizontalPodAutoscalerList","apiVersion":"autoscaling/v2","items":[{"metadata":{"name":"load","namespace":"shop"},
			"spec":{"maxReplicas":3,"scaleTargetRef":{"kind":"Deployment","apiVersion":"apps/v1","name":"web"}},
			"status":{"conditions":[{"type":"ScalingActive","status":"False","reason":"Failed","message":"PASSWORD=hunter2-Xyz was refused"}]}}]}`
	case last == "db":
		object = `{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1","metadata":{"name":"db","namespace":"shop",
			"managedFields":[{"manager":"kubectl","operation":"Update","fieldsType":"FieldsV1","fieldsV1":{"f:data":{"f:password":{}}}}]}}`
	case last == "services":
		object = `{"kind":"ServiceList","apiVersion":"v1","items":[{"metadata":{"name":"front","namespace":"shop"},"spec":{"selector":{"app":"web"}}}]}`
	case listKinds[last] != "":
		object = fmt.Sprintf(`{"kind":%q,"apiVersion":%q,"items":[]}`, listKinds[last], versionOf(r.URL.Path))
	case strings.Contains(r.URL.Path, "/deployments/"):
		s.deployment(w, last)
		return
	}
	if object == "" {
		s.server.ServeHTTP(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write([]byte(object))
}

const scaledByAutoscaler = `{"manager":"kube-controller-manager","operation":"Update","apiVersion":"apps/v1","subresource":"scale",
	"fieldsType":"FieldsV1","fieldsV1":{"f:spec":{"f:replicas":{}}}}`

// versionOf is the apiVersion in a path.
func versionOf(p string) string {
	parts := strings.Split(p, "/")
	if parts[1] == "api" {
		return parts[2]
	}
	return parts[2] + "/" + parts[3]
}

// deployment is the server's, with a variable from Secret db. An autoscaler has set its replicas.
func (s *town) deployment(w http.ResponseWriter, name string) {
	s.mu.Lock()
	reads := 0
	for _, p := range s.asked {
		if strings.HasSuffix(p, "/deployments/"+name) {
			reads++
		}
	}
	s.mu.Unlock()
	if name == s.gone && reads > 1 {
		w.WriteHeader(http.StatusNotFound)
		_, _ = w.Write([]byte(`{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"NotFound","code":404}`))
		return
	}
	s.server.mu.Lock()
	text, err := json.Marshal(s.server.answer("/deployments/web"))
	s.server.mu.Unlock()
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	text = []byte(strings.Replace(string(text), `"livenessProbe"`, `"env":[{"name":"PASSWORD","valueFrom":{"secretKeyRef":{"name":"db","key":"password"}}}],"livenessProbe"`, 1))
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write([]byte(strings.Replace(string(text), `"name":"web","namespace"`, fmt.Sprintf(`"name":%q,"managedFields":[%s],"namespace"`, name, scaledByAutoscaler), 1)))
}

// report asks about Deployments.
func (s *town) report(t *testing.T, names ...string) app.StatusReport {
	t.Helper()
	t.Setenv("KUBECONFIG", "/dev/null")
	api := httptest.NewServer(s)
	t.Cleanup(api.Close)
	flags := genericclioptions.NewConfigFlags(false)
	flags.APIServer, flags.Namespace = &api.URL, &web.Namespace
	c := cluster.New(flags, "test", &redact.Redactor{})
	var objects []cluster.Object
	for _, name := range names {
		o, err := c.Reread(t.Context(), workload.Ref{Kind: web.Kind, Namespace: web.Namespace, Name: name})
		if err != nil {
			t.Fatal(err)
		}
		objects = append(objects, o)
	}
	report, err := Apps(t.Context(), c, objects, "v1", time.Now)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// Lists are shared by all apps, nothing is asked twice, and no data of a Secret is read whose key managedFields show.
func TestAppsRead(t *testing.T) {
	s := &town{server: server{generation: 1, pods: 3}}
	r := s.report(t, "web", "other")
	if len(r.Apps) != 2 || r.Apps[0].State != app.Failing || r.Apps[0].References[0].State != app.RefPresent {
		t.Fatalf("%+v", r)
	}
	for resource := range listKinds {
		n := 0
		for _, p := range s.asked {
			if strings.HasSuffix(p, "/"+resource) {
				n++
			}
		}
		if resource != "events" && n != 1 { // those of pods are asked for by why, too
			t.Errorf("%s: %d lists", resource, n)
		}
	}
	secrets := slices.DeleteFunc(slices.Clone(s.asked), func(p string) bool { return !strings.Contains(p, "/secrets") })
	if len(secrets) != 1 {
		t.Errorf("of Secrets it asked %q", secrets)
	}
	if text := fmt.Sprint(r.Apps[1].Autoscalers); strings.Contains(text, "hunter2") || !strings.Contains(text, "was refused") {
		t.Errorf("a value is shown: %s", text)
	}
}

// Each resource may be missing alone: it is named, and the rest is shown.
func TestAppsUnread(t *testing.T) {
	for _, resource := range append(slices.Collect(maps.Keys(listKinds)), "secrets") {
		for _, silent := range []bool{false, true} {
			if silent && resource != "poddisruptionbudgets" && resource != "secrets" { // each takes more than a second
				continue
			}
			s := &town{server: server{generation: 1, pods: 1}}
			if s.forbidden = "/" + resource; silent {
				s.forbidden, s.silent = "", "/"+resource
				if resource == "secrets" {
					s.silent = "/secrets/db"
				}
			}
			a := s.report(t, "web").Apps[0]
			named := fmt.Sprint(a.Notes)
			if !silent {
				named = fmt.Sprint(a.NotSeen)
			}
			if !strings.Contains(named, resource) || strings.Contains(fmt.Sprint(a.NotSeen, a.Notes), "httproutes") || a.State != app.Failing {
				t.Errorf("%s (silent %v): not seen %v, notes %q, %s", resource, silent, a.NotSeen, a.Notes, a.State)
			}
		}
	}
}

// One that goes on changing is not known. One of several that is deleted meanwhile is left out.
func TestAppsMoved(t *testing.T) {
	moving := &town{server: server{generation: 1, pods: 1, moves: 100}}
	if a := moving.report(t, "web").Apps[0]; a.State != app.Unknown || !strings.Contains(a.Message, "twice") {
		t.Errorf("%s: %s", a.State, a.Message)
	}
	leaving := &town{server: server{generation: 1, pods: 1}, gone: "other"}
	if r := leaving.report(t, "web", "other"); len(r.Apps) != 1 || r.Apps[0].Object != web {
		t.Errorf("%+v", r.Apps)
	}
}
