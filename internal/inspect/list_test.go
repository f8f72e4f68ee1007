package inspect

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/cli-runtime/pkg/genericclioptions"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/app"
	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/redact"
)

// fleet is an API server with Deployments of one pod each, whose container crashes for a reason that only its log tells.
type fleet struct {
	size      int
	forbidden []string // ends of paths
	events    int      // pages of them that there are
	refusal   string   // of all pods, in the status of the ReplicaSets
	secret    string   // the beginning of the values that programs quote
	secrets   int      // of size Deployments each has the Secret of its number modulo this; 0: one for all
	moves     int      // changes of Deployments that happen each time when they are read, the first first
	late      bool     // the ReplicaSets come after the first list of them
	gone      int      // Deployments that are deleted after the first list

	mu    sync.Mutex
	seen  []string
	reads map[string]int64 // of each Deployment
}

func (f *fleet) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	f.seen = append(f.seen, r.Method+" "+r.URL.Path)
	f.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Date", time.Now().UTC().Format(http.TimeFormat))
	if slices.ContainsFunc(f.forbidden, func(end string) bool { return strings.HasSuffix(r.URL.Path, end) }) {
		w.WriteHeader(http.StatusForbidden)
		_ = json.NewEncoder(w).Encode(metav1.Status{TypeMeta: metav1.TypeMeta{Kind: "Status", APIVersion: "v1"}, Status: "Failure", Code: 403, Reason: metav1.StatusReasonForbidden})
		return
	}
	if strings.HasSuffix(r.URL.Path, "/log") {
		w.Header().Set("Content-Type", "text/plain")
		if f.secret != "" {
			n, _ := strconv.Atoi(strings.TrimPrefix(path.Base(path.Dir(r.URL.Path)), "pod-"))
			fmt.Fprintln(w, "login "+f.valueOf(f.secretOf(n))+" refused")
			return
		}
		fmt.Fprintln(w, "exec /app: exec format error")
		return
	}
	_ = json.NewEncoder(w).Encode(f.answer(r))
}

