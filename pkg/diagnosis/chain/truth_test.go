package chain_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/diagnosis/chain"
	"github.com/kubectl-app/kubectl-app/pkg/rollout/recording"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

const testdata = "../../rollout/testdata/"

// truth is what is wrong at the end of each recording; "" where all serves.
func truth(t *testing.T) map[string]diagnosis.Cause {
	t.Helper()
	text, err := os.ReadFile(testdata + "truth.txt")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]diagnosis.Cause{}
	for line := range strings.Lines(string(text)) {
		if name, cause, ok := strings.Cut(strings.TrimSpace(line), " "); ok && name != "#" {
			all[name] = diagnosis.Cause(strings.TrimPrefix(cause, "-"))
		}
	}
	files, err := filepath.Glob(testdata + "*/*.jsonl.gz")
	if err != nil || len(files) != len(all) {
		t.Fatalf("%d truths for %d recordings: %v", len(all), len(files), err)
	}
	return all
}

// why looks at the end of a recording, as kubectl app why looks at a cluster: once, with what the look wants.
func why(t *testing.T, name string, events bool) chain.Report {
	t.Helper()
	file, err := os.Open(testdata + name + ".jsonl.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	scene, err := recording.ReadScene(file)
	if err != nil {
		t.Fatal(err)
	}
	if !events {
		scene.ForgetEvents()
	}
	ref := scene.Workloads()[0]
	s := chain.Workload(scene.Observed(ref, diagnosis.Wants{}), scene.Now)
	for range 2 {
		wants := s.Look(false)
		seen := scene.Observed(ref, wants)
		for _, template := range s.Templates() {
			seen.Absent = append(seen.Absent, absentThere(template)...)
		}
		s.Take(seen)
	}
	s.Look(true)
	return s.Explain(nil)
}

// absentThere are the references to what the recorded namespaces do not have: they have no object but those that every
// namespace has.
func absentThere(template *corev1.PodTemplateSpec) []workload.Reference {
	return slices.DeleteFunc(workload.References(template), func(r workload.Reference) bool { return r.Name == "default" || r.Kind == workload.ClaimReference })
}

// The cause comes first in every recording that fails, and none is named where all serves.
func TestTruth(t *testing.T) {
	for name, cause := range truth(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := why(t, name, true)
			if r.Cause != cause {
				t.Errorf("%s: %s, want %q", r.State, r.Message, cause)
			}
			if cause == "" && (r.State != chain.NothingFound || len(r.Chain)+len(r.Also) > 0) {
				t.Errorf("%s: %v, also %v", r.State, r.Chain, r.Also)
			}
		})
	}
}

// onlyInEvents are the recordings that show nothing of their cause without events: a StatefulSet or a DaemonSet has no
// other place for a refused pod, and a program that ends with 0 hides its eviction.
var onlyInEvents = []string{
	"recordings/ab-evicted-emptydir",
	"kinds/ds-quota-exceeded", "kinds/sts-podsecurity-restricted", "kinds/sts-quota-exceeded", "kinds/sts-quota-second-pod",
}

// Where no event is left nine of ten causes are still found, and no wrong one is named.
func TestTruthWithoutEvents(t *testing.T) {
	missed, failing := 0, 0
	for name, cause := range truth(t) {
		r := why(t, name, false)
		if cause != "" {
			failing++
		}
		switch {
		case r.Cause == cause:
		case r.Cause == "" && slices.Contains(onlyInEvents, name):
			missed++
		default:
			t.Errorf("%s: %s: %s, want %q", name, r.State, r.Message, cause)
		}
	}
	if missed*10 > failing {
		t.Errorf("%d of %d causes are missed", missed, failing)
	}
}
