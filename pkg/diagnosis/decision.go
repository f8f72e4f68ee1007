package diagnosis

import "time"

// Decision is the moment at which a cause fails the rollout, if it stays.
type Decision struct {
	Time time.Time `json:"time"`
	// Restart is the restart of the container that brings it; Time is an estimate then.
	Restart int32 `json:"restart,omitempty"`
}

// restartGaps are the times from the end of a container's run to its next start, by restart: the
// kubelet's back-off, and the moments that it takes to notice. Each later one is twice as long.
var restartGaps = []time.Duration{time.Second, 11 * time.Second, 26 * time.Second, 42 * time.Second}

// maxBackOff is MaxContainerBackOff in k8s.io/kubernetes/pkg/kubelet.
const maxBackOff = 5 * time.Minute

func restartGap(restart int32) time.Duration {
	if int(restart) <= len(restartGaps) {
		return restartGaps[max(restart, 1)-1]
	}
	if restart > 7 { // 10 s doubled six times is more than the limit
		return maxBackOff
	}
	return min(10*time.Second<<(restart-2), maxBackOff)
}

// restartsAt estimates when a container reaches a number of restarts, if each run lasts as long as the last one; zero
// if that is not known. The kubelet restarts a container at once if it has killed it for a probe. Its back-off begins
// after the restarts of base.
func (ref containerRef) restartsAt(base, restart int32, killed bool) Decision {
	ended := ref.status.State.Terminated
	if ended == nil {
		ended = ref.status.LastTerminationState.Terminated
	}
	if ended == nil || ended.FinishedAt.IsZero() {
		return Decision{}
	}
	end, ran := ended.FinishedAt.Time, max(ended.FinishedAt.Sub(ended.StartedAt.Time), 0)
	if ref.running() {
		end = ref.status.State.Running.StartedAt.Add(ran)
	}
	for n := ref.status.RestartCount + 1; n <= restart; n++ {
		if killed {
			end = end.Add(restartGap(1))
		} else {
			end = end.Add(restartGap(n - base))
		}
		if n < restart {
			end = end.Add(ran)
		}
	}
	return Decision{end, restart}
}
