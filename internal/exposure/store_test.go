package exposure

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/cli-runtime/pkg/genericclioptions"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/redact"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// answers are those of a server to requests, in their order: METHOD -> status and object.
type answer struct {
	method string
	code   int
	object string
}

// serve gives the answers, and returns the bodies of the requests.
func serve(t *testing.T, answers ...answer) (Client, *[]string) {
	t.Setenv("KUBECONFIG", t.TempDir()+"/none")
	t.Helper()
	var sent []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if len(answers) == 0 || answers[0].method != r.Method {
			t.Errorf("unexpected %s, want %v", r.Method, answers)
			w.WriteHeader(http.StatusTeapot)
			return
		}
		a := answers[0]
		answers = answers[1:]
		body := new(strings.Builder)
		_, _ = fmt.Fprint(body, r.Method, " ")
		buffer := make([]byte, 1<<16)
		n, _ := r.Body.Read(buffer)
		body.Write(buffer[:n])
		sent = append(sent, body.String())
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(a.code)
		_, _ = fmt.Fprint(w, a.object)
	}))
	t.Cleanup(server.Close)
	t.Cleanup(func() {
		if len(answers) > 0 {
			t.Errorf("not asked for: %v", answers)
		}
	})
	flags := genericclioptions.NewConfigFlags(false)
	flags.APIServer = &server.URL
	return Client{cluster.New(flags, "test", &redact.Redactor{})}, &sent
}

func object(version, uid, kind string) string {
	return fmt.Sprintf(`{"apiVersion":"v1","kind":"Service","metadata":{"name":"web","namespace":"shop","resourceVersion":%q,"uid":%q},"spec":{"type":%q}}`, version, uid, kind)
}

// with adds fields to the metadata of an object.
func with(object, metadata string) string {
	return strings.Replace(object, `"metadata":{`, `"metadata":{`+metadata+`,`, 1)
}

func status(code int, reason string) string {
	return fmt.Sprintf(`{"apiVersion":"v1","kind":"Status","status":"Failure","code":%d,"reason":%q,"message":%q}`, code, reason, reason)
}

func read(t *testing.T, text string) workload.API {
	t.Helper()
	if text == "" {
		return nil
	}
	s := &corev1.Service{}
	if err := json.Unmarshal([]byte(text), s); err != nil {
		t.Fatal(err)
	}
	return s
}

// nodePort plans a Service of the type NodePort, unless someone else has made one with a load balancer.
func nodePort(now workload.API) (workload.API, error) {
	s, _ := now.(*corev1.Service)
	if s == nil {
		s = &corev1.Service{}
		s.Name, s.Namespace = "web", "shop"
		s.SetGroupVersionKind(Services.GroupVersionKind)
	}
	s = s.DeepCopy()
	if s.Spec.Type == corev1.ServiceTypeLoadBalancer {
		return nil, errors.New("it has a load balancer")
	}
	s.Spec.Type = corev1.ServiceTypeNodePort
	return s, nil
}

func TestSend(t *testing.T) {
	conflict, exists := status(409, "Conflict"), status(409, "AlreadyExists")
	for name, test := range map[string]struct {
		now     string
		answers []answer
		fault   string
		version string
		created bool
	}{
		"created": {"", []answer{{"POST", 201, object("5", "uid-1", "NodePort")}}, "", "5", true},
		"changed": {object("4", "uid-1", "ClusterIP"), []answer{{"PATCH", 200, object("5", "uid-1", "NodePort")}}, "", "5", false},
		"changed meanwhile": {
			object("4", "uid-1", "ClusterIP"),
			[]answer{{"PATCH", 409, conflict}, {"GET", 200, object("6", "uid-1", "ClusterIP")}, {"PATCH", 200, object("7", "uid-1", "NodePort")}},
			"", "7", false,
		},
		"as wanted meanwhile": {object("4", "uid-1", "ClusterIP"), []answer{{"PATCH", 409, conflict}, {"GET", 200, object("6", "uid-1", "NodePort")}}, "", "6", false},
		"created meanwhile":   {"", []answer{{"POST", 409, exists}, {"GET", 200, object("6", "v", "ClusterIP")}, {"PATCH", 200, object("7", "v", "NodePort")}}, "", "7", false},
		"taken meanwhile":     {"", []answer{{"POST", 409, exists}, {"GET", 200, object("6", "v", "LoadBalancer")}}, "it has a load balancer", "", false},
		"deleted meanwhile":   {object("4", "uid-1", "ClusterIP"), []answer{{"PATCH", 404, status(404, "NotFound")}}, "no service/web", "", false},
		"not allowed":         {"", []answer{{"POST", 403, status(403, "Forbidden")}}, "no permission to create service/web", "", true},
	} {
		t.Run(name, func(t *testing.T) {
			client, sent := serve(t, test.answers...)
			p := &Put{Kind: Services, Ref: Services.Ref("shop", "web"), Now: read(t, test.now), Plan: nodePort}
			err := client.Send(context.Background(), p, cluster.WriteOptions{})
			if (err == nil) != (test.fault == "") || err != nil && !strings.Contains(err.Error(), test.fault) {
				t.Fatalf("error %v, want %q", err, test.fault)
			}
			if err == nil && p.Written.GetResourceVersion() != test.version {
				t.Errorf("version %s, want %s", p.Written.GetResourceVersion(), test.version)
			}
			if err == nil && p.Created() != test.created {
				t.Errorf("created %t", p.Created())
			}
			for _, s := range *sent {
				if strings.HasPrefix(s, "PATCH") && !strings.Contains(s, `"resourceVersion"`) {
					t.Errorf("a write without a precondition: %s", s)
				}
			}
		})
	}
}

