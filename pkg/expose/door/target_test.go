package door

import (
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

func declares(ports ...corev1.ContainerPort) func(*corev1.Pod) {
	return func(pod *corev1.Pod) { pod.Spec.Containers[0].Ports = ports }
}

func TestTarget(t *testing.T) {
	named := webPod(declares(corev1.ContainerPort{Name: "dns", ContainerPort: 53, Protocol: corev1.ProtocolUDP}, corev1.ContainerPort{Name: "http", ContainerPort: 5000}))
	sidecar := webPod(func(pod *corev1.Pod) {
		pod.Spec.InitContainers = []corev1.Container{{Name: "proxy", RestartPolicy: new(corev1.ContainerRestartPolicyAlways), Ports: []corev1.ContainerPort{{Name: "http", ContainerPort: 15000}}}}
	})
	for _, test := range []struct {
		pod    *corev1.Pod
		target intstr.IntOrString
		want   int
	}{
		{named, intstr.FromInt32(8080), 8080},
		{named, intstr.IntOrString{}, 80},
		{named, intstr.FromString("http"), 5000},
		{named, intstr.FromString("dns"), 0},
		{named, intstr.FromString("web"), 0},
		{sidecar, intstr.FromString("http"), 15000},
	} {
		if got, found := Target(test.pod, &corev1.ServicePort{Port: 80, TargetPort: test.target}); got != test.want || found != (test.want > 0) {
			t.Errorf("%v: %d, want %d", test.target, got, test.want)
		}
	}
}

func TestUnnamed(t *testing.T) {
	s := webService()
	s.Spec.Ports[0].TargetPort = intstr.FromString("htpp")
	for want, pod := range map[string]*corev1.Pod{
		`targetPort "htpp" is the name of no port of pod/web-1; did you mean "http"?`: webPod(declares(corev1.ContainerPort{Name: "http", ContainerPort: 80})),
		`; it has metrics`:               webPod(declares(corev1.ContainerPort{Name: "metrics", ContainerPort: 80})),
		`; none of its ports has a name`: webPod(declares(corev1.ContainerPort{ContainerPort: 80})),
	} {
		if got := Unnamed(s, 0, pod); got == nil || !strings.HasSuffix(got.Step.Says, want) {
			t.Errorf("%+v, want %s", got, want)
		}
	}
	if got := Unnamed(webService(), 0, webPod()); got != nil {
		t.Errorf("%+v", got)
	}
}

func TestCandidates(t *testing.T) {
	probed := webPod(declares(corev1.ContainerPort{ContainerPort: 80}, corev1.ContainerPort{ContainerPort: 9090}), func(pod *corev1.Pod) {
		pod.Spec.Containers[0].ReadinessProbe = &corev1.Probe{ProbeHandler: corev1.ProbeHandler{TCPSocket: &corev1.TCPSocketAction{Port: intstr.FromInt32(6000)}}}
	})
	for _, test := range []struct {
		pod  *corev1.Pod
		log  string
		want []int
	}{
		{webPod(), "", nil},
		{probed, "", []int{9090, 6000}},
		{webPod(), "2026-11-27T21:14:00Z starting app pid=1\nlistening on :8080", []int{8080}},
		{webPod(), "Listening at: http://0.0.0.0:5000 (1)", []int{5000}},
		{webPod(), "Tomcat started on port(s): 8081 (http)", []int{8081}},
		{webPod(), " * Running on http://127.0.0.1:5000", []int{5000}},
		{webPod(), "Server running on port 3000", []int{3000}},
		{webPod(), "connected to db after 5432 ms", nil},
	} {
		if got := Candidates(test.pod, 80, strings.Split(test.log, "\n")); !slices.Equal(got, test.want) {
			t.Errorf("%q: %v, want %v", test.log, got, test.want)
		}
	}
}

func TestPath(t *testing.T) {
	probed := webPod(declares(corev1.ContainerPort{Name: "http", ContainerPort: 8080}), func(pod *corev1.Pod) {
		pod.Spec.Containers[0].ReadinessProbe = &corev1.Probe{ProbeHandler: corev1.ProbeHandler{HTTPGet: &corev1.HTTPGetAction{Path: "healthz", Port: intstr.FromString("http")}}}
	})
	if got := Path(probed, 8080); got != "/healthz" {
		t.Error(got)
	}
	if got := Path(probed, 9090); got != "/" {
		t.Error(got)
	}
}

func TestPolicies(t *testing.T) {
	policy := func(name, app string, types ...networkingv1.PolicyType) networkingv1.NetworkPolicy {
		return networkingv1.NetworkPolicy{ObjectMeta: metav1.ObjectMeta{Name: name}, Spec: networkingv1.NetworkPolicySpec{
			PodSelector: metav1.LabelSelector{MatchLabels: map[string]string{"app": app}}, PolicyTypes: types,
		}}
	}
	all := []networkingv1.NetworkPolicy{
		policy("in", "web", networkingv1.PolicyTypeIngress), policy("out", "web", networkingv1.PolicyTypeEgress), policy("other", "db"), policy("old", "web"),
		{ObjectMeta: metav1.ObjectMeta{Name: "all"}},
	}
	if got := Policies(webPod(), all); !slices.Equal(got, []string{"in", "old", "all"}) {
		t.Error(got)
	}
}

func TestSelectsNothing(t *testing.T) {
	s := webService()
	s.Spec.Selector = map[string]string{"app": "wbe", "tier": "front"}
	near := webPod(func(pod *corev1.Pod) { pod.Labels["tier"] = "front" })
	far := webPod(func(pod *corev1.Pod) { pod.Name, pod.Labels = "db-1", map[string]string{"app": "db"} })
	got := SelectsNothing(s, []*corev1.Pod{far, near})
	if want := "selects no pod: none has the labels app=wbe,tier=front; pod/web-1 has app=web,tier=front"; got.Step.Says != want {
		t.Error(got.Step.Says)
	}
	s.Spec.Selector = map[string]string{"app": "wbe"}
	if got := SelectsNothing(s, []*corev1.Pod{far, near}); !strings.HasSuffix(got.Step.Says, "; pod/web-1 has app=web") {
		t.Error(got.Step.Says)
	}
	if got := SelectsNothing(s, nil); !strings.HasSuffix(got.Step.Says, "; there is no pod in the namespace") {
		t.Error(got.Step.Says)
	}
}
