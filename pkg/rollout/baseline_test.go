package rollout

import (
	"testing"
	"time"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// TestServing: what is worth going back to.
func TestServing(t *testing.T) {
	for name, test := range map[string]struct {
		desired, unavailable  int32
		recreate              bool
		total, updated, ready int32 // of the workload; ready counts the available pods of all revisions
		own                   int32 // available pods of the captured template; -1: its revision is not known
		stale                 bool
		want                  bool
	}{
		"complete":                                {desired: 3, unavailable: 0, total: 3, updated: 3, ready: 3, own: 3, want: true},
		"one short, as the strategy allows":       {desired: 4, unavailable: 1, total: 4, updated: 4, ready: 3, own: 3, want: true},
		"one short, though none may be":           {desired: 3, unavailable: 0, total: 3, updated: 3, ready: 2, own: 2},
		"the old pods serve, the new ones fail":   {desired: 3, unavailable: 0, total: 4, updated: 1, ready: 3, own: 0},
		"half-way through a rollout":              {desired: 4, unavailable: 1, total: 5, updated: 2, ready: 4, own: 2},
		"complete, old pods not yet gone":         {desired: 3, unavailable: 0, total: 4, updated: 3, ready: 4, own: 3, want: true},
		"scaled up, not seen by the controller":   {desired: 9, total: 3, updated: 3, ready: 3, own: 3, stale: true, want: true},
		"scaled up, new pods not yet ready":       {desired: 9, total: 9, updated: 9, ready: 3, own: 3},
		"unreadable, and not seen":                {desired: 3, total: 3, updated: 3, ready: 3, own: -1, stale: true},
		"scaled to 0":                             {desired: 0},
		"all may be unavailable, and are":         {desired: 2, unavailable: 2, total: 2, updated: 2, own: 0},
		"Recreate, one of ten available":          {desired: 10, unavailable: 10, recreate: true, total: 10, updated: 10, ready: 1, own: 1},
		"Recreate, three of four available":       {desired: 4, unavailable: 4, recreate: true, total: 4, updated: 4, ready: 3, own: 3, want: true},
		"revisions unreadable, all pods are new":  {desired: 3, total: 3, updated: 3, ready: 3, own: -1, want: true},
		"revisions unreadable, old pods among it": {desired: 3, unavailable: 1, total: 4, updated: 2, ready: 3, own: -1},
	} {
		t.Run(name, func(t *testing.T) {
			w := &workload.Workload{
				Ref: web, Generation: 2, ObservedGeneration: 2, Template: template("web=web:1"), Desired: test.desired,
				Strategy: workload.Strategy{MaxUnavailable: test.unavailable, Recreate: test.recreate},
				Total:    test.total, Updated: test.updated, Ready: test.ready, Available: test.ready,
			}
			if test.stale {
				w.ObservedGeneration = 1
			}
			var all []workload.Revision
			if test.own >= 0 {
				all = revisions("1:web", "2:old")
				all[0].UID, all[1].UID = "web", "old"
				all[0].Template, all[1].Template = template("web=web:1"), template("web=web:0")
				all[0].Available, all[0].Total, all[1].Total = test.own, test.updated, test.total-test.updated
			}
			b := Capture(w, all, nil)
			if b.Serving != test.want || (b.Revision != nil) != (test.own >= 0) {
				t.Errorf("serving %v, revision %v", b.Serving, b.Revision)
			}
		})
	}
}

// growing has pods that were created when others were ready.
func growing(settled, starting int32) diagnosis.PodCount {
	then := time.Unix(1e9, 0)
	return diagnosis.PodCount{Settled: settled, Starting: starting, FirstReady: then, FirstCreated: then.Add(time.Hour)}
}

// TestServingByPods: what the status calls available is held against the pods themselves.
func TestServingByPods(t *testing.T) {
	for name, test := range map[string]struct {
		desired, unavailable, available int32
		pods                            diagnosis.PodCount
		others                          int32 // pods of another revision
		progressing                     string
		want                            bool
	}{
		"all settled":                                                {desired: 3, available: 3, pods: diagnosis.PodCount{Settled: 3}, want: true},
		"all up, one of them in a crash loop":                        {desired: 3, available: 3, pods: diagnosis.PodCount{Settled: 2}},
		"one in a crash loop, and one may be down":                   {desired: 4, unavailable: 1, available: 4, pods: diagnosis.PodCount{Settled: 3}, want: true},
		"the only one, up between two crashes":                       {desired: 1, available: 1, pods: diagnosis.PodCount{}},
		"an autoscaler has just asked for six more":                  {desired: 9, available: 3, pods: diagnosis.PodCount{Settled: 3, Starting: 6}, progressing: "NewReplicaSetAvailable", want: true},
		"six more start, and no condition says that it was complete": {desired: 9, available: 3, pods: growing(3, 6), want: true},
		"six more start, some of the first three don't serve":        {desired: 9, available: 2, pods: growing(2, 6)},
		"six more start, one does not":                               {desired: 9, available: 3, pods: growing(3, 5)},
		"three more were asked for, and old pods are left":           {desired: 9, available: 3, pods: growing(3, 6), others: 1},
		"six more start, and it was never complete":                  {desired: 9, available: 3, pods: diagnosis.PodCount{Settled: 3, Starting: 6}, progressing: "ReplicaSetUpdated"},
		"six more start, and old pods are left":                      {desired: 9, available: 3, pods: diagnosis.PodCount{Settled: 3, Starting: 6}, others: 1, progressing: "NewReplicaSetAvailable"},
		"six more were asked for, and they fail":                     {desired: 9, available: 3, pods: diagnosis.PodCount{Settled: 3}, progressing: "NewReplicaSetAvailable"},
		"all start anew at once":                                     {desired: 3, available: 0, pods: diagnosis.PodCount{Starting: 3}, progressing: "NewReplicaSetAvailable"},
		"ready, and not yet for minReadySeconds":                     {desired: 3, available: 1, pods: diagnosis.PodCount{Settled: 3}, progressing: "NewReplicaSetAvailable"},
	} {
		t.Run(name, func(t *testing.T) {
			w := &workload.Workload{
				Ref: web, Template: template("web=web:1"), Desired: test.desired,
				Strategy:   workload.Strategy{MaxUnavailable: test.unavailable},
				Conditions: []workload.Condition{{Type: "Progressing", Status: "True", Reason: test.progressing}},
			}
			all := revisions("1:web", "2:old")
			all[0].UID, all[0].Key = "web", workload.RevisionKey{Owner: "web"}
			all[0].Template, all[0].Available, all[0].Total = template("web=web:1"), test.available, test.desired
			all[1].UID, all[1].Template, all[1].Total = "old", template("web=web:0"), test.others
			if b := Capture(w, all, diagnosis.PodCounts{{Owner: "web"}: test.pods}); b.Serving != test.want {
				t.Errorf("serving %v", b.Serving)
			}
		})
	}
}

// TestServingOfASet: a ControllerRevision has no numbers, so that the pods are counted.
func TestServingOfASet(t *testing.T) {
	own := func(s diagnosis.PodCount) diagnosis.PodCounts { return diagnosis.PodCounts{{Owner: "1"}: s} }
	for name, test := range map[string]struct {
		partition, available int32
		pods                 diagnosis.PodCounts
		want                 bool
	}{
		"all serve":                             {0, 3, own(diagnosis.PodCount{Total: 3, Settled: 3}), true},
		"one is down, as a rollout may have it": {0, 2, own(diagnosis.PodCount{Total: 2, Settled: 2}), true},
		"two are down":                          {0, 1, own(diagnosis.PodCount{Total: 3, Settled: 1}), false},
		"not yet for minReadySeconds":           {0, 0, own(diagnosis.PodCount{Total: 3, Settled: 3}), false},
		"the partition keeps two of them":       {2, 3, diagnosis.PodCounts{{Owner: "1"}: {Total: 1, Settled: 1}, {Owner: "2"}: {Total: 2, Settled: 2}}, true},
		"and the third has failed":              {2, 2, diagnosis.PodCounts{{Owner: "1"}: {Total: 1}, {Owner: "2"}: {Total: 2, Settled: 2}}, false},
		"old pods serve":                        {0, 2, diagnosis.PodCounts{{Owner: "1"}: {Total: 1}, {Owner: "2"}: {Total: 2, Settled: 2}}, false},
		"pods can't be read":                    {0, 3, nil, true},
	} {
		t.Run(name, func(t *testing.T) {
			w := &workload.Workload{
				Ref: web, Template: template("web=web"), Desired: 3, Total: 3, Updated: 3, Available: test.available,
				Strategy: workload.Strategy{InPlace: true, MaxUnavailable: 1, Partition: test.partition},
			}
			all := revisions("1:web", "2:old")
			all[0].ByPods, all[1].ByPods = true, true
			if b := Capture(w, all, test.pods); b.Serving != test.want {
				t.Errorf("serving %v", b.Serving)
			}
		})
	}
}

// TestServingOfADaemonSet: nodes come and go, and the status counts a new node before its pod.
func TestServingOfADaemonSet(t *testing.T) {
	pods := func(settled, starting int32) diagnosis.PodCount {
		p := growing(settled, starting)
		p.Total = settled + starting
		return p
	}
	for name, test := range map[string]struct {
		desired, updated int32
		pods             diagnosis.PodCount
		want             bool
	}{
		"all serve":                             {5, 5, pods(5, 0), true},
		"three nodes more, without pods so far": {8, 5, pods(5, 0), true},
		"three nodes more, their pods start":    {8, 5, pods(5, 3), true},
		"and are counted":                       {8, 8, pods(5, 3), true},
		"two of the first five are down":        {8, 5, diagnosis.PodCount{Total: 8, Settled: 3, Starting: 3}, false},
		"it is new, and some pods start":        {5, 5, diagnosis.PodCount{Total: 5, Starting: 5}, false},
	} {
		w := &workload.Workload{
			Ref: web, Template: template("web=web"), Desired: test.desired, PerNode: true, RolledOut: test.updated == test.desired,
			Total: test.desired, Updated: test.updated, Available: test.pods.Settled, Strategy: workload.Strategy{InPlace: true, MaxUnavailable: 1},
		}
		all := revisions("1:web")
		all[0].ByPods = true
		if b := Capture(w, all, diagnosis.PodCounts{{Owner: "1"}: test.pods}); b.Serving != test.want {
			t.Errorf("%s: serving %v", name, b.Serving)
		}
	}
}

// TestServingAfterACrash: what was verified is not condemned by one crash.
func TestServingAfterACrash(t *testing.T) {
	for name, test := range map[string]struct {
		revision string
		desired  int32
		pods     diagnosis.PodCount
		want     bool
	}{
		"the only pod crashed once, and is back": {"1:web:good", 1, diagnosis.PodCount{Crashing: 1, Recovering: 1, Restarts: 1}, true},
		"and that was not verified":              {"1:web", 1, diagnosis.PodCount{Crashing: 1, Recovering: 1, Restarts: 1}, false},
		"it is down":                             {"1:web:good", 1, diagnosis.PodCount{Crashing: 1, Restarts: 1}, false},
		"it crashed again and again":             {"1:web:good", 1, diagnosis.PodCount{Crashing: 1, Recovering: 1, Restarts: 3}, false},
		"one of three crashed once":              {"1:web:good", 3, diagnosis.PodCount{Settled: 2, Crashing: 1, Recovering: 1, Restarts: 1}, true},
		"both crashed side by side":              {"1:web:good", 2, diagnosis.PodCount{Crashing: 2, Recovering: 2, Restarts: 2}, false},
		"one of three is back, others are down":  {"1:web:good", 3, diagnosis.PodCount{Crashing: 1, Recovering: 1, Restarts: 1}, false},
	} {
		w := &workload.Workload{Ref: web, Template: template("web=web"), Desired: test.desired}
		if b := Capture(w, revisions(test.revision, "2:bad"), diagnosis.PodCounts{{Owner: "1"}: test.pods}); b.Serving != test.want {
			t.Errorf("%s: serving %v", name, b.Serving)
		}
	}
}

// What was complete is not on its way up: pods that can't start are missing for good.
func TestCompleteIsNotOnItsWayUp(t *testing.T) {
	for _, test := range []struct {
		settled int32
		want    bool
	}{{1, false}, {10, true}} {
		w := &workload.Workload{
			Ref: web, Template: template("web=web"), Desired: 10,
			Conditions: []workload.Condition{{Type: "Progressing", Status: "True", Reason: "NewReplicaSetAvailable"}},
		}
		if b := Capture(w, revisions("1:web:good", "2:bad"), diagnosis.PodCounts{{Owner: "1"}: diagnosis.PodCount{Settled: test.settled}}); b.Serving != test.want {
			t.Errorf("%d of 10 settled: serving %v", test.settled, b.Serving)
		}
	}
}

// TestServingOnItsWayUp: what was verified counts before all of it is up again, as after a rollback that was
// interrupted.
func TestServingOnItsWayUp(t *testing.T) {
	for name, test := range map[string]struct {
		revision string
		pods     diagnosis.PodCount
		want     bool
	}{
		"verified, half of it up":     {"1:web:good", diagnosis.PodCount{Settled: 1, Starting: 1}, true},
		"verified, none of it up":     {"1:web:good", diagnosis.PodCount{Starting: 1}, true},
		"verified, one pod crashes":   {"1:web:good", diagnosis.PodCount{Settled: 1, Crashing: 1}, false},
		"verified, without any pod":   {"1:web:good", diagnosis.PodCount{}, false},
		"failed, half of it up":       {"1:web:failed", diagnosis.PodCount{Settled: 1, Starting: 1}, false},
		"not verified, half of it up": {"1:web", diagnosis.PodCount{Settled: 1, Starting: 1}, false},
	} {
		w := &workload.Workload{Ref: web, Template: template("web=web"), Desired: 3}
		if b := Capture(w, revisions(test.revision, "2:bad"), diagnosis.PodCounts{{Owner: "1"}: test.pods}); b.Serving != test.want {
			t.Errorf("%s: serving %v", name, b.Serving)
		}
	}
}

func TestHistory(t *testing.T) {
	w := &workload.Workload{Ref: web, Template: template("web=b")}
	rows := History(w, revisions("1:a:good", "2:b:failed", "3:c:copied"))
	if len(rows) != 3 || rows[0].Verdict.Outcome != VerdictGood || rows[1].Verdict.Cause != diagnosis.CrashLoop || rows[2].Verdict != nil {
		t.Fatalf("rows: %+v", rows)
	}
	if rows[0].Current || !rows[1].Current || rows[1].Images["web"] != "b" || rows[1].ChangeCause != "cause of 2" || rows[1].Revision != 2 {
		t.Errorf("row: %+v", rows[1])
	}
}

// A StatefulSet has no condition that tells when its rollout was complete: its last pod that became ready does.
func TestSoaking(t *testing.T) {
	now := time.Unix(1e9, 0)
	complete := workload.Condition{Type: "Progressing", Status: "True", Reason: "NewReplicaSetAvailable"}
	for name, test := range map[string]struct {
		condition, ready time.Duration // how long ago; 0 is unknown
		verdict          bool
		want             bool
	}{
		"a Deployment, just complete":  {condition: 5 * time.Second, ready: time.Hour, want: true},
		"a Deployment, long complete":  {condition: time.Minute, ready: time.Second},
		"a StatefulSet, just complete": {ready: 5 * time.Second, want: true},
		"a StatefulSet, long complete": {ready: time.Minute},
		"its pods may not be read":     {},
		"it has a verdict":             {ready: 5 * time.Second, verdict: true},
	} {
		w := &workload.Workload{Desired: 1, Total: 1, Updated: 1, Ready: 1, Available: 1, RolledOut: true}
		if test.condition > 0 {
			c := complete
			c.LastUpdate = now.Add(-test.condition)
			w.Conditions = []workload.Condition{c}
		}
		b := &Baseline{Workload: w, Revision: &workload.Revision{Name: "web-a", Hash: "a"}, Serving: true}
		if test.ready > 0 {
			b.pods.LastReady = now.Add(-test.ready)
		}
		if test.verdict {
			b.Revision.Annotations = map[string]string{workload.AnnotationVerdict: VerdictAnnotation{Outcome: VerdictGood, At: now, Hash: "a"}.Encode()}
		}
		if got := b.Soaking(15*time.Second, now); got != test.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
