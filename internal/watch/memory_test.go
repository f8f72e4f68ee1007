package watch

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/rest"
)

// many is the size of the rollout whose cost is measured.
const many = 5000

// childEnv tells the test binary to be the watching process: its memory is measured without the server's.
const childEnv = "KUBECTL_APP_WATCH_SERVER"

func TestMain(m *testing.M) {
	if url := os.Getenv(childEnv); url != "" {
		if err := watchAndMeasure(url); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// BenchmarkRollout watches a rollout of 5,000 pods, each replaced with four changes on the way, in a
// process of its own, and reports that process's peak memory and CPU.
func BenchmarkRollout(b *testing.B) {
	for b.Loop() {
		s := newAPIServer(b)
		old := newApp("web", many)
		for i, p := range old.pods {
			fatten(p, i)
		}
		s.putApp(old)
		child := exec.CommandContext(b.Context(), os.Args[0])
		child.Env = append(os.Environ(), childEnv+"="+s.listen(b))
		child.Stderr = os.Stderr
		out, err := child.StdoutPipe()
		if err != nil {
			b.Fatal(err)
		}
		if err := child.Start(); err != nil {
			b.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		lines.Scan() // the first snapshot is there
		b.ReportMetric(number(lines.Text()), "MB-at-first")
		roll(s, old)
		lines.Scan()
		b.ReportMetric(number(lines.Text()), "MB-peak")
		if err := child.Wait(); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(child.ProcessState.UserTime().Seconds()+child.ProcessState.SystemTime().Seconds(), "CPU-s")
	}
}

func number(s string) float64 {
	n, _ := strconv.ParseFloat(s, 64)
	return n
}

// roll replaces each pod of the app by one of a new revision.
func roll(s *apiServer, old app) {
	renewed := old
	set := old.set.DeepCopy()
	set.Name, set.UID = "web-77c8", "set-new"
	renewed.set = set
	s.put(set)
	for i, p := range old.pods {
		n := renewed.pod(fmt.Sprintf("web-77c8-%05d", i))
		fatten(n, i)
		for step := range 4 {
			n.Status.ContainerStatuses[0].Ready = step == 3
			n.Status.Message = fmt.Sprint(step)
			s.put(n)
		}
		s.remove(p)
	}
	old.deployment.Status.UpdatedReplicas = many
	s.put(old.deployment)
}

// fatten gives a pod what the API server, the kubelet and others add to one.
func fatten(p *corev1.Pod, i int) {
	p.GenerateName = "web-5d4f-"
	p.UID = types.UID(fmt.Sprintf("0b3e8f0a-4c1d-4e55-9a71-%012d-%s", i, p.Name[:8]))
	fields := `{"f:metadata":{"f:generateName":{},"f:labels":{".":{},"f:app":{},"f:pod-template-hash":{}},"f:ownerReferences":{".":{},"k:{\"uid\":\"427a5431-894d-4597-83e1-0da066ba442e\"}":{}}},"f:spec":{"f:containers":{"k:{\"name\":\"web\"}":{".":{},"f:image":{},"f:imagePullPolicy":{},"f:name":{},"f:ports":{},"f:readinessProbe":{},"f:resources":{},"f:terminationMessagePath":{},"f:terminationMessagePolicy":{}}},"f:dnsPolicy":{},"f:enableServiceLinks":{},"f:restartPolicy":{},"f:schedulerName":{},"f:securityContext":{},"f:terminationGracePeriodSeconds":{}}}`
	p.ManagedFields = []metav1.ManagedFieldsEntry{
		{Manager: "kube-controller-manager", FieldsV1: metav1.NewFieldsV1(fields)},
		{Manager: "kubelet", Subresource: "status", FieldsV1: metav1.NewFieldsV1(fields)},
	}
	p.Annotations = map[string]string{"prometheus.io/scrape": "true", "cni.projectcalico.org/podIP": "10.1.2.3/32"}
	c := &corev1.Container{
		Name: "web", Image: "registry.example.com/shop/web:2.0", TerminationMessagePath: "/dev/termination-log",
		ReadinessProbe: &corev1.Probe{PeriodSeconds: 5, ProbeHandler: corev1.ProbeHandler{HTTPGet: &corev1.HTTPGetAction{Path: "/ready"}}},
		Resources: corev1.ResourceRequirements{Requests: corev1.ResourceList{
			corev1.ResourceCPU: resource.MustParse("100m"), corev1.ResourceMemory: resource.MustParse("128Mi"),
		}},
		VolumeMounts: []corev1.VolumeMount{{Name: "kube-api-access-8pmb6", MountPath: "/var/run/secrets/kubernetes.io/serviceaccount"}},
	}
	for n := range 20 {
		c.Env = append(c.Env, corev1.EnvVar{Name: fmt.Sprintf("SETTING_%d", n), Value: "a value of some length"})
	}
	p.Spec.Containers = []corev1.Container{*c}
	p.Spec.NodeName = fmt.Sprintf("node-%d", i%100)
	p.Spec.Tolerations = []corev1.Toleration{{Key: "node.kubernetes.io/not-ready"}, {Key: "node.kubernetes.io/unreachable"}}
	p.Spec.Volumes = []corev1.Volume{{Name: "kube-api-access-8pmb6"}}
	now := metav1.Now()
	p.CreationTimestamp = now
	p.Status.Conditions = nil
	for _, kind := range []corev1.PodConditionType{"PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled"} {
		p.Status.Conditions = append(p.Status.Conditions, corev1.PodCondition{Type: kind, Status: "True", LastTransitionTime: now})
	}
	started := true
	p.Status.StartTime, p.Status.QOSClass = &now, corev1.PodQOSBurstable
	p.Status.PodIPs, p.Status.HostIPs = []corev1.PodIP{{IP: "10.1.2.3"}}, []corev1.HostIP{{IP: "10.0.0.1"}}
	p.Status.ContainerStatuses = []corev1.ContainerStatus{{
		Name: "web", Image: "registry.example.com/shop/web:2.0", Started: &started,
		ImageID:     "registry.example.com/shop/web@sha256:6b2f1d5f0c4f3f5e7c8c0a8b7c6d5e4f3a2b1c0d9e8f7a6b5c4d3e2f1a0b9c8d",
		ContainerID: fmt.Sprintf("containerd://%064d", i),
		State:       corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: now}},
		Resources:   &corev1.ResourceRequirements{Requests: c.Resources.Requests},
	}}
}

// watchAndMeasure prints the peak memory at the first snapshot and at the end of the rollout.
func watchAndMeasure(url string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	clients, err := NewClients(&rest.Config{Host: url})
	if err != nil {
		return err
	}
	ref := app{deployment: newApp("web", 0).deployment}.ref()
	w := Start(ctx, clients, []Target{{Ref: ref}}, Options{})
	first := true
	for u := range w.Updates() {
		o := u.Snapshot[ref]
		if first {
			first = false
			fmt.Println(peak())
		}
		if o.Workload != nil && o.Workload.Updated == many && len(o.Pods)+int(o.SettledElse(nil)) == many {
			fmt.Println(peak())
			return nil
		}
	}
	return w.Err()
}

// peak is this process's peak resident memory in MB, where the system tells.
func peak() float64 {
	status, _ := os.ReadFile("/proc/self/status")
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			return number(strings.Fields(rest)[0]) / 1024
		}
	}
	return 0
}
