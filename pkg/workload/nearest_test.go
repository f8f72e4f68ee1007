package workload

import "testing"

func TestNearest(t *testing.T) {
	for name, test := range map[string]struct {
		name       string
		candidates []string
		want       string
	}{
		"two letters swapped":     {"wbe", []string{"api", "web"}, "web"},
		"one letter too many":     {"webb", []string{"api", "web"}, "web"},
		"another case":            {"Web", []string{"api", "web"}, "web"},
		"the closer one":          {"web-1", []string{"web-12", "web-2", "web"}, "web-12"},
		"nothing is close":        {"postgres", []string{"api", "web"}, ""},
		"a short name is no name": {"a", []string{"bcd"}, ""},
		"nothing in common":       {"x", []string{"r"}, ""},
		"half in common":          {"db", []string{"dc"}, "dc"},
		"a letter is missing":     {"db", []string{"db2"}, "db2"},
		"nothing to choose from":  {"web", nil, ""},
		"a long name may differ":  {"checkout-servce", []string{"checkout-service"}, "checkout-service"},
	} {
		if got := Nearest(test.name, test.candidates); got != test.want {
			t.Errorf("%s: %q", name, got)
		}
	}
}