func (f *fleet) answer(r *http.Request) any {
	meta := func(name, owner string) metav1.ObjectMeta {
		m := metav1.ObjectMeta{Name: name, Namespace: "shop", UID: types.UID(name), Generation: 1, Labels: map[string]string{"app": name}}
		if owner != "" {
			m.OwnerReferences = []metav1.OwnerReference{{Kind: "Deployment", Name: owner, UID: types.UID(owner), Controller: new(true)}}
		}
		return m
	}
	template := corev1.PodTemplateSpec{Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "web", Image: "web:2.0", LivenessProbe: &corev1.Probe{}}}}}
	refused := appsv1.ReplicaSetStatus{Replicas: 1}
	if f.refusal != "" {
		template.Spec.Containers[0].Env = []corev1.EnvVar{{Name: "DB_PASS", Value: "tulips-0815"}}
		refused = appsv1.ReplicaSetStatus{Conditions: []appsv1.ReplicaSetCondition{{Type: appsv1.ReplicaSetReplicaFailure, Status: corev1.ConditionTrue, Reason: "FailedCreate", Message: f.refusal}}}
	}
	switch at := r.URL.Path; {
	case strings.Contains(at, "/secrets/"):
		name := path.Base(at)
		return corev1.Secret{
			TypeMeta: metav1.TypeMeta{Kind: "Secret", APIVersion: "v1"}, ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "shop"},
			Data: map[string][]byte{"password": []byte(f.valueOf(name))},
		}
	case strings.HasSuffix(at, "/deployments"):
		list := appsv1.DeploymentList{TypeMeta: metav1.TypeMeta{Kind: "DeploymentList", APIVersion: "apps/v1"}}
		if strings.Contains(r.Header.Get("Accept"), "PartialObjectMetadata") {
			list.TypeMeta = metav1.TypeMeta{Kind: "PartialObjectMetadataList", APIVersion: "meta.k8s.io/v1"}
		}
		for i := range f.size {
			name := fmt.Sprintf("web-%d", i)
			m, asked := meta(name, ""), r.URL.Query().Get("fieldSelector")
			if asked != "" && asked != "metadata.name="+name || !f.change(&m) {
				continue
			}
			list.Items = append(list.Items, appsv1.Deployment{
				ObjectMeta: m,
				Spec:       appsv1.DeploymentSpec{Selector: &metav1.LabelSelector{MatchLabels: map[string]string{"app": name}}, Template: template},
				Status:     appsv1.DeploymentStatus{ObservedGeneration: m.Generation, Replicas: refused.Replicas, UpdatedReplicas: refused.Replicas},
			})
		}
		return list
	case strings.HasSuffix(at, "/replicasets"):
		list := appsv1.ReplicaSetList{TypeMeta: metav1.TypeMeta{Kind: "ReplicaSetList", APIVersion: "apps/v1"}}
		if f.before("replicasets") == 0 && f.late {
			return list
		}
		if strings.Contains(r.Header.Get("Accept"), "PartialObjectMetadata") {
			list.TypeMeta = metav1.TypeMeta{Kind: "PartialObjectMetadataList", APIVersion: "meta.k8s.io/v1"}
		}
		for i := range f.size {
			list.Items = append(list.Items, appsv1.ReplicaSet{ObjectMeta: meta(fmt.Sprintf("rs-%d", i), fmt.Sprintf("web-%d", i)), Spec: appsv1.ReplicaSetSpec{Replicas: new(int32(1)), Template: template}, Status: refused})
		}
		return list
	case strings.HasSuffix(at, "/pods") && f.refusal == "":
		list := corev1.PodList{TypeMeta: metav1.TypeMeta{Kind: "PodList", APIVersion: "v1"}}
		for i := range f.size {
			pod := crashed(i)
			pod.Name, pod.Labels = fmt.Sprintf("pod-%d", i), map[string]string{"app": fmt.Sprintf("web-%d", i)}
			pod.UID, pod.OwnerReferences[0].Name = types.UID(pod.Name), fmt.Sprintf("rs-%d", i)
			pod.OwnerReferences[0].UID = types.UID(pod.OwnerReferences[0].Name)
			if f.secret != "" {
				pod.Spec.Containers[0].EnvFrom = []corev1.EnvFromSource{{SecretRef: &corev1.SecretEnvSource{LocalObjectReference: corev1.LocalObjectReference{Name: f.secretOf(i)}}}}
				pod.Status.ContainerStatuses[0].State.Terminated.Message = "login " + f.valueOf(f.secretOf(i)) + " refused"
			}
			list.Items = append(list.Items, pod)
		}
		return list
	case strings.HasSuffix(at, "/events"):
		list := corev1.EventList{TypeMeta: metav1.TypeMeta{Kind: "EventList", APIVersion: "v1"}}
		if n := len(r.URL.Query().Get("continue")); n < f.events && !strings.Contains(r.URL.RawQuery, "involvedObject.uid") {
			list.Continue = strings.Repeat("x", n+1)
		}
		return list
	}
	kind := map[string]string{"statefulsets": "StatefulSet", "pods": "Pod", "daemonsets": "DaemonSet", "controllerrevisions": "ControllerRevision", "jobs": "Job", "cronjobs": "CronJob"}[r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]]
	group := "apps/v1"
	switch {
	case strings.HasPrefix(r.URL.Path, "/apis/batch"):
		group = "batch/v1"
	case kind == "Pod":
		group = "v1"
	}
	return map[string]any{"kind": kind + "List", "apiVersion": group, "items": []any{}}
}

// secretOf names the Secret of a Deployment, and valueOf what is in a Secret.
func (f *fleet) secretOf(i int) string        { return fmt.Sprintf("db-%d", i%max(f.secrets, 1)) }
func (f *fleet) valueOf(secret string) string { return f.secret + secret }

// before is how often an object was read before.
func (f *fleet) before(name string) int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.reads == nil {
		f.reads = map[string]int64{}
	}
	f.reads[name]++
	return f.reads[name] - 1
}

// change changes a Deployment that is read again. It is false if the Deployment is gone.
func (f *fleet) change(m *metav1.ObjectMeta) bool {
	n := f.before(m.Name)
	f.mu.Lock()
	defer f.mu.Unlock()
	if n > 0 && f.gone > 0 && m.Name == "web-0" {
		return false
	}
	if n > 0 && f.moves > 0 {
		f.moves--
		m.Generation = 1 + n
	}
	return true
}

func (f *fleet) list(t *testing.T, namespace, selector string) (app.List, error) {
	t.Helper()
	t.Setenv("KUBECONFIG", "/dev/null")
	api := httptest.NewServer(f)
	t.Cleanup(api.Close)
	flags := genericclioptions.NewConfigFlags(false)
	flags.APIServer = &api.URL
	chosen, err := labels.Parse(selector)
	if err != nil {
		t.Fatal(err)
	}
	c := cluster.New(flags, "test", &redact.Redactor{})
	c.RecognizeValues(t.Context())
	return NewLister(c, namespace, chosen, time.Now).List(t.Context())
}

func (f *fleet) count(part string) (n int) {
	for _, request := range f.seen {
		if strings.Contains(request, part) {
			n++
		}
	}
	return n
}

