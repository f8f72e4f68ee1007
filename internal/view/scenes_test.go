package view

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// start is when every release of these tests begins.
var start = time.Date(2026, 3, 14, 9, 26, 53, 0, time.UTC)

func at(seconds int) time.Time { return start.Add(time.Duration(seconds) * time.Second) }

func deployment() workload.Ref {
	return workload.Ref{Kind: "Deployment", Namespace: "shop", Name: "web"}
}

// counts are those of a rollout of desired pods with a surge of one.
func counts(desired, updated, ready, old int32) rollout.Counts {
	return rollout.Counts{Desired: desired, Updated: updated, Ready: ready, Available: ready, Old: old}
}

// web is a release of web:2.0 on three pods, just begun.
func web() rollout.WorkloadState {
	return rollout.WorkloadState{
		Target: rollout.Target{Ref: deployment()}, Phase: rollout.Progressing,
		Counts: counts(3, 1, 0, 3), RevisionFrom: 3, RevisionTo: 4, RevisionName: "web-7d9f66c4d",
		ImagesFrom: map[string]string{"web": "registry.example.com/shop/web:1.0"},
		ImagesTo:   map[string]string{"web": "registry.example.com/shop/web:2.0"},
		Deadline:   at(600),
	}
}

func release(seconds int, workloads ...rollout.WorkloadState) Frame {
	return Frame{
		State: rollout.State{
			Policy: rollout.Policy{FailFast: diagnosis.FailFastAuto, Soak: 15 * time.Second}, Started: start, Workloads: workloads,
		},
		Now: at(seconds),
	}
}

func crash(restarts int32) diagnosis.Finding {
	code := int32(1)
	return diagnosis.Finding{
		Cause: diagnosis.CrashLoop, Grade: diagnosis.Failing, Container: "web", Pods: 1, Of: 1,
		Exemplar: "web-7d9f66c4d-x2x1v", Message: "Error, exit code 1", Restarts: restarts, ExitCode: &code,
		Logs: []string{"web 2.0 starting", "reading configuration from the environment", "panic: DATABASE_URI is not set"},
		Next: []string{"kubectl logs -n shop web-7d9f66c4d-x2x1v -c web --previous", "kubectl app rollout history -n shop deployment/web"},
	}
}

func notFound() diagnosis.Finding {
	return diagnosis.Finding{
		Cause: diagnosis.ImageNotFound, Grade: diagnosis.Fatal, Container: "web", Pods: 1, Of: 1,
		Exemplar: "web-7d9f66c4d-x2x1v",
		Message:  `failed to resolve reference "registry.example.com/shop/web:2.0-missing": registry.example.com/shop/web:2.0-missing: not found`,
		Next:     []string{"kubectl app set image -n shop deployment/web web=registry.example.com/shop/web:TAG"},
	}
}

// deciding is a crash of which the engine knows when it decides.
func deciding(w rollout.WorkloadState, when time.Time, restart int32) rollout.WorkloadState {
	w.Findings = slices.Clone(w.Findings)
	w.Findings[0].Restarts, w.Findings[0].Decides = 2, &diagnosis.Decision{Time: when, Restart: restart}
	return w
}

func crashing(phase rollout.Phase, outcome rollout.Outcome) rollout.WorkloadState {
	w := web()
	w.ImagesTo = map[string]string{"web": "registry.example.com/shop/web:2.0-crash"}
	w.Phase, w.Outcome, w.Findings = phase, outcome, []diagnosis.Finding{crash(3)}
	return w
}

// rollback is the watch of the way back from a crash, which began after 40 seconds.
func rollback(seconds int, c rollout.Counts, outcome rollout.Outcome) Frame {
	failed := release(40, crashing(rollout.Done, rollout.Failed)).State
	failed.Outcome = rollout.Failed
	back := web()
	back.RevisionFrom, back.RevisionTo, back.Counts, back.Outcome, back.Deadline = 4, 5, c, outcome, at(640)
	back.ImagesFrom, back.ImagesTo = failed.Workloads[0].ImagesTo, failed.Workloads[0].ImagesFrom
	f := release(seconds, back)
	f.State.Started, f.State.Outcome, f.Release = at(40), outcome, &failed
	return f
}

