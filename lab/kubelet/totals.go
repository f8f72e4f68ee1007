package kubelet

import (
	"sync"
	"time"
)

// totals count the CPU seconds of whole nodes. They only grow, whatever pods come
// and go: a counter that falls would be taken for a restart of the node.
type totals struct {
	mu    sync.Mutex
	nodes map[string]*metered
}

// total is a node's usage at the moment of a scrape.
type total struct{ seconds, bytes float64 }

func (t *totals) read(node string, all []sample, now time.Time) total {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.nodes == nil {
		t.nodes = map[string]*metered{}
	}
	m := t.nodes[node]
	if m == nil {
		m = &metered{read: now}
		t.nodes[node] = m
	}
	sum := total{}
	for _, s := range all {
		m.seconds += s.cores * now.Sub(m.read).Seconds()
		sum.bytes += s.memoryBytes
	}
	m.read = now
	sum.seconds = m.seconds
	return sum
}
