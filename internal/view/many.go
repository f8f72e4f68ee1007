package view

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kubectl-app/kubectl-app/internal/layout"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// many draws a release of several workloads: one row each, those that fail with their cause, and
// one line that sums up those for which the terminal is too low.
func many(s *sheet, f *Frame, release *rollout.State, height int) []string {
	failedOnes := failures(release.Workloads)
	s.FlowTo(elapsed(s, f, release), s.Bold(kindCount(release.Workloads)), sameChange(release.Workloads))
	if f.Release == nil {
		s.overall(release.Workloads)
		s.rows(release.Workloads, height)
		return s.Lines[:max(min(len(s.Lines), height), 0)]
	}
	s.rows(failedOnes, height/2)
	s.FlowTo(s.Faint(clock(f.Now.Sub(f.State.Started))), s.backOfAll(f.State.Workloads)...)
	s.overall(f.State.Workloads)
	s.rows(f.State.Workloads, height)
	return s.Lines[:max(min(len(s.Lines), height), 0)]
}

// overall is the bar of all workloads together, with how many of them are in which state.
func (s *sheet) overall(all []rollout.WorkloadState) {
	width := s.barWidth()
	parts := append([]string{s.bar(sum(all), width, worst(all)), ""}, s.tally(all, done-1)...)
	parts[1] = fmt.Sprintf("%d of %d done", count(all)[done], len(all))
	parts = append(parts, s.Faint(s.decides(firstDecision(all))))
	s.Flow("", strings.Repeat(" ", width)+layout.Gap, parts...)
}

// tally counts the workloads by status, the worst first, up to the status last.
func (s *sheet) tally(all []rollout.WorkloadState, last status) []string {
	var parts []string
	for st, n := range count(all) {
		if n == 0 || status(st) > last {
			continue
		}
		text := fmt.Sprintf("%d %s", n, statusWords[status(st)])
		switch status(st) {
		case failed, failing:
			text = s.Red(text)
		case superseded, interrupted, waiting:
			text = s.Yellow(text)
		case done:
			text = s.Green(text)
		default:
		}
		parts = append(parts, text)
	}
	return parts
}

func count(all []rollout.WorkloadState) [done + 1]int {
	var n [done + 1]int
	for i := range all {
		n[statusOf(&all[i])]++
	}
	return n
}

func failures(all []rollout.WorkloadState) []rollout.WorkloadState {
	return slices.DeleteFunc(slices.Clone(all), func(w rollout.WorkloadState) bool { return statusOf(&w) > superseded })
}

// kindCount is "200 deployments", or "3 workloads" of several kinds.
func kindCount(all []rollout.WorkloadState) string {
	if kind, same := commonKind(all); same {
		return workload.Plural(len(all), kind, kind+"s")
	}
	return workload.Plural(len(all), "workload", "workloads")
}

func commonKind(all []rollout.WorkloadState) (kind string, same bool) {
	for i := range all {
		if all[i].Target.Kind != all[0].Target.Kind {
			return "", false
		}
	}
	return strings.ToLower(all[0].Target.Kind), true
}

// sameChange is the change when it is the same everywhere, so that no row repeats it.
func sameChange(all []rollout.WorkloadState) string {
	change := layout.Join(layout.Gap, changeParts(&all[0])...)
	for i := range all {
		if layout.Join(layout.Gap, changeParts(&all[i])...) != change {
			return ""
		}
	}
	return change
}