// What a webhook quotes of a template is masked before it is listed.
func TestListMasks(t *testing.T) {
	f := &fleet{size: 1, refusal: `pods "web-0-x" is forbidden: admission webhook "policy.example.com" denied the request: env[0].value "tulips-0815" is not allowed`}
	l, err := f.list(t, "shop", "")
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(l)
	if err != nil {
		t.Fatal(err)
	}
	if len(l.Items) != 1 || l.Items[0].Cause != diagnosis.AdmissionDenied {
		t.Errorf("%s", text)
	}
	if !strings.Contains(string(text), "policy.example.com") || strings.Contains(string(text), "tulips") {
		t.Errorf("the value is shown, or the policy is not: %s", text)
	}
}

// So is what programs quote of their Secrets.
func TestListSecretValues(t *testing.T) {
	f := &fleet{size: 3, secret: "zQ7xVault9K"}
	l, err := f.list(t, "shop", "")
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(l)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), "login *** refused") || strings.Contains(string(text), f.secret) {
		t.Errorf("the value is shown, or the message is not: %s", text)
	}
	if n := f.count("/secrets/"); n != 1 {
		t.Errorf("the Secret was read %d times", n)
	}
}

// However many Secrets there are: their reads are bounded, and what can't be masked is not shown.
func TestListOfManySecrets(t *testing.T) {
	for secrets, leftOut := range map[int]int{mostValues: 0, mostValues + 2: 4} {
		f := &fleet{size: 2 * secrets, secrets: secrets, secret: "zQ7xVault9K"}
		l, err := f.list(t, "shop", "")
		if err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(l)
		if err != nil {
			t.Fatal(err)
		}
		if n := f.count("/secrets/"); n != mostValues || strings.Contains(string(text), f.secret) {
			t.Errorf("%d Secrets: %d were read, %s", secrets, n, text)
		}
		without := 0
		for i := range l.Items {
			if l.Items[i].Detail == "container web exited 1, 3 restarts" {
				without++
			}
		}
		note := fmt.Sprintf("what the programs of %d workloads say is left out", leftOut)
		if without != leftOut || strings.Contains(strings.Join(l.Notes, ";"), note) != (leftOut > 0) {
			t.Errorf("%d Secrets: %d lines without a message, notes %q", secrets, without, l.Notes)
		}
	}
}

// A few objects are asked about one by one, and many together: the requests do not grow with the workloads.
func TestListRequests(t *testing.T) {
	for _, tt := range []struct{ size, events, pages, logs, notes int }{
		{size: 1, pages: 1, logs: 1},
		{size: mostByObject, pages: mostByObject, logs: mostByObject},
		{size: 40, pages: 1, logs: 40},
		{size: 40, events: 5, pages: 6, logs: 40},
		{size: 300, events: 100, pages: mostEvents + mostUnlisted, logs: mostLogs, notes: 2},
	} {
		f := &fleet{size: tt.size, events: tt.events}
		l, err := f.list(t, "shop", "")
		if err != nil {
			t.Fatal(err)
		}
		if got := f.count("/events"); got != tt.pages {
			t.Errorf("%d workloads, %d pages of events: %d were read, want %d", tt.size, tt.events, got, tt.pages)
		}
		if got := f.count("/log"); got != tt.logs {
			t.Errorf("%d workloads: %d logs were read, want %d", tt.size, got, tt.logs)
		}
		if len(l.Items) != tt.size || len(l.Notes) != tt.notes || f.count("GET ") != len(f.seen) {
			t.Errorf("%d lines, notes %q, requests %v", len(l.Items), l.Notes, f.seen)
		}
		explained := slices.IndexFunc(l.Items, func(i app.ListItem) bool { return i.Cause == diagnosis.ExecFormat })
		if explained < 0 || l.State != app.Failing {
			t.Errorf("no log has explained anything: %+v", l.Items[0])
		}
	}
}

