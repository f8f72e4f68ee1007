package view

import (
	"fmt"
	"maps"
	"strings"

	"github.com/kubectl-app/kubectl-app/internal/term"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// changeParts say what a release changes of a workload: images, variables, or both. When it is neither,
// they are what runs.
func changeParts(w *rollout.WorkloadState) []string {
	env := envChange(w.Env)
	if env != "" && maps.Equal(w.ImagesFrom, w.ImagesTo) {
		return []string{env}
	}
	return []string{imageChange(w.ImagesFrom, w.ImagesTo), env}
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
