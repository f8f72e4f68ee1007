// Package rollout judges rollouts: it steps a State through Snapshots, names what keeps a rollout
// from completing with its evidence, and decides. It computes only: the moment is an argument,
// and what it wants to know is data.
package rollout

import "time"

// memory is what Step needs of earlier snapshots.
type memory struct{}

// Start begins the watch of targets.
func Start(targets []Target, policy Policy, now time.Time) State {
	s := State{Policy: policy, Started: now}
	for _, t := range targets {
		s.Workloads = append(s.Workloads, WorkloadState{Target: t, Phase: Progressing})
	}
	return s
}

// Step takes in one snapshot and returns the next state and the news. It may be called with the
// same snapshot again when State.Wake has passed.
func Step(s State, snapshot Snapshot, now time.Time) (State, []Event) {
	return s, nil
}
