package rollout

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// revisions are given as "NUMBER:IMAGE[:VERDICT]", the verdict "good", "complete", "failed", "copied" for a
// stamp that belongs to another revision, or "serving" for pods without a verdict.
func revisions(specs ...string) []workload.Revision {
	var all []workload.Revision
	for _, spec := range specs {
		parts := strings.Split(spec, ":")
		r := workload.Revision{Name: "web-" + parts[0], UID: types.UID(parts[0]), Key: workload.RevisionKey{Owner: types.UID(parts[0])}, Hash: "hash" + parts[0], Annotations: map[string]string{}}
		if _, err := fmt.Sscan(parts[0], &r.Number); err != nil {
			panic(err)
		}
		r.Template = template("web=" + parts[1])
		r.Template.Labels = map[string]string{workload.LabelPodTemplateHash: r.Hash}
		r.Annotations[workload.AnnotationChangeCause] = "cause of " + parts[0]
		if len(parts) == 3 && parts[2] == "serving" {
			r.Available = 1
		} else if len(parts) == 3 {
			verdict := VerdictAnnotation{Hash: r.Hash, Outcome: VerdictGood, At: time.Unix(0, 0)}
			switch parts[2] {
			case "failed":
				verdict.Outcome, verdict.Cause = VerdictFailed, diagnosis.CrashLoop
			case "complete":
				verdict.Outcome = VerdictComplete
			case "copied":
				verdict.Hash, verdict.Outcome = "another", VerdictFailed
			}
			r.Annotations[workload.AnnotationVerdict] = verdict.Encode()
		}
		all = append(all, r)
	}
	return all
}

