package inspect

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/cli-runtime/pkg/genericclioptions"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/diagnosis/chain"
	"github.com/kubectl-app/kubectl-app/pkg/redact"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// server is an API server with one Deployment whose pods crash.
type server struct {
	mu         sync.Mutex
	seen       []string
	forbidden  string        // a part of a path
	silent     string        // a part of a path whose server is away
	generation int64         // of the Deployment
	moves      int           // how often it changes when it is read
	ahead      time.Duration // of its clock
	pods       int
	empty      bool
	secrets    int // that each pod takes variables from; its program quotes their values
}

var web = workload.Ref{Kind: "Deployment", Namespace: "shop", Name: "web"}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen = append(s.seen, r.Method+" "+r.URL.Path)
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Date", time.Now().Add(s.ahead).UTC().Format(http.TimeFormat))
	if s.forbidden != "" && strings.Contains(r.URL.Path, s.forbidden) {
		w.WriteHeader(http.StatusForbidden)
		_ = json.NewEncoder(w).Encode(metav1.Status{TypeMeta: metav1.TypeMeta{Kind: "Status", APIVersion: "v1"}, Status: "Failure", Code: 403, Reason: metav1.StatusReasonForbidden})
		return
	}
	if s.silent != "" && strings.Contains(r.URL.Path, s.silent) {
		w.WriteHeader(http.StatusServiceUnavailable)
		_ = json.NewEncoder(w).Encode(metav1.Status{TypeMeta: metav1.TypeMeta{Kind: "Status", APIVersion: "v1"}, Status: "Failure", Code: 503, Reason: metav1.StatusReasonServiceUnavailable, Message: "away"})
		return
	}
	if s.empty {
		w.WriteHeader(http.StatusNotFound)
		_ = json.NewEncoder(w).Encode(metav1.Status{TypeMeta: metav1.TypeMeta{Kind: "Status", APIVersion: "v1"}, Status: "Failure", Code: 404, Reason: metav1.StatusReasonNotFound})
		return
	}
	if strings.HasSuffix(r.URL.Path, "/log") {
		_, _ = fmt.Fprintln(w, s.quoted())
		return
	}
	_ = json.NewEncoder(w).Encode(s.answer(r.URL.Path))
}

// quoted is what the program says.
func (s *server) quoted() string {
	text := "refused:"
	for i := range s.secrets {
		text += fmt.Sprintf(" value-%d-4711", i)
	}
	return text
}

func (s *server) answer(path string) any {
	labels := map[string]string{"app": "web"}
	template := corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: labels}, Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "web", Image: "web:2.0", LivenessProbe: &corev1.Probe{}}}}}
	switch {
	case strings.HasSuffix(path, "/deployments/web"):
		if s.moves > 0 {
			s.moves--
			s.generation++
		}
		return appsv1.Deployment{
			TypeMeta:   metav1.TypeMeta{Kind: "Deployment", APIVersion: "apps/v1"},
			ObjectMeta: metav1.ObjectMeta{Name: "web", Namespace: "shop", UID: "d", Generation: s.generation},
			Spec:       appsv1.DeploymentSpec{Selector: &metav1.LabelSelector{MatchLabels: labels}, Template: template},
			Status:     appsv1.DeploymentStatus{ObservedGeneration: s.generation, Replicas: int32(s.pods)},
		}
	case strings.HasSuffix(path, "/replicasets"):
		return appsv1.ReplicaSetList{TypeMeta: metav1.TypeMeta{Kind: "ReplicaSetList", APIVersion: "apps/v1"}, Items: []appsv1.ReplicaSet{{
			ObjectMeta: metav1.ObjectMeta{Name: "web-1", Namespace: "shop", UID: "rs", OwnerReferences: []metav1.OwnerReference{{Kind: "Deployment", Name: "web", UID: "d", Controller: new(true)}}},
			Spec:       appsv1.ReplicaSetSpec{Template: template},
		}}}
	case strings.HasSuffix(path, "/pods"):
		list := corev1.PodList{TypeMeta: metav1.TypeMeta{Kind: "PodList", APIVersion: "v1"}}
		for i := range s.pods {
			pod := crashed(i)
			for n := range s.secrets {
				from := corev1.EnvFromSource{SecretRef: &corev1.SecretEnvSource{LocalObjectReference: corev1.LocalObjectReference{Name: fmt.Sprintf("secret-%d", n)}}}
				pod.Spec.Containers[0].EnvFrom = append(pod.Spec.Containers[0].EnvFrom, from)
				pod.Status.ContainerStatuses[0].State.Terminated.Message = s.quoted()
			}
			list.Items = append(list.Items, pod)
		}
		return list
	case strings.Contains(path, "/secrets/"):
		name := path[strings.LastIndex(path, "/")+1:]
		return corev1.Secret{
			TypeMeta: metav1.TypeMeta{Kind: "Secret", APIVersion: "v1"}, ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "shop"},
			Data: map[string][]byte{"key": []byte(strings.Replace(name, "secret", "value", 1) + "-4711")},
		}
	case strings.HasSuffix(path, "/events"):
		return corev1.EventList{TypeMeta: metav1.TypeMeta{Kind: "EventList", APIVersion: "v1"}}
	}
	return metav1.Status{TypeMeta: metav1.TypeMeta{Kind: "Status", APIVersion: "v1"}}
}

