package kubelet

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/client-go/kubernetes/fake"

	"github.com/kubectl-app/kubectl-app/lab/kubelet/lifecycle"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// podOf is a pod with one container, which has a readiness probe.
func podOf(image string, edits ...func(*corev1.Pod)) *corev1.Pod {
	probe := &corev1.Probe{
		PeriodSeconds: 5, FailureThreshold: 3, SuccessThreshold: 1,
		ProbeHandler: corev1.ProbeHandler{HTTPGet: &corev1.HTTPGetAction{Path: "/ready", Port: intstr.FromInt32(8080)}},
	}
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: "web-1", Namespace: "shop", UID: "0b8a1c1e-0000-4000-8000-000000000001", Generation: 1},
		Spec: corev1.PodSpec{
			NodeName: "lab-1", RestartPolicy: corev1.RestartPolicyAlways, TerminationGracePeriodSeconds: new(int64(30)),
			Containers: []corev1.Container{{Name: "web", Image: image, ReadinessProbe: probe}},
		},
	}
	for _, edit := range edits {
		edit(pod)
	}
	return pod
}

// ready is the condition Ready of a pod.
func ready(s *corev1.PodStatus) *corev1.PodCondition {
	for i := range s.Conditions {
		if s.Conditions[i].Type == corev1.PodReady {
			return &s.Conditions[i]
		}
	}
	return &corev1.PodCondition{}
}

// running plays a node with one pod against a fake API, in a bubble of its own
// time, and calls check some seconds later.
func running(t *testing.T, pod *corev1.Pod, wait time.Duration, check func(t *testing.T, n *node, client *fake.Clientset)) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		pod.ResourceVersion = "1"
		client := fake.NewClientset(pod, &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: pod.Namespace, Name: "settings"}})
		w, err := newWorld(ctx, client)
		if err != nil {
			t.Fatal(err)
		}
		r := newRecorder(client)
		n := newNode(client, w, r, "127.0.0.1")
		done := make(chan error, 8)
		for _, s := range r.shards {
			go func() { done <- r.run(ctx, s) }()
		}
		go func() { done <- n.watch(ctx) }()
		go func() { done <- n.work(ctx) }()
		go func() { done <- n.programs.serve(ctx) }()
		<-time.After(wait)
		synctest.Wait()
		check(t, n, client)
		stop()
		for range len(r.shards) + 3 {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
	})
}

// After an outage of the API the node controller calls all pods not ready. The kubelet says it better.
func TestNodeCorrectsTheNodeController(t *testing.T) {
	running(t, podOf("web:1.0"), 3*time.Second, func(t *testing.T, _ *node, client *fake.Clientset) {
		pods := client.CoreV1().Pods("shop")
		pod, err := pods.Get(t.Context(), "web-1", metav1.GetOptions{})
		if err != nil {
			t.Fatal(err)
		}
		ready(&pod.Status).Status, pod.ResourceVersion = corev1.ConditionFalse, "999"
		if _, err := pods.UpdateStatus(t.Context(), pod, metav1.UpdateOptions{}); err != nil {
			t.Fatal(err)
		}
		<-time.After(3 * time.Second)
		if pod, err = pods.Get(t.Context(), "web-1", metav1.GetOptions{}); err != nil || ready(&pod.Status).Status != corev1.ConditionTrue {
			t.Errorf("%v %+v", err, pod.Status)
		}
	})
}

func TestNodeTellsTheAPI(t *testing.T) {
	running(t, podOf("web:1.0"), 3*time.Second, func(t *testing.T, _ *node, client *fake.Clientset) {
		pod, err := client.CoreV1().Pods("shop").Get(t.Context(), "web-1", metav1.GetOptions{})
		if err != nil || pod.Status.Phase != corev1.PodRunning || ready(&pod.Status).Status != corev1.ConditionTrue {
			t.Errorf("%v %+v", err, pod.Status)
		}
		events, err := client.CoreV1().Events("shop").List(t.Context(), metav1.ListOptions{})
		if err != nil || len(events.Items) != 4 {
			t.Errorf("%v: %d events: %+v", err, len(events.Items), events.Items)
		}
	})
}

func TestNodeRemovesWhatEnded(t *testing.T) {
	deleted := func(pod *corev1.Pod) {
		at, grace := metav1.NewTime(noon), int64(30)
		pod.DeletionTimestamp, pod.DeletionGracePeriodSeconds = &at, &grace
		pod.Finalizers = []string{"example.com/keep"}
	}
	running(t, podOf("web:1.0", deleted), 5*time.Second, func(t *testing.T, _ *node, client *fake.Clientset) {
		for _, action := range client.Actions() {
			if action.Matches("delete", "pods") {
				return
			}
		}
		t.Errorf("not deleted: %v", client.Actions())
	})
}

