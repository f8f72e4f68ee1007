package workload

import (
	"testing"
)

func TestWaitingLine(t *testing.T) {
	web := Ref{Kind: "Deployment", Namespace: "shop", Name: "web"}
	seen := func(desired, total, updated, available int32) *Workload {
		return &Workload{Ref: web, Generation: 2, ObservedGeneration: 2, Desired: desired, Total: total, Updated: updated, Available: available}
	}
	for want, w := range map[string]*Workload{
		"Waiting for deployment spec update to be observed...":                                         {Ref: web, Generation: 3, ObservedGeneration: 2},
		`Waiting for deployment "web" rollout to finish: 1 out of 3 new replicas have been updated...`: seen(3, 4, 1, 3),
		`Waiting for deployment "web" rollout to finish: 2 old replicas are pending termination...`:    seen(3, 5, 3, 4),
		`Waiting for deployment "web" rollout to finish: 1 of 3 updated replicas are available...`:     seen(3, 3, 3, 1),
		`Waiting for deployment "web" rollout to finish: complete, but not verified yet...`:            seen(3, 3, 3, 3),
	} {
		if got := WaitingLine(web, w); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
	if got := WaitingLine(web, nil); got != "Waiting for deployment spec update to be observed..." {
		t.Errorf("not seen yet: %s", got)
	}
}
