package view

import (
	"strings"

	"github.com/kubectl-app/kubectl-app/internal/layout"
	"github.com/kubectl-app/kubectl-app/internal/term"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

// autoscaled says what the autoscalers of a release have computed that changes nothing else.
func autoscaled(r rollout.Result) string {
	texts := make([]string, 0, len(r.Autoscalers))
	for _, a := range r.Autoscalers {
		said := term.Clean(a.Message)
		if a.Cause != "" {
			said = layout.Join(": ", "no number ("+a.Cause+")", said)
		}
		texts = append(texts, layout.Join(": ", layout.Name(a.Ref), said))
	}
	return layout.Join("; ", layout.Join(": ", strings.Join(texts, "; "), r.Message), autoscaledEnding(r))
}

// autoscaledEnding says how the autoscalers were left where they compute nothing.
func autoscaledEnding(r rollout.Result) string {
	switch r.Outcome {
	case rollout.Failed, rollout.TimedOut:
		return "not rolled back"
	}
	return ""
}
