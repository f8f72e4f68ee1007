package secrets

import (
	"strings"
	"testing"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Who takes --from-env=NAME=KEY for NAME=VALUE puts a value where everyone sees it.
func TestKeysOfVariables(t *testing.T) {
	for argument, want := range map[string]string{
		"PASSWORD=password":          "",
		"PASSWORD":                   "",
		"PGPASSWORD=password":        "",
		"DB_PASS=password2":          "",
		"DATABASE_URL=url":           "",
		"GITHUB_TOKEN=token":         "",
		"CI_REGISTRY_USER=user.name": "",
		"REDIS=cache":                "note",
		"PASSWORD=hunter2Secret":     "warning",
		"TOKEN=9f8e7d":               "warning",
	} {
		v, err := ParseVariable(argument)
		if err != nil {
			t.Fatal(err)
		}
		e := Entry{v.Key, []byte("abc"), Origin{Kind: Variable, Name: v.Name}}
		got := ""
		for _, f := range Lint(Draft{Kind: workload.SecretReference, Entries: []Entry{e}}) {
			if f.Problem != ValueAsKey {
				continue
			}
			got = map[Level]string{Note: "note", Warn: "warning"}[f.Level]
			if strings.Contains(f.String(), v.Key) && v.Key != "cache" {
				t.Errorf("%s: %s: %s", argument, f.Problem, f)
			}
		}
		if got != want {
			t.Errorf("%s: %q, want %q", argument, got, want)
		}
	}
}