// crashed is a pod each of whose containers has crashed in a way of its own.
func crashed(i int) corev1.Pod {
	name := fmt.Sprintf("web-%d", i)
	began := time.Now().Add(-time.Minute)
	return corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "shop", UID: types.UID(name), CreationTimestamp: metav1.NewTime(began), OwnerReferences: []metav1.OwnerReference{{Kind: "ReplicaSet", UID: "rs", Controller: new(true)}}},
		Spec:       corev1.PodSpec{NodeName: "node-1", Containers: []corev1.Container{{Name: "web", LivenessProbe: &corev1.Probe{}}}},
		Status: corev1.PodStatus{Phase: corev1.PodRunning, ContainerStatuses: []corev1.ContainerStatus{{
			Name: "web", RestartCount: 3,
			State: corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{ExitCode: 1, StartedAt: metav1.NewTime(began), FinishedAt: metav1.NewTime(began.Add(time.Second))}},
		}}},
	}
}

func (s *server) why(t *testing.T) chain.Report {
	t.Helper()
	report, err := s.inspector(t).Why(t.Context(), web.Kind, web)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func (s *server) inspector(t *testing.T) *Inspector {
	t.Helper()
	t.Setenv("KUBECONFIG", "/dev/null")
	api := httptest.NewServer(s)
	t.Cleanup(api.Close)
	flags := genericclioptions.NewConfigFlags(false)
	flags.APIServer, flags.Namespace = &api.URL, &web.Namespace
	c := cluster.New(flags, "test", &redact.Redactor{})
	c.RecognizeValues(t.Context())
	return New(c, time.Now)
}

// An object that changes while it is read is read again once; one that goes on changing is not known.
func TestMoved(t *testing.T) {
	for moves, want := range map[int]chain.State{0: chain.Failing, 2: chain.Failing, 100: chain.Unknown} {
		s := &server{generation: 1, moves: moves, pods: 1}
		if r := s.why(t); r.State != want || want == chain.Unknown && (r.Cause != "" || !strings.Contains(r.Message, "twice")) {
			t.Errorf("%d changes: %s, %s", moves, r.State, r.Message)
		}
	}
}

// However much there is to explain: the requests are bounded, and none changes anything.
func TestRequests(t *testing.T) {
	s := &server{generation: 1, pods: 200}
	r := s.why(t)
	if len(s.seen) > most || r.PodsTotal != 200 {
		t.Errorf("%d requests for %d pods: %v", len(s.seen), r.PodsTotal, s.seen)
	}
	for _, request := range s.seen {
		if !strings.HasPrefix(request, "GET ") {
			t.Errorf("it sent %s", request)
		}
	}
}

// Values of Secrets that programs quote are masked: each Secret is read once, and the requests stay bounded. Of very many
// Secrets, those that were not read are named.
func TestQuotedSecrets(t *testing.T) {
	for secrets, wanted := range map[int]int{0: 0, 1: 1, 4: 4, 6: 6, 9: 6} {
		s := &server{generation: 1, pods: 3, secrets: secrets}
		r := s.why(t)
		text, err := json.Marshal(r.Chain)
		if err != nil {
			t.Fatal(err)
		}
		read := 0
		for _, request := range s.seen {
			if strings.Contains(request, "/secrets/") {
				read++
			}
		}
		if len(s.seen) > most || read != wanted {
			t.Errorf("%d Secrets: %d read, %v", secrets, read, s.seen)
		}
		shown, unread := strings.Count(string(text), "-4711"), strings.Count(strings.Join(r.Notes, ";"), "was not read (too many Secrets are used)")
		if unread != secrets-wanted || (shown > 0) != (secrets > wanted) || secrets > 0 && !strings.Contains(string(text), "refused: ***") {
			t.Errorf("%d Secrets: %d named in %q, %s", secrets, unread, r.Notes, text)
		}
		if len(r.Chain[0].Logs) == 0 {
			t.Errorf("%d Secrets: no log: %v", secrets, s.seen)
		}
	}
	r := (&server{generation: 1, pods: 1, secrets: 2, forbidden: "/secrets/"}).why(t)
	if len(r.NotSeen) != 2 || r.NotSeen[1].Resource != "secret/secret-1" || r.NotSeen[1].Next[0] != "kubectl auth can-i get secret/secret-1 -n shop" {
		t.Errorf("not seen %+v", r.NotSeen)
	}
}

func TestForbidden(t *testing.T) {
	for part, want := range map[string]string{"/events": "events", "/log": "pods/log", "/pods": "pods", "/replicasets": "replicasets"} {
		r := (&server{generation: 1, pods: 1, forbidden: part}).why(t)
		found := false
		for _, n := range r.NotSeen {
			found = found || n.Resource == want && n.Hides != "" && strings.HasPrefix(n.Next[0], "kubectl auth can-i ")
		}
		if !found || strings.Contains(r.Message, "nothing found") {
			t.Errorf("%s: %s, not seen %+v", part, r.Message, r.NotSeen)
		}
		if part == "/replicasets" && r.Cause == "" { // the pods say enough
			t.Errorf("no cause without %s", part)
		}
	}
}

// What the API server does not answer is not called forbidden.
func TestSilent(t *testing.T) {
	r := (&server{generation: 1, pods: 1, silent: "/events"}).why(t)
	if notes := strings.Join(r.Notes, ";"); len(r.NotSeen) > 0 || !strings.Contains(notes, "events did not come: their API does not answer") || !strings.Contains(notes, "this hides causes that only events show") {
		t.Errorf("not seen %+v, notes %q", r.NotSeen, r.Notes)
	}
	if got := silence(fmt.Errorf("get: %w", context.DeadlineExceeded)); got != "did not come within 5s" {
		t.Error(got)
	}
}

// A name that is not found where some types may not be read may be one of them.
func TestFindInTheDark(t *testing.T) {
	for forbidden, want := range map[string]cluster.Reason{"/statefulsets/": cluster.Forbidden, "": cluster.NotFound} {
		s := &server{forbidden: forbidden, empty: true}
		if found, err := s.inspector(t).Find(t.Context(), "why", "db"); !cluster.Is(err, want) {
			t.Errorf("%q may not be read: %v, %v", forbidden, found, err)
		}
	}
}

// The times of a report are the API server's, whatever clock this machine has.
func TestSkew(t *testing.T) {
	for ahead, want := range map[time.Duration]string{0: "", 5 * time.Minute: "ahead of", -5 * time.Minute: "behind"} {
		r := (&server{generation: 1, pods: 1, ahead: ahead}).why(t)
		notes := strings.Join(r.Notes, ";")
		if off := r.Time.Sub(time.Now().Add(ahead)).Abs(); off > 3*time.Second || strings.Contains(notes, "clock") != (want != "") || !strings.Contains(notes, want) {
			t.Errorf("%s ahead: off by %s, notes %q", ahead, off, notes)
		}
	}
}
