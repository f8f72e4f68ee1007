package page

import (
	"fmt"
	"testing"

	"github.com/kubectl-app/kubectl-app/internal/layout/layouttest"
	"github.com/kubectl-app/kubectl-app/internal/term"
	"github.com/kubectl-app/kubectl-app/pkg/autoscale"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// State and reason are shown on each screen.
func TestAutoscalers(t *testing.T) {
	hpa := func(name string, now int32, state autoscale.State, status, message string) autoscale.Report {
		return autoscale.Report{
			Object: workload.Ref{Kind: "HorizontalPodAutoscaler", Namespace: "shop", Name: name}, Target: workload.Ref{Kind: "Deployment", Namespace: "shop", Name: name},
			Min: 2, Max: 10, Replicas: now, State: state, Status: status, Message: message,
		}
	}
	list := autoscale.List{Items: []autoscale.Report{
		hpa("recommendations", 10, autoscale.Limited, "", "the metrics want more than the maximum of 10"),
		hpa("web", 3, autoscale.Steady, "cpu 65%, target 70%", ""),
		hpa("orders", 2, autoscale.NoNumber, "", "no number (RequestMissing): container web has no request for cpu"),
	}}
	for _, width := range []int{0, 40, 80, 200} {
		t.Run(fmt.Sprint(width), func(t *testing.T) {
			terminal, _, out, _ := term.Fake(&term.Screen{Width: width, Height: 24})
			if err := Autoscalers(terminal.Out, list); err != nil {
				t.Fatal(err)
			}
			layouttest.Golden(t, fmt.Sprintf("autoscalers/%d", width), out.String())
		})
	}
}
