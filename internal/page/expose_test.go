package page

import (
	"fmt"
	"testing"

	"github.com/kubectl-app/kubectl-app/internal/layout/layouttest"
	"github.com/kubectl-app/kubectl-app/internal/term"
	"github.com/kubectl-app/kubectl-app/pkg/expose"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// The address is never cut, since it is copied; on a narrow terminal it has a line of its own.
func TestWayList(t *testing.T) {
	service, ingress := workload.Ref{Kind: "Service", Namespace: "shop", Name: "cart"}, workload.Ref{Kind: "Ingress", Namespace: "shop", Name: "shop"}
	two, none := 2, 0
	entries := []expose.Entry{
		{Object: service, Way: expose.Way{Via: expose.ViaCluster, URL: "http://cart.shop.svc/"}, Ready: &two},
		{Object: service, Way: expose.Way{Via: expose.ViaNode, Address: "127.0.0.1:30080"}, Ready: &none, Problem: "no ready endpoint: 2 of 2 pods are not ready"},
		{Object: ingress, Way: expose.Way{Via: expose.ViaIngress, URL: "http://shop.example.org:22442/recommendations"}, To: "service/recommendations", Problem: "service/recommendations does not exist"},
	}
	for _, width := range []int{0, 40, 80, 200} {
		t.Run(fmt.Sprint(width), func(t *testing.T) {
			terminal, _, out, _ := term.Fake(&term.Screen{Width: width, Height: 24})
			if err := WayList(terminal.Out, entries); err != nil {
				t.Fatal(err)
			}
			layouttest.Golden(t, fmt.Sprintf("ways/%d", width), out.String())
		})
	}
}
