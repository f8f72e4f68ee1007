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
	ref := scene.Workloads()[0]
	refusal := ""
	if !events {
		refusal = refused(scene.Observed(ref, diagnosis.Wants{}))
		scene.ForgetEvents()
	}
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
	if asked := s.DryRuns(); len(asked) > 0 && refusal != "" {
		s.Take(diagnosis.Observed{DryRuns: map[workload.Ref]diagnosis.DryRun{ref: diagnosis.ReadDryRun(refusal)}})
		s.Look(true)
	}
	return s.Explain(nil)
}

// refused is what the API server answers to a pod of the workload: the same as to the controller, which wrote an event.
func refused(o diagnosis.Observed) (text string) {
	for _, e := range o.Events {
		if _, answer, ok := strings.Cut(e.Message, " failed error: "); ok {
			text = answer
		} else if answer, ok := strings.CutPrefix(e.Message, "Error creating: "); ok {
			text = answer
		}
	}
	return text
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

// onlyInEvents is the recording that shows nothing of its cause without events: a program that ends with 0 hides its
// eviction.
var onlyInEvents = []string{"recordings/ab-evicted-emptydir"}

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