func TestNodeServes(t *testing.T) {
	annotated := podOf("web:1.0", func(pod *corev1.Pod) {
		pod.Annotations = map[string]string{lifecycle.AnnotationCPU: "180m", lifecycle.AnnotationMemory: "100Mi"}
	})
	running(t, annotated, 11*time.Second, func(t *testing.T, n *node, _ *fake.Clientset) {
		mux := http.NewServeMux()
		mux.HandleFunc("GET /containerLogs/{namespace}/{pod}/{container}", n.serveLogs)
		mux.HandleFunc("GET /metrics/nodes/{node}/metrics/resource", n.serveMetrics)
		get := func(path string) (int, string) {
			answer := httptest.NewRecorder()
			mux.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, path, nil))
			return answer.Code, answer.Body.String()
		}
		for path, want := range map[string]string{
			"/containerLogs/shop/web-1/web?tailLines=1": "listening on :8080\n",
			"/containerLogs/shop/web-1/wbe":             `container "wbe" in pod "web-1" is not available`,
			"/containerLogs/shop/web-2/web":             `pod "web-2" does not exist`,
			"/metrics/nodes/lab-1/metrics/resource":     `container_memory_working_set_bytes{container="web",namespace="shop",pod="web-1"} 1.048576e+08`,
		} {
			if _, got := get(path); !strings.Contains(got, want) {
				t.Errorf("%s: %s", path, got)
			}
		}
		if _, got := get("/metrics/nodes/lab-2/metrics/resource"); strings.Contains(got, "web-1") {
			t.Errorf("lab-2: %s", got)
		}
		all := n.residents()[0].samples(time.Now())
		if len(all) != 1 || all[0].cpuSeconds < 1.8 || all[0].cpuSeconds > 2 {
			t.Errorf("%+v", all)
		}
	})
}

// A stopped kubelet writes nothing and answers nobody; one that runs again goes on.
func TestNodeIsStopped(t *testing.T) {
	running(t, podOf("web:1.0"), 3*time.Second, func(t *testing.T, n *node, client *fake.Clientset) {
		status := func() corev1.PodPhase {
			pod, err := client.CoreV1().Pods("shop").Get(t.Context(), "web-2", metav1.GetOptions{})
			if err != nil {
				t.Fatal(err)
			}
			return pod.Status.Phase
		}
		annotate := func(words string) {
			_, err := client.CoreV1().Nodes().Update(t.Context(), &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: "lab-1", Annotations: map[string]string{lifecycle.AnnotationBehavior: words}}}, metav1.UpdateOptions{})
			if err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
		}
		if _, err := client.CoreV1().Nodes().Create(t.Context(), &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: "lab-1"}}, metav1.CreateOptions{}); err != nil {
			t.Fatal(err)
		}
		annotate("slow-stopped")
		first, err := client.CoreV1().Pods("shop").Get(t.Context(), "web-1", metav1.GetOptions{})
		if err != nil {
			t.Fatal(err)
		}
		ready(&first.Status).Status = corev1.ConditionFalse
		first.ResourceVersion = "3"
		if _, err := client.CoreV1().Pods("shop").UpdateStatus(t.Context(), first, metav1.UpdateOptions{}); err != nil {
			t.Fatal(err)
		}
		second := podOf("web:1.0", func(pod *corev1.Pod) { pod.Name, pod.UID, pod.ResourceVersion = "web-2", "uid-2", "2" })
		if _, err := client.CoreV1().Pods("shop").Create(t.Context(), second, metav1.CreateOptions{}); err != nil {
			t.Fatal(err)
		}
		<-time.After(5 * time.Second)
		if got := status(); got == corev1.PodRunning {
			t.Errorf("%s while the node is stopped", got)
		}
		if _, err := n.log("shop", "web-1", "web", false); !errors.Is(err, errStopped) {
			t.Errorf("log: %v", err)
		}
		annotate("")
		<-time.After(5 * time.Second)
		if got := status(); got != corev1.PodRunning {
			t.Errorf("%s after the node has started", got)
		}
		if first, err = client.CoreV1().Pods("shop").Get(t.Context(), "web-1", metav1.GetOptions{}); err != nil || ready(&first.Status).Status != corev1.ConditionTrue {
			t.Errorf("what the node controller wrote stays: %v %+v", err, first.Status.Conditions)
		}
		if _, err := n.log("shop", "web-1", "web", false); err != nil {
			t.Errorf("log: %v", err)
		}
	})
}