// precondition is that of a delete: the UID and a resourceVersion.
var precondition = regexp.MustCompile(`uid-1\W+[56]`)

func TestBack(t *testing.T) {
	for name, test := range map[string]struct {
		now, written string
		answers      []answer
		fault        string
	}{
		"what was created is deleted":   {"", object("5", "uid-1", "NodePort"), []answer{{"GET", 200, object("6", "uid-1", "NodePort")}, {"DELETE", 200, `{}`}}, ""},
		"it is gone already":            {"", object("5", "uid-1", "NodePort"), []answer{{"GET", 404, status(404, "NotFound")}}, ""},
		"it goes at the same time":      {"", object("5", "uid-1", "NodePort"), []answer{{"GET", 200, object("6", "uid-1", "NodePort")}, {"DELETE", 404, status(404, "NotFound")}}, ""},
		"someone else has relabelled":   {"", object("5", "uid-1", "NodePort"), []answer{{"GET", 200, with(object("6", "uid-1", "NodePort"), `"labels":{"a":"b"}`)}}, "it was changed"},
		"someone else has made it anew": {"", object("5", "uid-1", "NodePort"), []answer{{"GET", 200, object("6", "uid-2", "NodePort")}}, "it was changed"},
		"changed between look and delete": {
			"", object("5", "uid-1", "NodePort"),
			[]answer{{"GET", 200, object("6", "uid-1", "NodePort")}, {"DELETE", 409, status(409, "Conflict")}, {"GET", 200, object("7", "uid-1", "ClusterIP")}},
			"it was changed",
		},
		"a field that no flag names was changed": {
			object("4", "uid-1", "ClusterIP"), object("5", "uid-1", "NodePort"),
			[]answer{{"GET", 200, with(object("6", "uid-1", "NodePort"), `"annotations":{"a":"b"}`)}},
			"it was changed",
		},
		"a finalizer of a controller stays": {
			object("4", "uid-1", "ClusterIP"), object("5", "uid-1", "NodePort"),
			[]answer{{"GET", 200, with(object("6", "uid-1", "NodePort"), `"finalizers":["a/b"]`)}, {"PATCH", 200, object("7", "uid-1", "ClusterIP")}},
			"",
		},
		"the create had no answer":      {"", "", []answer{{"GET", 200, object("5", "uid-1", "NodePort")}, {"DELETE", 200, `{}`}}, ""},
		"it had never arrived":          {"", "", []answer{{"GET", 404, status(404, "NotFound")}}, ""},
		"someone else has created it":   {"", "", []answer{{"GET", 200, object("5", "uid-1", "ClusterIP")}}, "someone else has created it"},
		"what was changed goes back":    {object("4", "uid-1", "ClusterIP"), object("5", "uid-1", "NodePort"), []answer{{"GET", 200, object("6", "uid-1", "NodePort")}, {"PATCH", 200, object("7", "uid-1", "ClusterIP")}}, ""},
		"someone else has changed it":   {object("4", "uid-1", "ClusterIP"), object("5", "uid-1", "NodePort"), []answer{{"GET", 200, object("6", "uid-1", "LoadBalancer")}}, "it was changed"},
		"someone else has deleted it":   {object("4", "uid-1", "ClusterIP"), object("5", "uid-1", "NodePort"), []answer{{"GET", 404, status(404, "NotFound")}}, "it was deleted"},
		"what is to go back is patched": {object("4", "uid-1", "ClusterIP"), object("5", "uid-1", "NodePort"), []answer{{"GET", 200, object("6", "uid-1", "NodePort")}, {"PATCH", 200, object("7", "uid-1", "ClusterIP")}}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			client, sent := serve(t, test.answers...)
			p := &Put{Kind: Services, Ref: Services.Ref("shop", "web"), Now: read(t, test.now), Written: read(t, test.written), Plan: nodePort}
			err := client.Back(context.Background(), p, cluster.WriteOptions{})
			if (err == nil) != (test.fault == "") || err != nil && !strings.Contains(err.Error(), test.fault) {
				t.Fatalf("error %v, want %q", err, test.fault)
			}
			if i := slices.IndexFunc(*sent, func(s string) bool { return strings.HasPrefix(s, "DELETE") }); i >= 0 && !precondition.MatchString((*sent)[i]) {
				t.Errorf("a delete without a precondition: %s", (*sent)[i])
			}
			if i := slices.IndexFunc(*sent, func(s string) bool { return strings.HasPrefix(s, "PATCH") }); i >= 0 && (!strings.Contains((*sent)[i], `"type":"ClusterIP"`) || strings.Contains((*sent)[i], "finalizers")) {
				t.Errorf("not what was there before: %s", (*sent)[i])
			}
		})
	}
}
