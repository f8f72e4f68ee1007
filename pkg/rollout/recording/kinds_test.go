package recording

import (
	"cmp"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

// kinds is how each recording of a StatefulSet (sts) or DaemonSet (ds) on a real kubelet ends with the defaults of
// a release. ds2 has two nodes. Undecided is so until the end of the recording.
var kinds = map[string]want{
	"ds-crash-after-8s":                      {failed, diagnosis.CrashLoop, diagnosis.Failing, "web", 8, 10},
	"ds-crash-exit1":                         {failed, diagnosis.CrashLoop, diagnosis.Failing, "web", 36, 38},
	"ds-healthy-quick":                       {succeeded, "", "", "", 21, 23},
	"ds-image-not-found":                     {failed, diagnosis.ImageNotFound, diagnosis.Fatal, "web", 11, 13},
	"ds-maxsurge-healthy":                    {succeeded, "", "", "", 21, 23},
	"ds-maxsurge-host-port":                  {undecided, diagnosis.Unschedulable, diagnosis.Waiting, "", 75, 77},
	"ds-maxsurge-image-not-found":            {failed, diagnosis.ImageNotFound, diagnosis.Fatal, "web", 10, 12},
	"ds-maxsurge-old-pod-ignores-sigterm":    {succeeded, "", "", "", 45, 47},
	"ds-maxsurge-undo":                       {failed, diagnosis.ImageNotFound, diagnosis.Fatal, "web", 10, 12},
	"ds-minready-10s":                        {succeeded, "", "", "", 30, 32},
	"ds-missing-configmap-volume":            {failed, diagnosis.ConfigMapMissing, diagnosis.Fatal, "", 32, 34},
	"ds-missing-serviceaccount":              {failed, diagnosis.ServiceAccountMissing, diagnosis.Fatal, "", 16, 18},
	"ds-nodeselector-no-node":                {undecided, diagnosis.NoMatchingNode, diagnosis.Waiting, "", 60, 62},
	"ds-ondelete":                            {succeeded, "", "", "", 41, 43},
	"ds-quota-exceeded":                      {failed, diagnosis.QuotaExceeded, diagnosis.Fatal, "", 20, 22},
	"ds-readiness-500":                       {undecided, diagnosis.ReadinessFailing, diagnosis.Waiting, "web", 75, 77},
	"ds-stuck-terminating":                   {succeeded, "", "", "", 20, 22},
	"ds-undo":                                {failed, diagnosis.ImageNotFound, diagnosis.Fatal, "web", 11, 13},
	"ds-unschedulable-memory":                {undecided, diagnosis.Unschedulable, diagnosis.Waiting, "", 75, 77},
	"ds2-crash-both":                         {failed, diagnosis.CrashLoop, diagnosis.Failing, "web", 35, 37},
	"ds2-healthy-quick":                      {succeeded, "", "", "", 28, 30},
	"ds2-image-not-found":                    {failed, diagnosis.ImageNotFound, diagnosis.Fatal, "web", 11, 13},
	"ds2-node-lost-before":                   {undecided, diagnosis.StuckTerminating, diagnosis.Waiting, "", 75, 77},
	"ds2-one-node-full":                      {undecided, diagnosis.Unschedulable, diagnosis.Waiting, "", 75, 77},
	"ds2-taint-noschedule":                   {succeeded, "", "", "", 17, 19},
	"ds2-taint-while-rolling":                {succeeded, "", "", "", 30, 32},
	"ds2-undo":                               {failed, diagnosis.ImageNotFound, diagnosis.Fatal, "web", 11, 13},
	"sts-crash-after-8s":                     {failed, diagnosis.CrashLoop, diagnosis.Failing, "web", 11, 13},
	"sts-crash-exit1":                        {failed, diagnosis.CrashLoop, diagnosis.Failing, "web", 39, 41},
	"sts-crash-twice-then-healthy":           {succeeded, "", "", "", 45, 47},
	"sts-healthy-quick":                      {succeeded, "", "", "", 32, 34},
	"sts-image-not-found":                    {failed, diagnosis.ImageNotFound, diagnosis.Fatal, "web", 11, 13},
	"sts-init-fails":                         {failed, diagnosis.InitFailed, diagnosis.Failing, "migrate", 44, 46},
	"sts-liveness-fails":                     {failed, diagnosis.LivenessFailing, diagnosis.Failing, "web", 17, 19},
	"sts-maxunavailable-2-ordered-not-found": {failed, diagnosis.ImageNotFound, diagnosis.Fatal, "web", 11, 13},
	"sts-maxunavailable-2-ordered":           {succeeded, "", "", "", 34, 36},
	"sts-maxunavailable-2-parallel":          {succeeded, "", "", "", 28, 30},
	"sts-minready-10s":                       {succeeded, "", "", "", 65, 67},
	"sts-missing-configmap-volume":           {failed, diagnosis.ConfigMapMissing, diagnosis.Fatal, "", 32, 34},
	"sts-missing-secret-env":                 {failed, diagnosis.SecretMissing, diagnosis.Fatal, "web", 31, 33},
	"sts-missing-serviceaccount":             {failed, diagnosis.ServiceAccountMissing, diagnosis.Fatal, "", 11, 13},
	"sts-new-replica-unbound-claim":          {undecided, diagnosis.VolumePending, diagnosis.Waiting, "", 90, 92},
	"sts-old-pods-ignore-sigterm":            {succeeded, "", "", "", 109, 111},
	"sts-ondelete-image-not-found":           {failed, diagnosis.ImageNotFound, diagnosis.Fatal, "web", 27, 29},
	"sts-ondelete":                           {succeeded, "", "", "", 53, 55},
	"sts-oomkilled":                          {failed, diagnosis.OOMKilled, diagnosis.Failing, "web", 9, 11},
	"sts-partition-2-image-not-found":        {failed, diagnosis.ImageNotFound, diagnosis.Fatal, "web", 11, 13},
	"sts-partition-2":                        {succeeded, "", "", "", 21, 23},
	"sts-podsecurity-restricted":             {failed, diagnosis.AdmissionDenied, diagnosis.Fatal, "", 11, 13},
	"sts-quota-exceeded":                     {failed, diagnosis.QuotaExceeded, diagnosis.Fatal, "", 11, 13},
	"sts-quota-second-pod":                   {failed, diagnosis.QuotaExceeded, diagnosis.Fatal, "", 11, 13},
	"sts-readiness-500-parallel":             {undecided, diagnosis.ReadinessFailing, diagnosis.Waiting, "web", 90, 92},
	"sts-readiness-500":                      {undecided, diagnosis.ReadinessFailing, diagnosis.Waiting, "web", 90, 92},
	"sts-registry-refused":                   {undecided, diagnosis.RegistryUnreachable, diagnosis.Waiting, "web", 100, 102},
	"sts-scaled-to-zero":                     {rollout.Superseded, "", "", "", 0, 2},
	"sts-secret-created-late":                {succeeded, "", "", "", 49, 51},
	"sts-slow-start-20s":                     {succeeded, "", "", "", 79, 81},
	"sts-stuck-terminating":                  {undecided, diagnosis.StuckTerminating, diagnosis.Waiting, "", 75, 77},
	"sts-undo-ordered-readiness":             {rollout.Superseded, diagnosis.ReadinessFailing, diagnosis.Waiting, "web", 30, 32},
	"sts-undo-ordered":                       {failed, diagnosis.ImageNotFound, diagnosis.Fatal, "web", 11, 13},
	"sts-undo-parallel":                      {failed, diagnosis.ImageNotFound, diagnosis.Fatal, "web", 11, 13},
	"sts-undo-quota":                         {failed, diagnosis.QuotaExceeded, diagnosis.Fatal, "", 11, 13},
	"sts-unschedulable-cpu":                  {undecided, diagnosis.Unschedulable, diagnosis.Waiting, "", 75, 77},
}

func TestVerdictsOfKinds(t *testing.T) {
	files, err := filepath.Glob("../testdata/kinds/*.jsonl.gz")
	if err != nil || len(files) != len(kinds) {
		t.Fatalf("%d recordings for %d verdicts: %v", len(files), len(kinds), err)
	}
	for name := range kinds {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			check(t, play(t, "../kinds/"+name, release()), kinds[name])
		})
	}
}

