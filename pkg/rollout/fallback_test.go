package rollout

import (
	"testing"

	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// TestFallbackRevision: where to go when neither the change nor what was there before it serves.
func TestFallbackRevision(t *testing.T) {
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
				all[i].Key = workload.RevisionKey{Owner: all[i].UID}
				all[i].Available = test.available[all[i].Template.Spec.Containers[0].Image]
			}
			last := len(all) - 1
			before := &Baseline{Revision: &all[last-1]}
			if got := FallbackRevision(all, before, &all[last].Template); got != test.want {
				t.Errorf("revision %d, want %d", got, test.want)
			}
		})
	}
}

// TestBeforeRollout: what a rollout that was found under way replaced, and whether to go back there.
func TestBaselineOfRollout(t *testing.T) {
	serving, crashing := diagnosis.PodCount{Settled: 1}, diagnosis.PodCount{Crashing: 2}
	for name, test := range map[string]struct {
		revisions []string // NUMBER:TEMPLATE[:STAMP]; the template of the workload is "now"
		pods      diagnosis.PodCounts
		paused    bool
		want      int64 // 0: none
		doubt     string
	}{
		"an old pod serves":                      {revisions: []string{"1:a", "2:now"}, pods: diagnosis.PodCounts{{Owner: "1"}: serving}, want: 1},
		"no old pod is left":                     {revisions: []string{"1:a", "2:now"}, want: 1, doubt: "revision 1 of deployment/web was not verified, and none of its pods serves any more"},
		"no old pod is left, but it was good":    {revisions: []string{"1:a:good", "2:now"}, want: 1},
		"it was good, and crashes now":           {revisions: []string{"1:a:good", "2:now"}, pods: diagnosis.PodCounts{{Owner: "1"}: crashing}, want: 1, doubt: "revision 1 of deployment/web was not serving: 2 of its pods crashed"},
		"it has failed":                          {revisions: []string{"1:a:good", "2:b:failed", "3:now"}, pods: diagnosis.PodCounts{{Owner: "1"}: serving}, want: 2, doubt: "revision 2 of deployment/web is marked as failed (CrashLoop)"},
		"an older one serves, and not this":      {revisions: []string{"1:a", "2:b", "3:now"}, pods: diagnosis.PodCounts{{Owner: "1"}: serving}, want: 2, doubt: "revision 2 of deployment/web was not verified, and pods of revision 1 still serve"},
		"an older one serves as well":            {revisions: []string{"1:a", "2:b", "3:now"}, pods: diagnosis.PodCounts{{Owner: "1"}: serving, {Owner: "2"}: serving}, want: 2, doubt: "revision 2 of deployment/web was not verified, and pods of revision 1 still serve"},
		"an older one serves, but this was good": {revisions: []string{"1:a", "2:b:good", "3:now"}, pods: diagnosis.PodCounts{{Owner: "1"}: serving}, want: 2},
		"new pods serve":                         {revisions: []string{"1:a", "2:now"}, pods: diagnosis.PodCounts{{Owner: "1"}: serving, {Owner: "2"}: serving}, want: 1},
		"used again, and not numbered yet":       {revisions: []string{"1:now", "2:a"}, pods: diagnosis.PodCounts{{Owner: "2"}: serving}, want: 2},
		"its revision is not made yet":           {revisions: []string{"1:a", "2:b"}, pods: diagnosis.PodCounts{{Owner: "2"}: serving}, want: 2},
		"the first one":                          {revisions: []string{"1:now"}, doubt: "deployment/web has no earlier revision"},
		"no history is kept":                     {doubt: "deployment/web has no earlier revision"},
		"this one was verified":                  {revisions: []string{"1:a:good", "2:now:good"}, pods: diagnosis.PodCounts{{Owner: "2"}: crashing}, want: 1, doubt: "revision 2 of deployment/web was verified; its rollout is over"},
		"paused":                                 {revisions: []string{"1:a:good", "2:now"}, paused: true, want: 1, doubt: "deployment/web is paused"},
	} {
		t.Run(name, func(t *testing.T) {
			pods := diagnosis.PodCounts{}
			for uid, stand := range test.pods {
				pods[uid] = stand
			}
			w := &workload.Workload{Ref: web, Template: template("web=now"), Paused: test.paused}
			before, doubt := BaselineOfRollout(w, revisions(test.revisions...), pods)
			if doubt != test.doubt {
				t.Errorf("doubt %q, want %q", doubt, test.doubt)
			}
			if got := numberOfRevision(before); got != test.want || before != nil && before.Serving != (test.doubt == "") {
				t.Errorf("revision %d, want %d; %+v", got, test.want, before)
			}
			if before != nil && before.Workload.Template.Labels[workload.LabelPodTemplateHash] != "" {
				t.Errorf("the hash stays in %+v", before.Workload.Template.Labels)
			}
		})
	}
	t.Run("pods may not be read", func(t *testing.T) {
		all := revisions("1:a", "2:now")
		all[0].Available = 1
		if before, doubt := BaselineOfRollout(&workload.Workload{Ref: web, Template: template("web=now")}, all, nil); doubt != "" || !before.Serving {
			t.Errorf("%q %+v", doubt, before)
		}
	})
}

func numberOfRevision(b *Baseline) int64 {
	if b == nil {
		return 0
	}
	return b.Revision.Number
}
