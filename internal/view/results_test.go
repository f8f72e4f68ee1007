package view

import (
	"slices"
	"time"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// failedResult is that of the crash with its rollback.
func failedResult() rollout.Result {
	f := scenes()["rolled-back"]
	r := rollout.NewResult(*f.Release, &f.State, f.Now)
	r.ExitCode, r.Reason = 5, "release 2.0"
	return r
}

func succeededResult() rollout.Result {
	return rollout.NewResult(scenes()["done"].State, nil, at(31))
}

// keptResult is a failure that was left as it is.
func keptResult() rollout.Result {
	s := scenes()["not-found"].State
	s.Outcome, s.Workloads[0].Outcome = rollout.Failed, rollout.Failed
	r := rollout.NewResult(s, nil, at(12))
	r.ExitCode = 4
	return r
}

// fleetResult is a release of many of which three failed.
func fleetResult() rollout.Result {
	f := fleet(80)
	f.State.Outcome = rollout.Failed
	back := rollout.State{Started: at(90), Outcome: rollout.Succeeded}
	for i := range f.State.Workloads {
		w := &f.State.Workloads[i]
		if statusOf(w) <= failing {
			w.Outcome = rollout.Failed
		}
		b := web()
		b.Target, b.Outcome, b.Counts = w.Target, rollout.Succeeded, counts(3, 3, 3, 0)
		back.Workloads = append(back.Workloads, b)
	}
	return rollout.NewResult(f.State, &back, at(130))
}

// severalResult is a release of three, rolled back: web crashes, too, but what decided stands behind it.
func severalResult() rollout.Result {
	late := diagnosis.Finding{
		Cause: diagnosis.ReadinessFailing, Grade: diagnosis.Waiting, Container: "web", Pods: 1, Of: 1,
		Exemplar: "worker-5c4d7-qq8rv", Message: "Readiness probe failed: HTTP probe failed with statuscode: 503",
		Next: []string{"kubectl describe pod -n shop worker-5c4d7-qq8rv", "kubectl app rollout history -n shop deployment/worker"},
	}
	state := rollout.State{Started: start, Outcome: rollout.Failed, Workloads: []rollout.WorkloadState{
		with(web(), func(w *rollout.WorkloadState) { w.Findings = []diagnosis.Finding{crash(1)} }),
		with(web(), func(w *rollout.WorkloadState) {
			w.Target.Name, w.Outcome, w.Phase = "worker", rollout.Failed, rollout.Done
			w.Findings = []diagnosis.Finding{late}
		}),
		with(web(), func(w *rollout.WorkloadState) { w.Target.Name, w.Outcome = "api", rollout.Succeeded }),
	}}
	back := rollout.State{Started: at(600), Outcome: rollout.Succeeded}
	for _, w := range state.Workloads {
		w.Outcome, w.Findings = rollout.Succeeded, nil
		back.Workloads = append(back.Workloads, w)
	}
	return rollout.NewResult(state, &back, at(610))
}

func refusedResult() rollout.Result {
	w := web()
	return rollout.Result{
		APIVersion: rollout.APIVersion, Kind: rollout.ResultKind, Outcome: rollout.Refused, ExitCode: 3, StartTime: start,
		Warnings: []string{"field spec.template.spec.containers is owned by helm; its next upgrade will undo this change"},
		Workloads: []rollout.WorkloadResult{{
			Ref: w.Target.Ref, Outcome: rollout.Refused,
			Images: rollout.FromTo[map[string]string]{From: w.ImagesFrom, To: w.ImagesTo},
			Findings: []diagnosis.Finding{{
				Cause: diagnosis.SecretMissing, Grade: diagnosis.Fatal, Container: "web",
				Message: `the template names the Secret "db", which does not exist in namespace "shop"`,
				Next:    []string{"kubectl create secret generic db -n shop"},
			}},
		}},
	}
}

// results are those whose words matter.
func results() map[string]rollout.Result {
	simple := func(o rollout.Outcome, message string, next ...string) rollout.Result {
		w := web()
		w.Outcome, w.Message = o, message
		s := rollout.State{Started: start, Outcome: o, Workloads: []rollout.WorkloadState{w}}
		r := rollout.NewResult(s, nil, start.Add(10*time.Minute))
		r.Next = next
		return r
	}
	late := simple(rollout.TimedOut, "")
	late.Workloads[0].Findings = scenes()["many-causes"].State.Workloads[0].Findings[2:]
	lost := failedResult()
	lost.Outcome, lost.Workloads[0].Outcome = rollout.RollbackFailed, rollout.RollbackFailed
	lost.Workloads[0].Rollback.Outcome = rollout.Failed
	lost.Workloads[0].Rollback.Findings = []diagnosis.Finding{notFound()}
	env := simple(rollout.Succeeded, "")
	env.Workloads[0].Images.To = env.Workloads[0].Images.From
	env.Workloads[0].Env = workload.EnvChange{Set: []string{"DATABASE_URI"}, Removed: []string{"OLD"}}
	envFailed := env
	envFailed.Outcome = rollout.Failed
	envFailed.Workloads = slices.Clone(env.Workloads)
	envFailed.Workloads[0].Outcome = rollout.Failed
	envFailed.Workloads[0].Findings = []diagnosis.Finding{crash(3)}
	paused := keptResult()
	paused.Workloads[0].Paused = true
	paused.Next = []string{"kubectl app rollout undo deployment/web -n shop --resume", "kubectl rollout resume deployment/web -n shop"}
	resources := simple(rollout.Succeeded, "")
	resources.Workloads[0].Images.To = resources.Workloads[0].Images.From
	resources.Workloads[0].Changes = []workload.TemplateChange{{Container: "web", Field: "cpu request", From: "100m", To: "1000"}, {Field: "annotation " + workload.AnnotationRestartedAt}, {Field: "volumes"}}
	stalled := simple(rollout.Failed, `ReplicaSet "web-7d9f66c4d" has timed out progressing.`)
	stopped := failedResult()
	stopped.Outcome, stopped.Workloads[0].Outcome = rollout.Interrupted, rollout.Interrupted
	stopped.Workloads[0].Rollback.Outcome, stopped.Workloads[0].Rollback.Message = rollout.Interrupted, "restored, but the watch ended before this was verified: received SIGINT"
	raced := failedResult()
	raced.Outcome, raced.Workloads[0].Outcome, raced.Next = rollout.Superseded, rollout.Superseded, []string{"kubectl app rollout status deployment/web -n shop"}
	raced.Workloads[0].Rollback.Outcome, raced.Workloads[0].Rollback.Message = rollout.Superseded, "already rolled back by another job to revision 3"
	undone := simple(rollout.Interrupted, "rolled back and verified")
	undone.InterruptedAfter = 7 * time.Second
	kept := keptResult()
	kept.NotRolledBack = "revision 1 of deployment/web was not serving before this change"
	half := severalResult()
	half.Outcome, half.NotRolledBack = rollout.Failed, "revision 4 of deployment/job was not serving before this change"
	return map[string]rollout.Result{
		"kept":            kept,
		"half":            half,
		"undone":          undone,
		"back-raced":      raced,
		"stalled":         stalled,
		"resources":       resources,
		"back-stopped":    stopped,
		"paused":          paused,
		"env":             env,
		"env-failed":      envFailed,
		"succeeded":       succeededResult(),
		"rolled-back":     failedResult(),
		"rollback-failed": lost,
		"failed":          keptResult(),
		"fleet":           fleetResult(),
		"several":         severalResult(),
		"refused":         refusedResult(),
		"timed-out":       late,
		"unchanged":       simple(rollout.Unchanged, "already up to date", "kubectl app set image deployment/web web=web:2.0 --restart-if-unchanged"),
		"superseded":      simple(rollout.Superseded, "the template was changed by kubectl edit at 12:03:04"),
		"interrupted":     simple(rollout.Interrupted, "1 of 3 updated, 0 ready, 3 old", "kubectl app rollout status -n shop deployment/web"),
		"undecided":       simple(rollout.Undecided, "no verdict: the recording ends too early"),
	}
}