// fleet is a release of n workloads: some done, some failing, the rest under way.
func fleet(n int) Frame {
	all := make([]rollout.WorkloadState, 0, n)
	for i := range n {
		w := web()
		w.Target.Name = fmt.Sprintf("service-%03d", i)
		switch {
		case i%61 == 17:
			w.Findings = []diagnosis.Finding{crash(2)}
			w.Findings[0].Exemplar = w.Target.Name + "-7d9f66c4d-x2x1v"
		case i%61 == 20:
			w.Findings = []diagnosis.Finding{{
				Cause: diagnosis.ImagePulling, Grade: diagnosis.Waiting, Container: "web", Pods: 1, Of: 1,
				Exemplar: w.Target.Name + "-7d9f66c4d-aaaaa", Message: "pulling for 12 s",
			}}
		case i%4 != 1:
			w.Counts, w.Phase, w.Outcome = counts(3, 3, 3, 0), rollout.Done, rollout.Succeeded
		case i%8 == 1:
			w.Counts, w.Phase, w.CompleteSince = counts(3, 3, 3, 0), rollout.Soaking, at(80)
		default:
			w.Counts = counts(3, 2, 1, 2)
		}
		all = append(all, w)
	}
	return release(84, all...)
}

// fleetBack is a release of 30 of which one failed, on its way back.
func fleetBack() Frame {
	f := fleet(30)
	failed := f.State
	failed.Outcome = rollout.Failed
	failed.Workloads = slices.Clone(failed.Workloads)
	failed.Workloads[17].Outcome = rollout.Failed
	for i := range f.State.Workloads {
		w := &f.State.Workloads[i]
		w.Outcome, w.Phase, w.Findings, w.Counts = "", rollout.Progressing, nil, counts(3, 1, 1, 2)
		if i < 9 {
			w.Outcome, w.Counts = rollout.Succeeded, counts(3, 3, 3, 0)
		}
		w.ImagesFrom, w.ImagesTo = w.ImagesTo, w.ImagesFrom
	}
	f.State.Started, f.Release, f.Now = at(90), &failed, at(97)
	return f
}

func wide() rollout.WorkloadState {
	w := crashing(rollout.Progressing, "")
	w.Target.Name = "café"
	w.Findings[0].Exemplar = "café-7d9f66c4d-x2x1v"
	w.Findings[0].Logs = []string{
		"起動に失敗しました: データベースの接続先が設定されていません。環境変数 DATABASE_URI を確認してください。",
		"\x1b[31mred\x1b[0m and \x1b]0;a title\x07 and \x1b[2J\x1b[H a cleared screen \u202Edesrever",
		"tab\there, bell\a, back\bspace",
	}
	return w
}

func with(w rollout.WorkloadState, change func(*rollout.WorkloadState)) rollout.WorkloadState {
	change(&w)
	return w
}

// variables is a release that changes variables, by name, and no image.
func variables(w rollout.WorkloadState, set, removed string) rollout.WorkloadState {
	w.ImagesTo = maps.Clone(w.ImagesFrom)
	w.Env = workload.EnvChange{Set: strings.Fields(set), Removed: strings.Fields(removed)}
	return w
}

