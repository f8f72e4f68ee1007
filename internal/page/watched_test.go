package page

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/kubectl-app/kubectl-app/internal/term"
	"github.com/kubectl-app/kubectl-app/pkg/app"
	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// A page that is taller than the screen keeps what is sick, what limits it, and says what is left out.
func TestAWatchedListFitsTheScreen(t *testing.T) {
	l := app.List{Namespace: "shop", State: app.Failing}
	for i := range 40 {
		item := app.ListItem{Object: workload.Ref{Kind: "Deployment", Namespace: "shop", Name: fmt.Sprintf("web-%02d", i)}, Summary: app.Summary{State: app.Well}, Ready: 1, Desired: 1, Images: map[string]string{"web": "web:1.0"}}
		if i < 3 {
			item.State, item.Cause, item.Detail = app.Failing, diagnosis.CrashLoop, "panic: no database"
		}
		l.Items = append(l.Items, item)
	}
	for _, size := range [][2]int{{40, 8}, {80, 24}, {200, 24}, {80, 5}, {200, 100}, {80, 1}} {
		out := term.NewFakeOutput(io.Discard, &term.Screen{Width: size[0], Height: size[1]})
		lines := WatchedList(out, l, false, Watched{Height: size[1], Notes: []string{"no permission to watch jobs"}, Whole: "kubectl app status"})
		if len(lines) > size[1] {
			t.Errorf("%v: %d lines:\n%s", size, len(lines), strings.Join(lines, "\n"))
		}
		for _, line := range lines {
			if term.Width(line) >= size[0] {
				t.Errorf("%v: the line is too wide: %s", size, line)
			}
		}
		text := strings.Join(lines, "\n")
		if size[1] >= 8 && !strings.Contains(text, "web-00") {
			t.Errorf("%v: the first sick one is missing:\n%s", size, text)
		}
		if size[1] == 24 && !strings.Contains(text, "more workloads: kubectl app status") {
			t.Errorf("%v: nothing says what is left out:\n%s", size, text)
		}
		if size[1] >= 24 && (!strings.Contains(text, "40 workloads: 3 failing, 37 well") || !strings.Contains(text, "no permission to watch jobs")) {
			t.Errorf("%v: the end is missing:\n%s", size, text)
		}
	}
}

func TestAWatchedPageFitsTheScreen(t *testing.T) {
	a := app.App{Object: workload.Ref{Kind: "Deployment", Namespace: "shop", Name: "web"}, Summary: app.Summary{State: app.Failing, Message: "CrashLoop, 1 of 1 new pods"}}
	for i := range 20 {
		a.Services = append(a.Services, app.Service{Object: workload.Ref{Kind: "Service", Namespace: "shop", Name: fmt.Sprintf("s-%02d", i)}, Type: "ClusterIP"})
	}
	report := app.StatusReport{Apps: []app.App{a}}
	gone := []workload.Ref{{Kind: "Deployment", Namespace: "shop", Name: "old"}}
	out := term.NewFakeOutput(io.Discard, &term.Screen{Width: 80, Height: 10})
	lines := WatchedApps(out, report, false, Watched{Height: 9, Whole: "kubectl app status deployment/web"})
	if len(lines) != 9 || !strings.Contains(lines[0], "deployment/web") || !strings.HasSuffix(lines[8], "14 more lines: kubectl app status deployment/web") {
		t.Errorf("the page is\n%s", strings.Join(lines, "\n"))
	}
	lines = WatchedApps(out, report, false, Watched{Gone: gone, Notes: []string{"the API server has not answered for 12s"}})
	if text := strings.Join(lines, "\n"); !strings.Contains(text, "deployment/old   deleted") || !strings.HasSuffix(text, "the API server has not answered for 12s") {
		t.Errorf("the page is\n%s", text)
	}
	lines = WatchedApps(out, app.StatusReport{}, false, Watched{Gone: gone})
	if len(lines) != 1 {
		t.Errorf("a page of a deleted app is\n%s", strings.Join(lines, "\n"))
	}
}