// What may not be read is named, as long as something is there to be listed.
func TestListForbidden(t *testing.T) {
	all := []string{"/deployments", "/statefulsets", "/daemonsets", "/replicasets", "/controllerrevisions", "/jobs", "/cronjobs", "/pods"}
	for _, tt := range []struct {
		forbidden []string
		state     app.State
		cause     diagnosis.Cause
		hides     string
	}{
		{[]string{"/events"}, app.Failing, diagnosis.ExecFormat, "causes that only events show: failed mounts, probes, refused pods"},
		{[]string{"/log"}, app.Failing, diagnosis.CrashLoop, "the last lines of crashed containers"},
		{[]string{"/replicasets"}, app.Failing, diagnosis.ExecFormat, "which pods are new"},
		{[]string{"/pods"}, app.Unknown, "", "every cause in a pod"},
		{[]string{"/jobs"}, app.Failing, diagnosis.ExecFormat, "they are not listed"},
		{all[1:], app.Unknown, "", "they are not listed"},
	} {
		f := &fleet{size: 1, forbidden: tt.forbidden}
		l, err := f.list(t, "shop", "")
		if err != nil {
			t.Errorf("%v: %v", tt.forbidden, err)
			continue
		}
		first := l.Items[0]
		if len(l.NotSeen) < len(tt.forbidden) || l.State != tt.state && tt.state != app.Unknown || first.Cause != tt.cause || first.Object.Name != "web-0" {
			t.Errorf("%v: %s %s, not seen %+v", tt.forbidden, l.State, first.Cause, l.NotSeen)
		}
		for _, n := range l.NotSeen {
			if !strings.HasSuffix(n.Next[0], " -n shop") {
				t.Errorf("%v: next %q", tt.forbidden, n.Next)
			}
		}
		if l.NotSeen[len(l.NotSeen)-1].Hides != tt.hides && l.NotSeen[0].Hides != tt.hides {
			t.Errorf("%v: %+v does not say %q", tt.forbidden, l.NotSeen, tt.hides)
		}
	}
	if l, err := (&fleet{forbidden: all[:1]}).list(t, "shop", ""); err != nil || len(l.Items) != 0 || l.State != app.Unknown {
		t.Errorf("Deployments may be there: %s, %v, %v", l.State, l.Items, err)
	}
	for namespace, next := range map[string]string{"shop": "kubectl auth can-i list ", "": "kubectl app status -n NAMESPACE"} {
		_, err := (&fleet{size: 1, forbidden: all}).list(t, namespace, "")
		hints, _ := err.(interface{ Hints() []string })
		if !cluster.Is(err, cluster.Forbidden) || !strings.HasPrefix(hints.Hints()[0], next) {
			t.Errorf("nothing may be read in %q: %v", namespace, err)
		}
	}
}

func TestListSelector(t *testing.T) {
	l, err := (&fleet{size: 3}).list(t, "", "app in (web-0,web-2)")
	if err != nil || len(l.Items) != 2 || l.Items[1].Object.Name != "web-2" {
		t.Errorf("%+v, %v", l.Items, err)
	}
}

// A workload that changes while it is read is read again once; one that goes on changing is not known. One that is deleted
// is left out. However many change, the requests are bounded.
func TestListMoved(t *testing.T) {
	const kinds, events, byName = 8, 1, 3 // reads of all; of events for many; of one workload
	for _, tt := range []struct {
		name              string
		size, moves, gone int
		late              bool
		unknown, requests int
	}{
		{name: "nothing changes", size: 3, requests: kinds + 3*3},
		{name: "one changes once", size: 3, moves: 1, requests: kinds + 3*3 + byName + 3},
		{name: "one goes on changing", size: 1, moves: 9, unknown: 1, requests: kinds + 3 + byName + 3},
		{name: "one is deleted", size: 3, gone: 1, requests: kinds + 3*3},
		{name: "a ReplicaSet comes late", size: 1, late: true, requests: kinds + 3 + 1 + byName + 3},
		{name: "all change once", size: mostByName + 1, moves: mostByName + 1, requests: 2 * (kinds + events + mostLogs + 1)},
		{name: "all go on changing", size: mostByName + 1, moves: 400, unknown: mostByName + 1, requests: 2 * (kinds + events + mostLogs + 1)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := &fleet{size: tt.size, moves: tt.moves, gone: tt.gone, late: tt.late}
			l, err := f.list(t, "shop", "")
			if err != nil {
				t.Fatal(err)
			}
			unknown, explained := 0, 0
			for _, i := range l.Items {
				switch {
				case i.State == app.Unknown && i.Cause == "" && strings.Contains(i.Message, "generation"):
					unknown++
				case i.Cause == diagnosis.ExecFormat:
					explained++
				}
			}
			if unknown != tt.unknown || tt.unknown == 0 && explained < min(tt.size-tt.gone, mostLogs) || len(l.Items) != tt.size-tt.gone || l.Items[0].Object.Kind != "Deployment" {
				t.Errorf("%d lines, of which %d are not known and %d explained, want %d not known", len(l.Items), unknown, explained, tt.unknown)
			}
			if len(f.seen) > tt.requests {
				t.Errorf("%d requests, want at most %d: %v", len(f.seen), tt.requests, f.seen)
			}
		})
	}
}
