package view

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/kubectl-app/kubectl-app/internal/layout"
	"github.com/kubectl-app/kubectl-app/internal/term"
)

// imageChange is "web:1.0 -> web:2.0": what changed, short; or what runs, when nothing did.
func imageChange(from, to map[string]string) string {
	var changed []string
	for _, container := range slices.Sorted(maps.Keys(to)) {
		if from[container] != to[container] {
			changed = append(changed, container)
		}
	}
	if len(changed) == 0 || len(from) == 0 {
		return images(to)
	}
	// The same change of several containers is said once.
	var pairs []string
	for _, container := range changed {
		pairs = append(pairs, imagePair(from[container], to[container]))
	}
	pairs = slices.Compact(pairs)
	if len(pairs) > 1 {
		return fmt.Sprintf("%s and %d more", pairs[0], len(pairs)-1)
	}
	return pairs[0]
}

func imagePair(from, to string) string {
	if from == "" {
		return layout.ShortImage(to)
	}
	a, b := layout.ShortImage(from), layout.ShortImage(to)
	if a == b {
		a, b = term.Clean(from), term.Clean(to)
	}
	return a + " -> " + b
}

// images lists what the containers run.
func images(of map[string]string) string {
	var all []string
	for _, container := range slices.Sorted(maps.Keys(of)) {
		if short := layout.ShortImage(of[container]); !slices.Contains(all, short) {
			all = append(all, short)
		}
	}
	if len(all) > 2 {
		all = append(all[:1], fmt.Sprintf("%d more", len(all)-1))
	}
	return strings.Join(all, ", ")
}
