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
	for _, u := range p.machine.units() {
		i := p.machine.runtime.latest(u.Name)
		if i == nil || i.state != stateRunning {
			continue
		}
		usage := usageOf(p.newest, u.Container)
		all = append(all, sample{
			namespace: p.newest.Namespace, pod: p.newest.Name, container: u.Name, started: i.started,
			cpuSeconds:  p.meter.read(i.id, i.started, usage.CPU.AsApproximateFloat64(), now),
			memoryBytes: usage.Memory.AsApproximateFloat64(),
		})
		seen[i.id] = p.meter.containers[i.id]
	}
	p.meter.containers = seen
	return all
}

// serveMetrics answers with the metrics of a node, in the form of a kubelet's
// /metrics/resource.
func (n *node) serveMetrics(w http.ResponseWriter, r *http.Request) {
	now := time.Now()
	var all []sample
	for _, p := range n.residents() {
		p.mu.Lock()
		if p.machine != nil && !p.gone && onNode(p.newest, r.PathValue("node")) {
			all = append(all, p.samples(now)...)
		}
		p.mu.Unlock()
	}
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	writeMetrics(w, all, now)
}

func onNode(pod *corev1.Pod, name string) bool { return name == "" || pod.Spec.NodeName == name }

// writeMetrics prints the series that metrics-server reads, in Prometheus' text
// form, each with its time in milliseconds.
func writeMetrics(w io.Writer, all []sample, now time.Time) {
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
	sums(w, all, at)
	fmt.Fprintf(w, "# TYPE resource_scrape_error gauge\nresource_scrape_error 0\n")
}

// sums are the pods' and the node's.
func sums(w io.Writer, all []sample, at int64) {
	pods := func(name, kind string, value func(sample) float64) (total float64) {
		fmt.Fprintf(w, "# TYPE pod_%s %s\n", name, kind)
		for i := 0; i < len(all); {
			first, sum := all[i], 0.0
			for ; i < len(all) && all[i].namespace == first.namespace && all[i].pod == first.pod; i++ {
				sum += value(all[i])
			}
			total += sum
			fmt.Fprintf(w, "pod_%s{namespace=%q,pod=%q} %g %d\n", name, first.namespace, first.pod, sum, at)
		}
		fmt.Fprintf(w, "# TYPE node_%s %s\nnode_%s %g %d\n", name, kind, name, total, at)
		return total
	}
	pods("cpu_usage_seconds_total", "counter", func(s sample) float64 { return s.cpuSeconds })
	pods("memory_working_set_bytes", "gauge", func(s sample) float64 { return s.memoryBytes })
}
