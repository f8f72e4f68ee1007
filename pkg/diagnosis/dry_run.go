package diagnosis

import (
	"strings"
	"time"
)

// The controllers of StatefulSets, DaemonSets and Jobs report a refused pod only by an event. Where none is left the API
// server can be asked again: a dry run of a pod creates nothing.

// createTime is how long a controller may take to create the first pod of a revision.
const createTime = 5 * time.Second

// refusedDryRun names why a pod can't be created, by a dry run. It asks for one only where nothing else explains the
// missing pod: a pod that is not ready, or still there, may be what the controller waits for.
func (d *Diagnosis) refusedDryRun() (symptom, bool) {
	w := d.in.Workload
	answer, asked := d.in.DryRuns[w.Ref]
	switch {
	case asked && answer.Refused != "":
		found, ok := refusal(answer.Refused)
		if !ok {
			found = waiting(AdmissionDenied, oneLine(answer.Refused))
		}
		d.countMissing(&found)
		return found.from("dry run of a pod").of(w.Kind, w.Name), true
	case !asked && len(d.Unhealthy) == 0 && !d.evidence.leaving && len(d.survey.symptoms) == 0 && d.in.Now.Sub(d.in.Revision.Created) >= createTime:
		d.Wants.DryRuns = put(d.Wants.DryRuns, w.Ref, true)
	}
	return symptom{}, false
}

// ReadDryRun reads the error that a dry run ended with. A pod that is invalid says nothing: the controller completes it in
// another way.
func ReadDryRun(text string) DryRun {
	_, refused := refusal(text)
	switch {
	case strings.Contains(text, `cannot create resource "pods"`):
		return DryRun{Unasked: "no permission to create pods"}
	case refused && !strings.Contains(text, "does not support dry run") && !strings.Contains(text, " is invalid: "):
		return DryRun{Refused: text}
	}
	return DryRun{Unasked: oneLine(text)}
}
