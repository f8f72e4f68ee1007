package view

import (
	"fmt"
	"maps"
	"strings"

	"github.com/kubectl-app/kubectl-app/internal/layout"
	"github.com/kubectl-app/kubectl-app/internal/term"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// changeParts say what a release changes of a workload: images, variables and the rest of its template.
// When it is nothing of that, they are what runs.
func changeParts(w *rollout.WorkloadState) []string {
	if w.Scale != nil {
		return []string{scaleChange(w.Scale)}
	}
	parts := []string{envChange(w.Env), templateChange(w.Changes, len(w.ImagesTo) > 1)}
	if layout.Join("", parts...) != "" && maps.Equal(w.ImagesFrom, w.ImagesTo) {
		return parts
	}
	return append([]string{imageChange(w.ImagesFrom, w.ImagesTo)}, parts...)
}

// templateChange is "cpu request 100m -> 1000", or two of them, or one and how many more there are.
func templateChange(all []workload.TemplateChange, several bool) string {
	var texts []string
	for _, c := range all {
		texts = append(texts, changeText(c, several))
	}
	if len(texts) > 2 {
		texts = []string{texts[0], workload.Plural(len(all)-1, "more change", "more changes")}
	}
	return strings.Join(texts, ", ")
}

// changeText names the container only where there are several.
func changeText(c workload.TemplateChange, several bool) string {
	text := c.Field
	switch {
	case c.UndoesRestart():
		return "restart undone"
	case c.IsRestart():
		return "restart"
	case c.Field == "container" && c.From == "":
		return term.Clean("new container " + c.To)
	case c.Field == "container":
		return term.Clean("container " + c.From + " removed")
	case several && c.Container != "":
		text += " of " + c.Container
	}
	switch {
	case c.From == "" && c.To == "":
		text += " changed"
	case c.From == "none" && (c.To == "set" || c.OfVolumes()):
		text += " added"
	case c.To == "none" && (c.From == "set" || c.OfVolumes()):
		text += " removed"
	default:
		text += " " + c.From + " -> " + c.To
	}
	return term.Clean(text)
}

// envChange is "env DATABASE_URI set, OLD removed".
func envChange(c workload.EnvChange) string {
	var parts []string
	if len(c.Set) > 0 {
		parts = append(parts, few(c.Set)+" set")
	}
	if len(c.Removed) > 0 {
		parts = append(parts, few(c.Removed)+" removed")
	}
	if len(parts) == 0 {
		return ""
	}
	return "env " + strings.Join(parts, ", ")
}

// few names two, or one and how many more there are.
func few(names []string) string {
	if len(names) > 2 {
		names = []string{names[0], fmt.Sprintf("%d more", len(names)-1)}
	}
	return term.Clean(strings.Join(names, " and "))
}