// rolledBackThere plays what a person did first after the change as the rollback of a release.
type rolledBackThere struct {
	*Reader
	done bool
}

func (r *rolledBackThere) Next() (Line, error) {
	line, err := r.Reader.Next()
	if err == nil && line.Type == Action && !r.done {
		r.done = true
		line.Object, err = json.Marshal(action{Kind: "Action", Script: rolledBack})
	}
	return line, err
}

// The broken pod of the failed revision holds up the way back of an ordered StatefulSet: it is to be deleted, and
// no other pod. Elsewhere the controller does that itself, or there is no pod.
func TestPodsThatBlockTheWayBack(t *testing.T) {
	for name, blocks := range map[string]bool{
		"sts-undo-ordered": true, "sts-undo-ordered-readiness": true, "sts-undo-parallel": false, "sts-undo-quota": false, "ds-undo": false, "ds2-undo": false,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file, err := os.Open("../testdata/kinds/" + name + ".jsonl.gz")
			if err != nil {
				t.Fatal(err)
			}
			defer file.Close()
			p, err := NewReplay(file, release())
			if err != nil {
				t.Fatal(err)
			}
			p.in = &rolledBackThere{Reader: p.in.(*Reader)}
			blocking, told := map[string]bool{}, false
			var last Frame
			for last, err = range p.Frames() {
				if err != nil {
					t.Fatal(err)
				}
				if last.Release == nil {
					continue
				}
				w := last.State.Workloads[0]
				for _, pod := range w.Blocking {
					blocking[pod.Name] = true
				}
				for _, f := range w.Findings {
					told = told || f.Cause == diagnosis.BlockedByPod
					if advice := strings.Join(append(f.Next, f.Message), "\n"); strings.Contains(advice, "kubectl delete") {
						t.Errorf("a person is to delete what this command deletes: %s", advice)
					}
				}
			}
			if told != blocks || len(blocking) > 1 || blocking["web-2"] != blocks {
				t.Errorf("told %v, to be deleted: %v", told, blocking)
			}
			if got := last.State.Outcome; got == rollout.Failed || last.Release == nil {
				t.Errorf("the way back ended %s", got)
			}
		})
	}
}

// The watch has a stream for each resource: a revision, or a pod, may be seen later than the status that knows of it.
func TestKindsWithLateStreams(t *testing.T) {
	for _, late := range []string{"ControllerRevision", "Pod"} {
		for name, expected := range kinds {
			t.Run(late+"/"+name, func(t *testing.T) {
				t.Parallel()
				var lines []marked
				for _, l := range read(t, "../kinds/"+name) {
					if l.kind == late && l.Type != Initial {
						l.T += 0.4
					}
					lines = append(lines, l)
				}
				slices.SortStableFunc(lines, func(a, b marked) int { return cmp.Compare(a.T, b.T) })
				last := run(t, lines, release())
				if got := decisive(last).Cause; last.State.Outcome != expected.outcome || got != expected.cause {
					t.Errorf("%s %s at %s, want %s %s", last.State.Outcome, got, last.Elapsed, expected.outcome, expected.cause)
				}
			})
		}
	}
}