// scenes are the pictures that matter, each of one moment.
func scenes() map[string]Frame {
	succeeded := func(w *rollout.WorkloadState) {
		w.Counts, w.Phase, w.Outcome = counts(3, 3, 3, 0), rollout.Done, rollout.Succeeded
	}
	done := release(31, with(web(), succeeded))
	done.State.Outcome = rollout.Succeeded
	return map[string]Frame{
		"attached": release(0, with(web(), func(w *rollout.WorkloadState) { w.Counts = rollout.Counts{} })),
		"begun": release(0, with(web(), func(w *rollout.WorkloadState) {
			w.Counts, w.RevisionTo, w.Deadline = counts(3, 0, 0, 3), 0, time.Time{}
		})),
		"healthy": release(14, with(web(), func(w *rollout.WorkloadState) { w.Counts = counts(3, 2, 1, 2) })),
		"soaking": release(22, with(web(), func(w *rollout.WorkloadState) {
			w.Counts, w.Phase, w.CompleteSince = counts(3, 3, 3, 0), rollout.Soaking, at(16)
		})),
		"done":         done,
		"crashing":     release(14, crashing(rollout.Progressing, "")),
		"decides-at":   release(14, deciding(crashing(rollout.Progressing, ""), at(38), 3)),
		"decides-late": release(41, deciding(crashing(rollout.Progressing, ""), at(38), 12)),
		"decides-two":  release(14, web(), deciding(with(crashing(rollout.Progressing, ""), func(w *rollout.WorkloadState) { w.Target.Name = "api" }), at(38), 3)),
		"decides-in": release(3, with(web(), func(w *rollout.WorkloadState) {
			w.Findings = []diagnosis.Finding{notFound()}
			w.Findings[0].Decides = &diagnosis.Decision{Time: at(12)}
		})),
		"rolling-back": rollback(47, counts(3, 2, 2, 1), ""),
		// Nothing of the way back has been seen yet: no bar is full, and no number made up.
		"back-begun":       rollback(40, rollout.Counts{}, ""),
		"back-interrupted": rollback(44, counts(3, 3, 3, 0), rollout.Interrupted),
		"back-soaking": func() Frame {
			f := rollback(47, counts(3, 3, 3, 0), "")
			f.State.Workloads[0].Phase, f.State.Workloads[0].CompleteSince = rollout.Soaking, at(43)
			return f
		}(),
		"back-of-two-interrupted": func() Frame {
			f := rollback(47, counts(3, 2, 2, 1), rollout.Interrupted)
			api := f.State.Workloads[0]
			api.Target.Name, api.Message = "api", "restored, but the watch ended before this was verified: received SIGINT"
			f.State.Workloads = append(f.State.Workloads, api)
			f.Release.Workloads = append(f.Release.Workloads, with(web(), func(w *rollout.WorkloadState) { w.Target.Name = "api" }))
			return f
		}(),
		"back-after-ctrl-c": func() Frame {
			f := rollback(47, counts(3, 2, 2, 1), "")
			f.Release.Outcome, f.Release.Workloads[0].Outcome, f.Release.Workloads[0].Findings = rollout.Interrupted, "", nil
			return f
		}(),
		"rolled-back": rollback(52, counts(3, 3, 3, 0), rollout.Succeeded),
		"not-found": release(3, with(web(), func(w *rollout.WorkloadState) {
			w.ImagesTo = map[string]string{"web": "registry.example.com/shop/web:2.0-missing"}
			w.Findings = []diagnosis.Finding{notFound()}
		})),
		"many-causes": release(130, with(web(), func(w *rollout.WorkloadState) {
			w.Counts = counts(120, 40, 9, 81)
			w.Findings = []diagnosis.Finding{crash(1), notFound(), {
				Cause: diagnosis.Unschedulable, Grade: diagnosis.Waiting, Pods: 12, Of: 40, Exemplar: "web-7d9f66c4d-77abc",
				Message: "0/3 nodes are available: 3 Insufficient cpu. preemption: 0/3 nodes are available: 3 No preemption victims found for incoming pod.",
			}}
		})),
		"quota": release(2, with(web(), func(w *rollout.WorkloadState) {
			w.Counts = counts(3, 0, 0, 3)
			w.Findings = []diagnosis.Finding{{
				Cause: diagnosis.QuotaExceeded, Grade: diagnosis.Fatal, Exemplar: "web-7d9f66c4d",
				Message: `pods "web-7d9f66c4d-9x8xz" is forbidden: exceeded quota: small, requested: pods=1, used: pods=3, limited: pods=3`,
			}}
		})),
		"wide-runes": release(14, wide()),
		"env":        release(14, variables(web(), "DATABASE_URI", "OLD")),
		"env-image":  release(14, with(variables(web(), "DATABASE_URI", ""), func(w *rollout.WorkloadState) { w.ImagesTo["web"] = "web:2.0" })),
		"env-many": release(14, with(variables(web(), "A_VARIABLE_WITH_A_VERY_LONG_NAME B C D", "E F"), func(w *rollout.WorkloadState) {
			w.Target.Name = "web-with-a-long-name"
		})),
		"resources": release(14, with(variables(web(), "", ""), func(w *rollout.WorkloadState) {
			w.Changes = []workload.TemplateChange{{Container: "web", Field: "cpu request", From: "100m", To: "1000"}}
		})),
		"template-many": release(14, with(web(), func(w *rollout.WorkloadState) {
			w.ImagesTo["proxy"] = "envoy:1"
			w.Changes = []workload.TemplateChange{
				{Container: "proxy", Field: "readiness probe", From: "none", To: "set"}, {Container: "web", Field: "command"}, {Field: "volumes"},
			}
		})),
		"restart": release(14, with(variables(web(), "", ""), func(w *rollout.WorkloadState) {
			w.Changes = []workload.TemplateChange{{Field: "annotation " + workload.AnnotationRestartedAt, From: "none", To: "2026-01-01T00:00:00Z"}}
		})),
		"restart-undone": release(14, with(variables(web(), "", ""), func(w *rollout.WorkloadState) {
			w.Changes = []workload.TemplateChange{{Field: "annotation " + workload.AnnotationRestartedAt, From: "2026-01-01T00:00:00Z", To: "none"}}
		})),
		"env-two":    release(14, variables(web(), "LOG_LEVEL", ""), with(variables(web(), "LOG_LEVEL", ""), func(w *rollout.WorkloadState) { w.Target.Name = "api" })),
		"env-differ": release(14, variables(web(), "LOG_LEVEL", ""), with(variables(web(), "", "OLD"), func(w *rollout.WorkloadState) { w.Target.Name = "api" })),
		"five":       fleet(5),
		"fleet-back": fleetBack(),
		"fleet":      fleet(200),
	}
}