func TestPlanUndo(t *testing.T) {
	for name, test := range map[string]struct {
		now       string // the workload's image
		paused    bool
		revisions []string
		to        int64
		want      int64
		note      string
		err       string
	}{
		"the one before":            {now: "c", revisions: []string{"1:a", "2:b", "3:c"}, want: 2, note: "revision 2 has no verdict: it is not known whether it worked"},
		"whatever their order":      {now: "c", revisions: []string{"3:c", "1:a", "2:b"}, want: 2, note: "revision 2 has no verdict: it is not known whether it worked"},
		"numbers have gaps":         {now: "c", revisions: []string{"4:a", "7:b", "9:c"}, want: 7, note: "revision 7 has no verdict: it is not known whether it worked"},
		"one that is asked for":     {now: "c", revisions: []string{"1:a", "2:b", "3:c"}, to: 1, want: 1, note: "revision 1 has no verdict: it is not known whether it worked"},
		"it still serves":           {now: "c", revisions: []string{"1:a", "2:b:serving", "3:c"}, want: 2},
		"it was complete":           {now: "c", revisions: []string{"1:a", "2:b:complete", "3:c"}, want: 2},
		"it was verified":           {now: "c", revisions: []string{"1:a", "2:b:good", "3:c:failed"}, want: 2},
		"nobody has judged it":      {now: "c", revisions: []string{"1:a:good", "2:b", "3:c"}, want: 2, note: "revision 2 has no verdict: it is not known whether it worked"},
		"its stamp is a copy":       {now: "c", revisions: []string{"1:a:good", "2:b:copied", "3:c"}, want: 2, note: "revision 2 has no verdict: it is not known whether it worked"},
		"it is known to be broken":  {now: "c", revisions: []string{"1:a:good", "2:b:failed", "3:c"}, want: 1, note: "revision 2 is marked as failed (CrashLoop); going back to revision 1, the last one known to be good"},
		"the last of the good ones": {now: "d", revisions: []string{"1:a:good", "2:b:good", "3:c:failed", "4:d"}, want: 2, note: "going back to revision 2"},
		"after an automatic rollback": { // 3 failed, and the template of 2 became 4, which runs
			now: "b", revisions: []string{"1:a:good", "3:c:failed", "4:b:good"}, want: 1, note: "revision 3 is marked as failed"},
		"broken, but asked for":      {now: "c", revisions: []string{"1:a:good", "2:b:failed", "3:c"}, to: 2, want: 2, note: "revision 2 is marked as failed (CrashLoop)"},
		"broken, and none is good":   {now: "c", revisions: []string{"1:a", "2:b:failed", "3:c"}, err: "revision 2 of deployment/web, the previous one, is marked as failed (CrashLoop), and no other revision is known to be good; revision 1 has no verdict: --to-revision=1 goes back to it"},
		"all are known to be broken": {now: "c", revisions: []string{"1:a:failed", "2:b:failed", "3:c"}, err: "revision 2 of deployment/web, the previous one, is marked as failed (CrashLoop), and no other revision is known to be good; --to-revision=2 goes back to it anyway"},
		"no history":                 {now: "a", revisions: []string{"1:a"}, err: "deployment/web has no earlier revision to go back to"},
		"no revisions at all":        {now: "a", to: 4, err: "deployment/web has no earlier revision to go back to"},
		"not kept":                   {now: "b", revisions: []string{"1:a", "2:b"}, to: 7, err: "deployment/web has no revision 7; it has 1, 2"},
		"a negative one":             {now: "b", revisions: []string{"1:a", "2:b"}, to: -1, err: "deployment/web has no revision -1; it has 1, 2"},
		"already there":              {now: "b", revisions: []string{"1:a", "2:b"}, to: 2, err: "deployment/web already has the template of revision 2"},
		"a change not yet numbered":  {now: "x", revisions: []string{"1:a", "2:b"}, want: 1, note: "revision 1 has no verdict: it is not known whether it worked"},

		"paused half-way":                      {now: "c", paused: true, revisions: []string{"1:a", "2:b", "3:c"}, want: 2, note: "revision 2 has no verdict: it is not known whether it worked"},
		"changed under the pause":              {now: "x", paused: true, revisions: []string{"1:a", "2:b"}, want: 2, note: "revision 2 has no verdict: it is not known whether it worked"},
		"changed under the pause of the first": {now: "x", paused: true, revisions: []string{"1:a"}, want: 1, note: "revision 1 has no verdict: it is not known whether it worked"},
		"set back under the pause":             {now: "a", paused: true, revisions: []string{"1:a", "2:b", "3:c"}, want: 3, note: "revision 3 has no verdict: it is not known whether it worked"},
		"changed under the pause of a bad one": {now: "x", paused: true, revisions: []string{"1:a:good", "2:b:failed"}, want: 1, note: "revision 2 is marked as failed"},
	} {
		t.Run(name, func(t *testing.T) {
			w := &workload.Workload{Ref: web, Template: template("web=" + test.now), Paused: test.paused}
			plan, err := PlanUndo(w, revisions(test.revisions...), test.to)
			if test.err != "" {
				if err == nil || err.Error() != test.err {
					t.Errorf("got %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if plan.Revision.Number != test.want || !strings.Contains(plan.Note, test.note) || (test.note == "") != (plan.Note == "") {
				t.Errorf("revision %d, note %q", plan.Revision.Number, plan.Note)
			}
			if _, ok := plan.Template.Labels[workload.LabelPodTemplateHash]; ok {
				t.Error("the template keeps the hash label")
			}
			if plan.Revision.Template.Labels[workload.LabelPodTemplateHash] == "" {
				t.Error("the revision lost its hash label")
			}
		})
	}
}

// The workload gets the annotations of its revision, as kubectl's undo does it: what is the
// controller's and apply's stays the workload's own, and a verdict is never copied.
func TestUndoAnnotations(t *testing.T) {
	all := revisions("1:a:good", "2:b")
	all[0].Annotations["team"] = "red"
	all[0].Annotations[workload.AnnotationRevision] = "1"
	w := &workload.Workload{Ref: web, Template: template("web=b"), Annotations: map[string]string{
		workload.AnnotationRevision: "2", workload.AnnotationLastApplied: "{}", "team": "blue", "added": "since",
	}}
	plan, err := PlanUndo(w, all, 0)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		workload.AnnotationRevision: "2", workload.AnnotationLastApplied: "{}",
		"team": "red", workload.AnnotationChangeCause: "cause of 1",
	}
	if fmt.Sprint(plan.Annotations) != fmt.Sprint(want) {
		t.Errorf("got %v", plan.Annotations)
	}
}
