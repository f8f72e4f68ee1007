package inspect

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-app/kubectl-app/pkg/app"
)

// Of very many warnings the pages are bounded. Those about other objects than pods are asked for, and those that have explained
// a workload are there.
func TestManyWarnings(t *testing.T) {
	event := func(kind string, uid types.UID) *corev1.Event {
		return &corev1.Event{ObjectMeta: metav1.ObjectMeta{Name: string(uid), UID: uid}, Type: kind}
	}
	apps := []app.Observed{{Events: []*corev1.Event{event("Normal", "started"), event("Warning", "refused"), event("Warning", "all-2")}}, {}}
	for _, tt := range []struct {
		name     string
		pages    int // of all warnings
		requests map[string]int
		names    string
		notes    int
	}{
		{name: "all are read", pages: warningPages, requests: map[string]int{"": warningPages}, names: "all-1 all-2 all-3"},
		{
			name: "there are more", pages: warningPages + 1, notes: 1,
			requests: map[string]int{"": warningPages, "kind!=Pod": 1},
			names:    "all-1 all-2 all-3 else refused", // all-1 and all-2 are there twice
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var mu sync.Mutex
			requests := map[string]int{}
			r := around(t, func(request *http.Request) (int, string) {
				selector := strings.TrimPrefix(strings.TrimPrefix(request.URL.Query().Get("fieldSelector"), "type=Warning"), ",involvedObject.")
				mu.Lock()
				requests[selector]++
				mu.Unlock()
				list := func(next string, names ...string) (int, string) {
					var items []string
					for _, name := range names {
						items = append(items, fmt.Sprintf(`{"metadata":{"name":%q,"uid":%q},"type":"Warning"}`, name, name))
					}
					return http.StatusOK, fmt.Sprintf(`{"kind":"EventList","apiVersion":"v1","metadata":{"continue":%q},"items":[%s]}`, next, strings.Join(items, ","))
				}
				n := len(request.URL.Query().Get("continue")) + 1
				switch {
				case selector == "kind!=Pod":
					return list("", "else", "all-1")
				case n == tt.pages:
					return list("", fmt.Sprint("all-", n))
				}
				return list(strings.Repeat("x", n), fmt.Sprint("all-", n))
			})
			if err := r.warnings(t.Context()); err != nil {
				t.Fatal(err)
			}
			if err := r.moreWarnings(t.Context(), apps); err != nil {
				t.Fatal(err)
			}
			var names []string
			for _, e := range r.around.Warnings {
				names = append(names, e.Name)
			}
			slices.Sort(names)
			if got := strings.Join(names, " "); got != tt.names || len(r.around.Notes) != tt.notes {
				t.Errorf("warnings %s, want %s; notes %q", got, tt.names, r.around.Notes)
			}
			if fmt.Sprint(requests) != fmt.Sprint(tt.requests) {
				t.Errorf("requests %v, want %v", requests, tt.requests)
			}
		})
	}
}
