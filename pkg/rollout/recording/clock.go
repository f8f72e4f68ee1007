package recording

import (
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// newest is the latest moment that the objects on the stage speak of. It stands in for the time at
// which the recording began, where no line says that.
func (s *stage) newest() time.Time {
	var latest time.Time
	look := func(times ...metav1.Time) {
		for _, t := range times {
			if t.After(latest) {
				latest = t.Time
			}
		}
	}
	for _, o := range s.objects {
		look(o.GetCreationTimestamp())
		for _, c := range o.Workload().Conditions {
			look(metav1.Time{Time: c.LastUpdate})
		}
	}
	for _, p := range s.podByName {
		look(p.CreationTimestamp)
		for _, c := range p.Status.Conditions {
			look(c.LastTransitionTime)
		}
		for _, c := range p.Status.ContainerStatuses {
			if r := c.State.Running; r != nil {
				look(r.StartedAt)
			}
			if t := c.State.Terminated; t != nil {
				look(t.FinishedAt)
			}
			if t := c.LastTerminationState.Terminated; t != nil {
				look(t.FinishedAt)
			}
		}
	}
	return latest
}
