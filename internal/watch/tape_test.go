package watch

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
)

func TestTapSeesWhatTheSnapshotsAreMadeOf(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, web := newAPIServer(t), newApp("web", 2)
		s.putApp(web)
		s.logs[web.pods[1].Name] = "hello\n"
		var records []Record
		w := watchApps(t, s, Options{Tap: func(r Record) { records = append(records, r) }}, web)
		w.observed("anything", web, always)

		<-time.After(time.Second)
		p := web.pod("web-5d4f-late")
		s.put(p)
		w.observed("a third pod", web, func(o diagnosis.Observed) bool { return len(o.Pods) == 3 })
		w.observed("a change", web, scale(s, web, 2))
		s.remove(web.pods[0])
		w.observed("a pod less", web, func(o diagnosis.Observed) bool { return len(o.Pods) == 2 })
		wants := wantEvents(web.pods[1])
		w.Want(wants)
		s.put(eventAbout(web.pods[1], 1, "mount failed"))
		w.observed("an event", web, func(o diagnosis.Observed) bool { return len(o.Events) == 1 })
		wants.Logs = []diagnosis.LogKey{firstRun(web.pods[1], false)}
		w.Want(wants)
		w.observed("a log", web, func(o diagnosis.Observed) bool { return len(o.Logs) == 1 })
		w.stop()
		if err := w.end(); err != nil {
			t.Errorf("Err() = %v", err)
		}

		got := make([]string, 0, len(records))
		for _, r := range records {
			got = append(got, describe(r))
		}
		want := []string{
			"INITIAL deployments web", "INITIAL replicasets web-5d4f", "INITIAL pods web-5d4f-00000", "INITIAL pods web-5d4f-00001",
			"ADDED pods web-5d4f-late", "MODIFIED deployments web", "DELETED pods web-5d4f-00000",
			"ADDED events web-5d4f-00001.1", "LOG shop/web-5d4f-00001 [hello]",
		}
		if !slices.Equal(got, want) {
			t.Errorf("records %q\nwant %q", got, want)
		}
		if !slices.IsSortedFunc(records, func(a, b Record) int { return a.Time.Compare(b.Time) }) {
			t.Error("the records are not in order of time")
		}
		if d := records[4].Time.Sub(records[0].Time); d < time.Second {
			t.Errorf("a change after a second is recorded at %v", d)
		}
	})
}

func describe(r Record) string {
	if r.Type == Logged {
		return fmt.Sprintf("%s %s/%s %s", r.Type, r.Namespace, r.Key.Pod, r.Log.Lines)
	}
	resource, _ := resourceOf(r.Object)
	return fmt.Sprintf("%s %s %s", r.Type, resource, accessor(r.Object).GetName())
}
