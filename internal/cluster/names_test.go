package cluster

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"k8s.io/client-go/tools/clientcmd/api"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

func TestSuggest(t *testing.T) {
	many := strings.Split("a1 b2 c3 d4 e5 f6 g7 h8 i9 j10", " ")
	for name, test := range map[string]struct {
		wrong      string
		candidates []string
		want, near string
	}{
		"the nearest one":     {"wbe", []string{"api", "web"}, `no "wbe"; did you mean "web"?`, "web"},
		"none is near":        {"payments", []string{"api", "web"}, `no "payments"; there are "api", "web"`, ""},
		"too many to list":    {"payments", many, `no "payments"; there are "a1", "b2", "c3", "d4", "e5", "f6", "g7", "h8" and 2 more`, ""},
		"none there, or seen": {"web", nil, `no "web"`, ""},
	} {
		e := (&Error{Message: `no "` + test.wrong + `"`}).Suggest(test.wrong, test.candidates, "there are")
		if e.Message != test.want || e.Nearest != test.near {
			t.Errorf("%s: %s (%q)", name, e.Message, e.Nearest)
		}
	}
	only := (&Error{Message: "no"}).SuggestNearest("payments", many)
	if only.Message != "no" || only.Nearest != "" {
		t.Errorf("candidates that are not near are listed: %s", only.Message)
	}
}

func TestUnknownContext(t *testing.T) {
	e := unknownContext("prdo", api.Config{Contexts: map[string]*api.Context{"prod": {}, "test": {}}})
	if e.Reason != UnknownContext || e.Message != `no context "prdo" in the kubeconfig; did you mean "prod"?` || !slices.Equal(e.Hints(), []string{"kubectl config get-contexts"}) {
		t.Errorf("%+v", e)
	}
}

func TestWordsOfPartialErrors(t *testing.T) {
	web := workload.Ref{Kind: "Deployment", Namespace: "shop", Name: "web"}
	two := []Written{{}, {}}
	for want, err := range map[string]error{
		`deployment/web could not be changed (2 others were): gone`:              &PartialError{Written: two, Failed: web, Err: errors.New("gone")},
		`it is not known whether deployment/web was changed`:                     &PartialError{Failed: web, Err: &LostError{errors.New("it is not known whether deployment/web was changed")}},
		`only 2 workloads were changed: received interrupt`:                      &PartialError{Written: two, Err: errors.New("received interrupt")},
		`deployment/web was not changed again: its template was changed by helm`: &SupersededError{Workload: web, What: "its template was changed by helm"},
	} {
		if err.Error() != want {
			t.Errorf("got %s, want %s", err, want)
		}
	}
}

// The engine watches what was written, and knows what was before.
func TestTargetOfAWrite(t *testing.T) {
	w := Written{Object: captured(t, webDeployment).Object}
	w.SetGeneration(7)
	target := w.Target()
	if target.Ref != (workload.Ref{Kind: "Deployment", Namespace: "shop", Name: "web"}) || target.UID != "u" || target.Generation != 7 || target.Template.Spec.Containers[1].Name != "log" {
		t.Errorf("%+v", target)
	}
	target.Template.Spec.Containers[1].Name = "other"
	if w.Template().Spec.Containers[1].Name != "log" {
		t.Error("the target's template is the object's own")
	}
}
