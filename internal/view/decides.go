package view

import (
	"fmt"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

// decides says when a cause fails the rollout: "decides in 0:07 if this stays", or "decides at the 3rd restart, in about
// 0:24", for the kubelet's back-off is no clock. Nothing where that, or the moment, is not known.
func (s *sheet) decides(d *diagnosis.Decision) string {
	if d == nil || s.now.IsZero() {
		return ""
	}
	left, narrow := d.Time.Sub(s.now), s.Width > 0 && s.Width < 70
	restart := fmt.Sprintf("decides at the %s restart", ordinal(d.Restart))
	switch {
	case d.Restart == 0 && !narrow:
		return "decides in " + countdown(max(left, 0)) + " if this stays"
	case d.Restart == 0:
		return "decides in " + countdown(max(left, 0))
	case left <= 0:
		return restart
	case narrow:
		return "decides in about " + countdown(left)
	default:
		return restart + ", in about " + countdown(left)
	}
}

func ordinal(n int32) string {
	suffix := "th"
	if n/10%10 != 1 {
		switch n % 10 {
		case 1:
			suffix = "st"
		case 2:
			suffix = "nd"
		case 3:
			suffix = "rd"
		}
	}
	return fmt.Sprint(n, suffix)
}

// firstDecision is the earliest of all that are known; the first failure ends a release.
func firstDecision(all []rollout.WorkloadState) *diagnosis.Decision {
	var first *diagnosis.Decision
	for i := range all {
		if all[i].Outcome != "" {
			continue
		}
		for _, f := range all[i].Findings {
			if f.Decides != nil && (first == nil || f.Decides.Time.Before(first.Time)) {
				first = f.Decides
			}
		}
	}
	return first
}
