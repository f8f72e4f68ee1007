package autoscale

import (
	"fmt"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis/chain"
)

// Why is the report as `kubectl app why` gives one. An autoscaler that a bound limits does what it was told to.
func (r Report) Why() chain.Report {
	w := chain.Report{
		APIVersion: r.APIVersion, Kind: chain.ReportKind, Object: r.Object, Time: r.Time, State: chain.NothingFound,
		Message: r.Message, Chain: []chain.Step{}, Pods: []chain.PodReport{}, Notes: r.Notes,
	}
	switch r.State {
	case NoNumber:
		w.State = chain.Failing
	case Waiting:
		w.State = chain.Progressing
	}
	switch {
	case r.State == Paused:
	case r.Uncomputed != nil:
		w.Message = "it computes no number (" + string(r.Uncomputed.Cause) + ")"
		says := "the number of " + r.Target.String() + " stays as it is"
		if r.Uncomputed.Cause == TargetMissing {
			says = "there is nothing to scale"
		}
		w.Chain = append(w.Chain, chain.Step{Object: r.Object, Says: says, Field: "status.conditions", Message: r.Uncomputed.Message})
	}
	switch {
	case r.Computed != nil:
		for _, p := range r.Computed.Proposals {
			w.Also = append(w.Also, p.text())
		}
	case r.Status != "" && r.State != Off:
		w.Also = append(w.Also, "the status says: "+r.Status)
	}
	if r.Delay != "" {
		w.Notes = append(w.Notes, "the first change comes within "+r.Delay+", if the metrics stay as they are")
	}
	for _, c := range r.Next {
		w.Next = append(w.Next, chain.Command{Command: c, Risk: chain.RiskOf(c)})
	}
	return w
}

func (p Proposal) text() string {
	switch {
	case p.Error != "":
		return fmt.Sprintf("%s, target %s: no value: %s", p.Metric, p.Target, p.Error)
	case p.Kept != "":
		return fmt.Sprintf("%s %s, target %s: keeps the number, %s", p.Metric, p.Value, p.Target, p.Kept)
	}
	return fmt.Sprintf("%s %s, target %s: wants %d", p.Metric, p.Value, p.Target, p.Replicas)
}
