package rollout

import (
	"testing"

	"k8s.io/apimachinery/pkg/types"
)

// TestRefuge: where to go when neither the change nor what was there before it serves.
func TestRefuge(t *testing.T) {
	for name, test := range map[string]struct {
		revisions []string // NUMBER:TEMPLATE[:STAMP], the last one is the change, the one before it was not serving
		available map[string]int32
		want      int64
	}{
		"one still serves":                   {[]string{"1:a", "2:b", "3:c"}, map[string]int32{"a": 3}, 1},
		"one is known to be good":            {[]string{"1:a:good", "2:x", "3:b", "4:c"}, map[string]int32{"x": 1}, 1},
		"the newest good one":                {[]string{"1:a:good", "2:x:good", "3:b", "4:c"}, nil, 2},
		"one serves, and has failed before":  {[]string{"1:a:failed", "2:b", "3:c"}, map[string]int32{"a": 1}, 0},
		"none does":                          {[]string{"1:a", "2:b", "3:c"}, nil, 0},
		"the one before, though marked good": {[]string{"1:b:good", "2:c"}, map[string]int32{"b": 1}, 0},
		"the change itself":                  {[]string{"1:b", "2:c"}, map[string]int32{"c": 2}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			all := revisions(test.revisions...)
			for i := range all {
				all[i].UID = types.UID(all[i].Name)
				all[i].Available = test.available[all[i].Template.Spec.Containers[0].Image]
			}
			last := len(all) - 1
			before := &Before{Revision: &all[last-1]}
			if got := Refuge(all, before, &all[last].Template); got != test.want {
				t.Errorf("revision %d, want %d", got, test.want)
			}
		})
	}
}
