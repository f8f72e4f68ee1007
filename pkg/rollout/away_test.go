package rollout

import (
	"testing"
	"time"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
)

// TestResume: no patience runs out, and no soak goes by, while nothing is seen.
func TestResume(t *testing.T) {
	const away = time.Hour
	missing := func(t *testing.T) *world {
		w := newWorld(t, 3, release)
		return w.pods(waitingPod("web-new-0", "ErrImagePull", "web:2.0: not found"))
	}
	t.Run("a fatal cause keeps the patience that it had left", func(t *testing.T) {
		w := missing(t).after(time.Second).after(4*time.Second).first(diagnosis.ImageNotFound, diagnosis.Fatal)
		w.state = Resume(w.state, away)
		w.after(away).outcome("").after(5 * time.Second).outcome("").after(time.Second).outcome(Failed)
	})
	t.Run("what has mended itself meanwhile is judged anew", func(t *testing.T) {
		w := missing(t).after(time.Second).after(4 * time.Second)
		w.state = Resume(w.state, away)
		w.after(away).outcome("")
		w.finished().after(time.Second).after(15 * time.Second).outcome(Succeeded)
	})
	t.Run("a soak takes as long as it would have", func(t *testing.T) {
		w := newWorld(t, 3, release).finished().after(time.Second).after(5 * time.Second)
		w.state = Resume(w.state, away)
		w.after(away).outcome("").after(9 * time.Second).outcome("").after(time.Second).outcome(Succeeded)
	})
	t.Run("nor does our own deadline pass", func(t *testing.T) {
		w := newWorld(t, 3, release).after(time.Second)
		w.state = Resume(w.state, away)
		w.after(away).outcome("")
	})
}

// TestExpire: a timeout that passes while nothing is seen decides nothing else.
func TestExpire(t *testing.T) {
	policy := release
	policy.Timeout = 30 * time.Second
	for name, arrange := range map[string]func(*world){
		"complete, and soaking":    func(w *world) { w.finished() },
		"with a cause in evidence": func(w *world) { w.pods(waitingPod("web-new-0", "ErrImagePull", "web:2.0: not found")) },
		"under way":                func(*world) {},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, 3, policy)
			arrange(w)
			w.after(time.Second).outcome("")
			if early := Expire(w.state, epoch.Add(29*time.Second)); early.Outcome != "" {
				t.Errorf("decided early: %s", early.Outcome)
			}
			if late := Expire(w.state, epoch.Add(30*time.Second)); late.Outcome != TimedOut || late.Workloads[0].Message == "" {
				t.Errorf("outcome %q, %q", late.Outcome, late.Workloads[0].Message)
			}
			w.outcome("") // the state itself stays as it was
		})
	}
	if forever := Expire(newWorld(t, 3, release).state, epoch.Add(time.Hour)); forever.Outcome != "" {
		t.Error("without a timeout it ends")
	}
}

// TestRecreateWaitsForWhatHasTimeToStop: the deadline is for what can make progress.
func TestRecreateWaitsForWhatHasTimeToStop(t *testing.T) {
	w := newWorld(t, 3, release)
	d := w.change()
	d.Strategy.Recreate, d.Strategy.ProgressDeadline = true, time.Minute
	d.Total, d.Available, d.Ready, d.Terminating = 0, 0, 0, 1
	w.seen.Revisions = w.seen.Revisions[:1]
	w.seen.Revisions[0].Total, w.seen.Revisions[0].Available = 0, 0
	leaving := readyPodOf("old", "web-old-0")
	leaving.DeletionTimestamp = at(2 * time.Minute)
	w.seen.Pods = append(w.seen.Pods, leaving)
	w.after(time.Second).after(2 * time.Minute).outcome("").after(time.Minute).outcome("")
	w.after(5*time.Second).outcome(Failed).first(diagnosis.DeadlineExceeded, diagnosis.Fatal)
}
