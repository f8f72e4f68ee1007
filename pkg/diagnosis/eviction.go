package diagnosis

import (
	"maps"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/types"
)

// evictionTime is how long an eviction stays in view once its pod has been replaced.
const evictionTime = time.Minute

// countEvictions adds the evictions of this watch as symptoms, while they are fresh or their
// replacements are not up. An evicted pod starts anew as another pod, so what restarts are to a
// container, rounds of evictions are to the workload.
func (c *clues) countEvictions(d *survey) {
	known := c.history.evictions
	for i := range d.evicted {
		s := d.evicted[i]
		if _, ok := known[s.pod.UID]; !ok {
			known = put(maps.Clone(known), s.pod.UID, eviction{s, c.now})
		}
	}
	c.history.evictions = known
	var last time.Time
	for _, e := range known {
		if e.at.After(last) {
			last = e.at
		}
	}
	if len(known) == 0 || (d.ready >= d.of && c.now.Sub(last) >= evictionTime) {
		return
	}
	c.wake.Set(last.Add(evictionTime))
	rounds := int32(len(known) / max(1, d.of))
	uids := slices.SortedFunc(maps.Keys(known), func(a, b types.UID) int { return strings.Compare(string(a), string(b)) })
	for _, uid := range uids {
		s := known[uid].symptom
		s.restarts, s.rounds = rounds, rounds
		d.symptoms = append(d.symptoms, s)
	}
}
