package view

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/kubectl-app/kubectl-app/internal/term"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

// countParts says how far a rollout is. The numbers are padded to the widest that they will be, so
// that nothing moves while they grow.
func countParts(c rollout.Counts) []string {
	if c.Desired == 0 && c.Old == 0 && c.Updated == 0 && (!c.Scale || c.Terminating == 0) {
		return []string{"scaled to 0"}
	}
	digits := len(strconv.Itoa(int(c.Desired)))
	number := func(n int32) string { return term.PadLeft(strconv.Itoa(int(n)), digits) }
	ready := number(c.Ready) + " ready"
	if c.Available < c.Ready { // minReadySeconds
		ready += fmt.Sprintf(" (%d available)", c.Available)
	}
	if c.Scale {
		return scaleParts(c, number)
	}
	parts := []string{fmt.Sprintf("%s of %d updated", number(c.Updated), c.Desired), ready}
	if c.Old > 0 {
		parts = append(parts, number(c.Old)+" old")
	}
	if c.Terminating > 0 {
		parts = append(parts, fmt.Sprintf("%d terminating", c.Terminating))
	}
	return parts
}

// scaleParts tell of pods and not of a template.
func scaleParts(c rollout.Counts, number func(int32) string) []string {
	var parts []string
	if c.Desired > 0 {
		parts = append(parts, fmt.Sprintf("%s of %d ready", number(c.Ready), c.Desired))
	}
	if c.Available < c.Ready { // minReadySeconds
		parts[0] += fmt.Sprintf(" (%d available)", c.Available)
	}
	if missing := c.Desired - c.Updated; missing > 0 {
		parts = append(parts, fmt.Sprintf("%d not created", missing))
	}
	if c.Old > 0 {
		parts = append(parts, fmt.Sprintf("%d too many", c.Old))
	}
	if c.Terminating > 0 {
		parts = append(parts, fmt.Sprintf("%d terminating", c.Terminating))
	}
	return parts
}

// countText is countParts for a sentence.
func countText(c rollout.Counts) string { return strings.Join(shortCounts(c), ", ") }

// shortCounts is countParts without padding.
func shortCounts(c rollout.Counts) []string {
	parts := countParts(c)
	for i := range parts {
		parts[i] = strings.TrimLeft(parts[i], " ")
	}
	return parts
}

// sum adds up the counts of several workloads.
func sum(all []rollout.WorkloadState) rollout.Counts {
	var total rollout.Counts
	for i := range all {
		c := all[i].Counts
		total.Desired += c.Desired
		total.Updated += c.Updated
		total.Ready += c.Ready
		total.Available += c.Available
		total.Old += c.Old
		total.Terminating += c.Terminating
		total.Scale = c.Scale
	}
	return total
}
