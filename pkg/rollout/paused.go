package rollout

import "fmt"

// pausedSymptom is there while a pause holds back our template.
func (j *judge) pausedSymptom() []symptom {
	if j.observed() && j.complete() {
		return nil
	}
	return []symptom{waiting(Paused, "spec.paused is true: the controller does not roll out the template")}
}

// paused: a rollout that is attached to while it is paused is not waited for, as there is nothing under
// way. Our own release was not paused when it began: whoever paused it can resume it.
func (j *judge) paused(complete bool, _ disturbance) bool {
	if !j.seen.Workload.Paused || complete || !j.observed() || j.next.Target.Before != nil {
		return false
	}
	j.decide(Failed, fmt.Sprintf("%s is paused, with changes that are not rolled out", j.next.Target.Name))
	return true
}
