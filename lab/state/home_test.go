package state_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/kubectl-app/kubectl-app/lab/state"
)

func TestFindHome(t *testing.T) {
	cache := func() (string, error) { return "/cache", nil }
	none := func() (string, error) { return "", errors.New("neither $XDG_CACHE_HOME nor $HOME are defined") }
	here, err := filepath.Abs("labs")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name  string
		env   map[string]string
		cache func() (string, error)
		want  state.Home
		fails bool
	}{
		{name: "cache folder", cache: cache, want: "/cache/kubectl-app-lab"},
		{name: "XDG state", env: map[string]string{"XDG_STATE_HOME": "/state"}, cache: cache, want: "/state/kubectl-app-lab"},
		{name: "relative XDG state is ignored, as the standard wants", env: map[string]string{"XDG_STATE_HOME": "state"}, cache: cache, want: "/cache/kubectl-app-lab"},
		{name: "override", env: map[string]string{state.HomeVariable: "/mine", "XDG_STATE_HOME": "/state"}, cache: none, want: "/mine"},
		{name: "relative override", env: map[string]string{state.HomeVariable: "labs"}, cache: none, want: state.Home(here)},
		{name: "nothing known", cache: none, fails: true},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := state.FindHome(func(key string) string { return test.env[key] }, test.cache)
			if got != test.want || (err != nil) != test.fails {
				t.Errorf("got %q, %v; want %q", got, err, test.want)
			}
		})
	}
}

func TestLabName(t *testing.T) {
	for name, context := range map[string]string{
		state.DefaultName: "app-lab", "team-a": "app-lab-team-a", "7": "app-lab-7",
		"": "", ".": "", "..": "", "a/b": "", "Team": "", "-a": "", "a-": "", "a b": "",
		"a-name-that-is-much-longer-than-any-name-should-be": "",
	} {
		dir, err := state.Home("/home").Lab(name)
		if got := err == nil; got != (context != "") {
			t.Errorf("%q: %v", name, err)
		}
		if err == nil && dir.Context() != context {
			t.Errorf("%q: context %q, want %q", name, dir.Context(), context)
		}
	}
}

func TestLabs(t *testing.T) {
	home := state.Home(filepath.Join(t.TempDir(), "home"))
	if labs, err := home.Labs(); err != nil || len(labs) != 0 {
		t.Errorf("no home: %v, %v", labs, err)
	}
	for _, name := range []string{"b", state.DefaultName, "a", "Not A Lab"} {
		if err := os.MkdirAll(filepath.Join(string(home), name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	labs, err := home.Labs()
	if err != nil {
		t.Fatal(err)
	}
	names := make([]string, 0, len(labs))
	for _, lab := range labs {
		names = append(names, lab.Name)
	}
	if len(names) != 3 || names[0] != state.DefaultName || names[1] != "a" || names[2] != "b" {
		t.Errorf("labs: %v", names)
	}
}
