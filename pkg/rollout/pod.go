package rollout

import (
	"slices"

	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// runsBefore counts the runs of a pod's containers before its images were changed, by container.
type runsBefore map[string]int32

// sinceChange is a pod as a new one would look like after its images were changed: it has no revision until the kubelet has
// ended all old containers, and their runs do not count.
func (t *Target) sinceChange(seen diagnosis.Observed) (diagnosis.Observed, runsBefore) {
	w := seen.Workload
	if t.Pod == nil || t.Baseline == nil || t.Template == nil || w == nil || w.Pod == nil || len(seen.Revisions) == 0 {
		return seen, nil
	}
	pod, runs, replaced := w.Pod.DeepCopy(), runsBefore{}, w.ObservedGeneration >= w.Generation
	for _, name := range workload.Restarted(&t.Baseline.Workload.Template, t.Template) {
		was, is := containerStatus(t.Pod, name), containerStatus(pod, name)
		if was == nil || is == nil {
			continue
		}
		if ran(was) {
			runs[name] = was.RestartCount + 1
		}
		replaced = replaced && !sameRun(was, is)
		if is.RestartCount -= runs[name]; is.RestartCount <= 0 {
			is.RestartCount, is.LastTerminationState = 0, corev1.ContainerState{}
		}
	}
	seen.Logs, seen.Settled = runs.logs(seen.Logs), nil
	if replaced {
		revision := seen.Revisions[0]
		revision.Total, revision.Ready, revision.Available = 1, w.Ready, w.Ready
		seen.Revisions, seen.Pods = []workload.Revision{revision}, []*corev1.Pod{pod}
		return seen, runs
	}
	old := *w
	old.Updated = 0
	seen.Workload, seen.Revisions, seen.Pods = &old, nil, nil
	return seen, runs
}

func containerStatus(pod *corev1.Pod, name string) *corev1.ContainerStatus {
	for _, all := range [][]corev1.ContainerStatus{pod.Status.ContainerStatuses, pod.Status.InitContainerStatuses} {
		if i := slices.IndexFunc(all, func(s corev1.ContainerStatus) bool { return s.Name == name }); i >= 0 {
			return &all[i]
		}
	}
	return nil
}

// ran tells whether a container has been started: the kubelet counts its next start as a restart.
func ran(s *corev1.ContainerStatus) bool {
	return s.RestartCount > 0 || s.State.Running != nil || s.State.Terminated != nil || s.LastTerminationState.Terminated != nil
}

// sameRun tells whether a container is the one of before, or the end of that.
func sameRun(was, is *corev1.ContainerStatus) bool {
	return ran(was) && is.RestartCount <= was.RestartCount && is.State.Waiting == nil
}

// logs are those of the runs since the change, which begin with 0.
func (b runsBefore) logs(all map[diagnosis.LogKey]diagnosis.Log) map[diagnosis.LogKey]diagnosis.Log {
	since := make(map[diagnosis.LogKey]diagnosis.Log, len(all))
	for key, log := range all {
		key.Restart -= b[key.Container]
		since[key] = log
	}
	return since
}

// restore gives the runs of wanted logs the numbers that they have in the cluster.
func (b runsBefore) restore(wanted []diagnosis.LogKey) {
	for i := range wanted {
		wanted[i].Restart += b[wanted[i].Container]
	}
}
