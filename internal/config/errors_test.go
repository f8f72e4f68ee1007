package config

import (
	"errors"
	"slices"
	"testing"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

func TestSomeKeys(t *testing.T) {
	for want, keys := range map[string][]string{
		"a, b":                          {"a", "b"},
		"a, b, c, d, e":                 {"a", "b", "c", "d", "e"},
		"a, b, c, d, e and 1 more key":  {"a", "b", "c", "d", "e", "f"},
		"a, b, c, d, e and 2 more keys": {"a", "b", "c", "d", "e", "f", "g"},
	} {
		if got := some(keys); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// The object that the versions come from can be in use too; its own name can't stand in place of its name.
func TestSeveralVersions(t *testing.T) {
	db := workload.Ref{Kind: "Secret", Namespace: "shop", Name: "db"}
	first, second := db, db
	first.Name, second.Name = "db-22", "db-33"
	const status = "kubectl app status "
	for name, test := range map[string]struct {
		used    []workload.Ref
		message string
		next    []string
	}{
		"versions alone": {
			[]workload.Ref{first, second},
			"workloads use different versions of secret/db: db-22, db-33",
			[]string{
				"give db-22 or db-33 in place of db: the command then changes the workloads that use that version",
				status + "secret/db-22 secret/db-33 -n shop",
			},
		},
		"a version, and the object itself": {
			[]workload.Ref{first, db},
			"workloads use different versions of secret/db: db-22, and secret/db itself",
			[]string{
				"give db-22 in place of db: the command then changes the workloads that use that version",
				"leave out --versioned: the command then changes secret/db itself, for the workloads that use it",
				status + "secret/db-22 secret/db -n shop",
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			var e *cluster.Error
			if !errors.As(severalVersions(db, test.used), &e) || e.Message != test.message || !slices.Equal(e.Next, test.next) {
				t.Errorf("got %q, next %q", e.Message, e.Next)
			}
		})
	}
}
