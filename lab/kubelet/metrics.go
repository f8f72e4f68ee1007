package kubelet

import (
	"fmt"
	"io"
	"net/http"
	"sort"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// meter counts the CPU seconds of a pod's containers. The usage is an annotation
// that may change at any time, so that a second is counted when it is read.
type meter struct{ containers map[string]*metered }

type metered struct {
	seconds float64
	read    time.Time
}

// sample is one running container at the moment of a scrape.
type sample struct {
	namespace, pod, container string
	started                   time.Time
	cores                     float64
	cpuSeconds, memoryBytes   float64
}

// read adds up since the last reading; the first one counts since the start.
func (m *meter) read(id string, started time.Time, cores float64, now time.Time) float64 {
	if m.containers == nil {
		m.containers = map[string]*metered{}
	}
	c := m.containers[id]
	if c == nil {
		c = &metered{read: started}
		m.containers[id] = c
	}
	if now.After(c.read) {
		c.seconds += cores * now.Sub(c.read).Seconds()
		c.read = now
	}
	return c.seconds
}

// samples reads the running containers of a pod.
func (p *resident) samples(now time.Time) []sample {
	var all []sample
	seen := map[string]*metered{}
	for _, c := range p.machine.Running(p.newest) {
		cores := c.CPU.AsApproximateFloat64()
		all = append(all, sample{
			namespace: p.newest.Namespace, pod: p.newest.Name, container: c.Name, started: c.Started, cores: cores,
			cpuSeconds:  p.meter.read(c.ID, c.Started, cores, now),
			memoryBytes: c.Memory.AsApproximateFloat64(),
		})
		seen[c.ID] = p.meter.containers[c.ID]
	}
	p.meter.containers = seen
	return all
}

// serveMetrics answers with the metrics of a node, in the form of a kubelet's
// /metrics/resource.
func (n *node) serveMetrics(w http.ResponseWriter, r *http.Request) {
	if n.world.stopped(r.PathValue("node")) {
		panic(http.ErrAbortHandler)
	}
	now := time.Now()
	var all []sample
	for _, p := range n.residents() {
		p.mu.Lock()
		if p.machine != nil && !p.gone && onNode(p.newest, r.PathValue("node")) {
			all = append(all, p.samples(now)...)
		}
		p.mu.Unlock()
	}
	node := n.totals.read(r.PathValue("node"), all, now)
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	writeMetrics(w, all, node, now)
}

func onNode(pod *corev1.Pod, name string) bool { return name == "" || pod.Spec.NodeName == name }

// writeMetrics prints the series that metrics-server reads, in Prometheus' text
// form, each with its time in milliseconds.
func writeMetrics(w io.Writer, all []sample, node total, now time.Time) {
	sort.Slice(all, func(i, j int) bool {
		a, b := all[i], all[j]
		return a.namespace+"/"+a.pod+"/"+a.container < b.namespace+"/"+b.pod+"/"+b.container
	})
	at := now.UnixMilli()
	series := func(name, kind string, value func(sample) float64) {
		fmt.Fprintf(w, "# TYPE %s %s\n", name, kind)
		for _, s := range all {
			fmt.Fprintf(w, "%s{container=%q,namespace=%q,pod=%q} %g %d\n", name, s.container, s.namespace, s.pod, value(s), at)
		}
	}
	series("container_cpu_usage_seconds_total", "counter", func(s sample) float64 { return s.cpuSeconds })
	series("container_memory_working_set_bytes", "gauge", func(s sample) float64 { return s.memoryBytes })
	series("container_start_time_seconds", "gauge", func(s sample) float64 { return float64(s.started.UnixMilli()) / 1000 })
	podSums(w, all, "cpu_usage_seconds_total", "counter", at, func(s sample) float64 { return s.cpuSeconds })
	podSums(w, all, "memory_working_set_bytes", "gauge", at, func(s sample) float64 { return s.memoryBytes })
	fmt.Fprintf(w, "# TYPE node_cpu_usage_seconds_total counter\nnode_cpu_usage_seconds_total %g %d\n", node.seconds, at)
	fmt.Fprintf(w, "# TYPE node_memory_working_set_bytes gauge\nnode_memory_working_set_bytes %g %d\n", node.bytes, at)
	fmt.Fprintf(w, "# TYPE resource_scrape_error gauge\nresource_scrape_error 0\n")
}

// podSums adds up the containers of each pod.
func podSums(w io.Writer, all []sample, name, kind string, at int64, value func(sample) float64) {
	fmt.Fprintf(w, "# TYPE pod_%s %s\n", name, kind)
	for i := 0; i < len(all); {
		first, sum := all[i], 0.0
		for ; i < len(all) && all[i].namespace == first.namespace && all[i].pod == first.pod; i++ {
			sum += value(all[i])
		}
		fmt.Fprintf(w, "pod_%s{namespace=%q,pod=%q} %g %d\n", name, first.namespace, first.pod, sum, at)
	}
}
