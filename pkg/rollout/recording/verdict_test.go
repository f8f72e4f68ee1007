package recording

import (
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

// want is the verdict on a recording: how it ends, on what, and between which seconds.
type want struct {
	outcome   rollout.Outcome
	cause     diagnosis.Cause
	grade     diagnosis.Grade
	container string
	from, to  float64
}

const (
	soak      = 15 * time.Second
	undecided = rollout.Undecided
	failed    = rollout.Failed
	succeeded = rollout.Succeeded
)

// auto is how each recording of a real kubelet ends with the defaults of a release. What is Undecided
// is so until the end of its recording: its cause is of the kind that waits for the deadline.
var auto = map[string]want{
	"a-image-tag-not-found":       {failed, diagnosis.ImageNotFound, diagnosis.Fatal, "web", 10, 12},
	"a2-repository-not-found":     {failed, diagnosis.ImageNotFound, diagnosis.Fatal, "web", 10, 12},
	"a4-tag-pushed-late":          {failed, diagnosis.ImageNotFound, diagnosis.Fatal, "web", 10, 12},
	"ab-evicted-emptydir":         {succeeded, "", "", "", 17, 19},
	"b-registry-refused":          {undecided, diagnosis.RegistryUnreachable, diagnosis.Waiting, "web", 150, 151},
	"c-unauthorized":              {failed, diagnosis.ImageUnauthorized, diagnosis.Fatal, "web", 10, 12},
	"c2-basic-auth-401":           {failed, diagnosis.ImageUnauthorized, diagnosis.Fatal, "web", 10, 12},
	"d-invalid-image-name":        {failed, diagnosis.ImageNameInvalid, diagnosis.Fatal, "web", 10, 12},
	"e-exit1":                     {failed, diagnosis.CrashLoop, diagnosis.Failing, "web", 37, 40},
	"e3-exit0-completed":          {failed, diagnosis.CrashLoop, diagnosis.Failing, "web", 37, 41},
	"e4-crash-twice-then-healthy": {succeeded, "", "", "", 67, 69},
	"e5-crash-then-undo":          {rollout.Superseded, diagnosis.CrashLoop, diagnosis.Failing, "web", 30, 31},
	"e7-termination-message":      {failed, diagnosis.CrashLoop, diagnosis.Failing, "web", 37, 42},
	"f-crash-after-8s":            {failed, diagnosis.CrashLoop, diagnosis.Failing, "web", 10, 12},
	"g-oomkilled":                 {failed, diagnosis.OOMKilled, diagnosis.Failing, "web", 5, 7},
	"h-readiness-500":             {undecided, diagnosis.ReadinessFailing, diagnosis.Waiting, "web", 90, 91},
	"h2-readiness-wrong-port":     {undecided, diagnosis.ReadinessFailing, diagnosis.Waiting, "web", 90, 91},
	"h4-readiness-500-deadline30": {failed, diagnosis.ReadinessFailing, diagnosis.Waiting, "web", 30, 31},
	"i-liveness-fails":            {failed, diagnosis.LivenessFailing, diagnosis.Failing, "web", 17, 19},
	"j-startup-fails":             {failed, diagnosis.StartupFailing, diagnosis.Failing, "web", 45, 47},
	"k-missing-secret-env":        {failed, diagnosis.SecretMissing, diagnosis.Fatal, "web", 30, 33},
	"k2-missing-configmap-envfrom": {
		failed, diagnosis.ConfigMapMissing, diagnosis.Fatal, "web", 30, 33,
	},
	"k3-secret-created-late":     {succeeded, "", "", "", 47, 49},
	"l-missing-secret-key":       {failed, diagnosis.SecretKeyMissing, diagnosis.Fatal, "web", 30, 33},
	"m-missing-configmap-volume": {failed, diagnosis.ConfigMapMissing, diagnosis.Fatal, "", 30, 34},
	"n-unschedulable-cpu":        {undecided, diagnosis.Unschedulable, diagnosis.Waiting, "", 90, 91},
	"o-nodeselector-mismatch":    {undecided, diagnosis.Unschedulable, diagnosis.Waiting, "", 90, 91},
	"p-quota-exceeded":           {failed, diagnosis.QuotaExceeded, diagnosis.Fatal, "", 10, 11},
	"p2-limitrange":              {failed, diagnosis.AdmissionDenied, diagnosis.Fatal, "", 10, 11},
	"q-podsecurity-restricted":   {failed, diagnosis.AdmissionDenied, diagnosis.Fatal, "", 10, 11},
	"r-missing-serviceaccount":   {failed, diagnosis.ServiceAccountMissing, diagnosis.Fatal, "", 10, 11},
	"s-unbound-pvc":              {undecided, diagnosis.VolumePending, diagnosis.Waiting, "", 90, 91},
	"t-init-fails":               {failed, diagnosis.InitFailed, diagnosis.Failing, "migrate", 36, 40},
	"t2-init-hangs":              {undecided, diagnosis.InitRunning, diagnosis.Waiting, "wait-for-db", 90, 91},
	"t4-native-sidecar-fails":    {failed, diagnosis.StartupFailing, diagnosis.Failing, "proxy", 45, 47},
	"u-exec-format-error":        {failed, diagnosis.ExecFormat, diagnosis.Fatal, "web", 10, 12},
	"v-command-not-found":        {failed, diagnosis.CommandNotFound, diagnosis.Fatal, "web", 10, 12},
	"v2-command-not-in-path":     {failed, diagnosis.CommandNotFound, diagnosis.Fatal, "web", 10, 12},
	"w-slow-start-503":           {succeeded, "", "", "", 77, 79},
	"w3-slow-pull":               {succeeded, "", "", "", 64, 66},
	"x-readiness-flaps":          {undecided, diagnosis.ReadinessFailing, diagnosis.Waiting, "web", 120, 121},
	"y-healthy-quick":            {succeeded, "", "", "", 32, 34},
	"y2-minready-10s":            {succeeded, "", "", "", 62, 64},
	"y3-recreate":                {succeeded, "", "", "", 23, 25},
	"y5-paused":                  {succeeded, "", "", "", 58, 60},
	"z-prestop-slow-old-pods":    {succeeded, "", "", "", 36, 37},
}

// strict is auto without patience, where that makes a difference.
var strict = map[string]want{
	"a-image-tag-not-found":        {failed, diagnosis.ImageNotFound, diagnosis.Fatal, "web", 0.6, 1},
	"a2-repository-not-found":      {failed, diagnosis.ImageNotFound, diagnosis.Fatal, "web", 1, 2},
	"a4-tag-pushed-late":           {failed, diagnosis.ImageNotFound, diagnosis.Fatal, "web", 1, 2},
	"c-unauthorized":               {failed, diagnosis.ImageUnauthorized, diagnosis.Fatal, "web", 1, 2},
	"c2-basic-auth-401":            {failed, diagnosis.ImageUnauthorized, diagnosis.Fatal, "web", 0.8, 2},
	"d-invalid-image-name":         {failed, diagnosis.ImageNameInvalid, diagnosis.Fatal, "web", 1, 2},
	"e-exit1":                      {failed, diagnosis.CrashLoop, diagnosis.Failing, "web", 0.9, 2},
	"e3-exit0-completed":           {failed, diagnosis.CrashLoop, diagnosis.Failing, "web", 1, 3},
	"e4-crash-twice-then-healthy":  {failed, diagnosis.CrashLoop, diagnosis.Failing, "web", 1, 3},
	"e5-crash-then-undo":           {failed, diagnosis.CrashLoop, diagnosis.Failing, "web", 1, 3},
	"e7-termination-message":       {failed, diagnosis.CrashLoop, diagnosis.Failing, "web", 1.9, 3},
	"f-crash-after-8s":             {failed, diagnosis.CrashLoop, diagnosis.Failing, "web", 9, 11},
	"g-oomkilled":                  {failed, diagnosis.OOMKilled, diagnosis.Failing, "web", 3.8, 5},
	"i-liveness-fails":             {failed, diagnosis.LivenessFailing, diagnosis.Failing, "web", 15, 17},
	"j-startup-fails":              {failed, diagnosis.StartupFailing, diagnosis.Failing, "web", 15, 17},
	"k-missing-secret-env":         {failed, diagnosis.SecretMissing, diagnosis.Fatal, "web", 1, 2},
	"k2-missing-configmap-envfrom": {failed, diagnosis.ConfigMapMissing, diagnosis.Fatal, "web", 1, 2},
	"k3-secret-created-late":       {failed, diagnosis.SecretMissing, diagnosis.Fatal, "web", 1, 2},
	"l-missing-secret-key":         {failed, diagnosis.SecretKeyMissing, diagnosis.Fatal, "web", 1, 2},
	"m-missing-configmap-volume":   {failed, diagnosis.ConfigMapMissing, diagnosis.Fatal, "", 0.1, 4},
	"p-quota-exceeded":             {failed, diagnosis.QuotaExceeded, diagnosis.Fatal, "", 0, 1},
	"p2-limitrange":                {failed, diagnosis.AdmissionDenied, diagnosis.Fatal, "", 0, 1},
	"q-podsecurity-restricted":     {failed, diagnosis.AdmissionDenied, diagnosis.Fatal, "", 0, 1},
	"r-missing-serviceaccount":     {failed, diagnosis.ServiceAccountMissing, diagnosis.Fatal, "", 0, 1},
	"t-init-fails":                 {failed, diagnosis.InitFailed, diagnosis.Failing, "migrate", 0.8, 2},
	"t4-native-sidecar-fails":      {failed, diagnosis.StartupFailing, diagnosis.Failing, "proxy", 15, 17},
	"u-exec-format-error":          {failed, diagnosis.ExecFormat, diagnosis.Fatal, "web", 0.9, 2},
	"v-command-not-found":          {failed, diagnosis.CommandNotFound, diagnosis.Fatal, "web", 0.9, 2},
	"v2-command-not-in-path":       {failed, diagnosis.CommandNotFound, diagnosis.Fatal, "web", 1, 2},
}

func TestVerdicts(t *testing.T) {
	for _, name := range names(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			check(t, play(t, name, release()), auto[name])
		})
	}
}

func TestVerdictsWithoutPatience(t *testing.T) {
	policy := release()
	policy.FailFast = diagnosis.FailFastStrict
	for _, name := range names(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			expected, ok := strict[name]
			if !ok {
				expected = auto[name]
			}
			check(t, play(t, name, policy), expected)
		})
	}
}

// Without fail-fast only the deadline ends a rollout: none of the recordings but h4 reaches its own.
func TestVerdictsOfTheDeadlineAlone(t *testing.T) {
	policy := release()
	policy.FailFast = diagnosis.FailFastOff
	for _, name := range names(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			last := play(t, name, policy)
			switch got := last.State.Outcome; {
			case name == "h4-readiness-500-deadline30":
				check(t, last, auto[name])
			case name == "a4-tag-pushed-late": // it mends itself, given the time
				check(t, last, want{succeeded, "", "", "", 73, 75})
			case auto[name].outcome == failed && got != undecided:
				t.Errorf("outcome %s, want Undecided", got)
			case auto[name].outcome != failed && got != auto[name].outcome:
				t.Errorf("outcome %s, want %s", got, auto[name].outcome)
			}
		})
	}
}

// The cause is known long before the verdict, and it is the same with any patience.
func TestCauseIsNamedWithoutFailFast(t *testing.T) {
	policy := release()
	policy.FailFast = diagnosis.FailFastOff
	for name, expected := range auto {
		if expected.outcome != failed || name == "a4-tag-pushed-late" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			last := play(t, name, policy)
			if f := decisive(last); f.Cause != expected.cause || f.Container != expected.container {
				t.Errorf("first finding %s of container %q, want %s of %q", f.Cause, f.Container, expected.cause, expected.container)
			}
		})
	}
}

// However long the soak: what is failing is never taken for a success.
func TestSoakSeesWhatTheControllerDoesNot(t *testing.T) {
	for _, name := range []string{"f-crash-after-8s", "g-oomkilled", "i-liveness-fails", "x-readiness-flaps", "e7-termination-message"} {
		for _, d := range []time.Duration{11 * time.Second, soak, 20 * time.Second, 45 * time.Second} {
			t.Run(name+"/"+d.String(), func(t *testing.T) {
				t.Parallel()
				policy := release()
				policy.Soak = d
				if last := play(t, name, policy); last.State.Outcome == succeeded {
					t.Errorf("succeeded at %s", last.Elapsed)
				}
			})
		}
	}
}

func TestSoakIsAsLongAsAskedFor(t *testing.T) {
	for d, expected := range map[time.Duration]want{
		0:                {succeeded, "", "", "", 17.5, 18},
		5 * time.Second:  {succeeded, "", "", "", 22.5, 23},
		30 * time.Second: {succeeded, "", "", "", 47.5, 48},
		time.Minute:      {undecided, "", "", "", 60, 61},
	} {
		policy := release()
		policy.Soak = d
		check(t, play(t, "y-healthy-quick", policy), expected)
	}
}

// An eviction comes 49 s after the change: a soak of a minute sees it.
func TestEvictionSpeaksAgainst(t *testing.T) {
	policy := release()
	policy.Soak = time.Minute
	seen := false
	last := playing(t, "ab-evicted-emptydir", policy, func(f Frame) {
		for _, finding := range f.State.Workloads[0].Findings {
			seen = seen || finding.Cause == diagnosis.Evicted
		}
	})
	if !seen || last.State.Outcome == succeeded {
		t.Errorf("finding Evicted: %v; ended %s at %s", seen, last.State.Outcome, last.Elapsed)
	}
}

func TestWaitForOldPods(t *testing.T) {
	policy := release()
	policy.WaitForOldPods = true
	check(t, play(t, "z-prestop-slow-old-pods", policy), want{succeeded, "", "", "", 41, 43})
}

// A timeout ends with the cause where there is one, and is no failure of the release where there is none.
func TestTimeout(t *testing.T) {
	tests := []struct {
		name    string
		timeout time.Duration
		want    want
	}{
		{"b-registry-refused", 30 * time.Second, want{failed, diagnosis.RegistryUnreachable, diagnosis.Waiting, "web", 30, 30.1}},
		{"n-unschedulable-cpu", 20 * time.Second, want{failed, diagnosis.Unschedulable, diagnosis.Waiting, "", 20, 20.1}},
		{"h-readiness-500", 60 * time.Second, want{failed, diagnosis.ReadinessFailing, diagnosis.Waiting, "web", 60, 60.1}},
		{"t2-init-hangs", 40 * time.Second, want{rollout.TimedOut, diagnosis.InitRunning, diagnosis.Waiting, "wait-for-db", 40, 40.1}},
		{"w3-slow-pull", 20 * time.Second, want{rollout.TimedOut, diagnosis.ImagePulling, diagnosis.Waiting, "web", 20, 20.1}},
		{"y-healthy-quick", 10 * time.Second, want{rollout.TimedOut, "", "", "", 10, 10.1}},
		{"y5-paused", 20 * time.Second, want{rollout.TimedOut, diagnosis.Paused, diagnosis.Waiting, "", 20, 20.1}},
		{"e-exit1", 20 * time.Second, want{failed, diagnosis.CrashLoop, diagnosis.Failing, "web", 20, 20.1}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			policy := release()
			policy.Timeout = tt.timeout
			check(t, play(t, tt.name, policy), tt.want)
		})
	}
}

func release() rollout.Policy { return rollout.Policy{FailFast: diagnosis.FailFastAuto, Soak: soak} }

// names are the recordings; each has a verdict in the table.
func names(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("../testdata/recordings/*.jsonl.gz")
	if err != nil || len(files) == 0 {
		t.Fatalf("no recordings: %v", err)
	}
	var all []string
	for _, f := range files {
		name := strings.TrimSuffix(filepath.Base(f), ".jsonl.gz")
		if _, ok := auto[name]; !ok {
			t.Errorf("no verdict is given for recording %s", name)
		}
		all = append(all, name)
	}
	return all
}

func play(t *testing.T, name string, policy rollout.Policy) Frame {
	t.Helper()
	return playing(t, name, policy, func(Frame) {})
}

// played keeps the frames of each recording and policy, which several tests look at.
var played sync.Map

type performance struct {
	name   string
	policy rollout.Policy
}

func playing(t *testing.T, name string, policy rollout.Policy, see func(Frame)) Frame {
	t.Helper()
	key := performance{name, policy}
	frames, ok := played.Load(key)
	if !ok {
		frames = perform(t, name, policy)
		played.Store(key, frames)
	}
	var last Frame
	for _, frame := range frames.([]Frame) {
		see(frame)
		last = frame
	}
	return last
}

func perform(t *testing.T, name string, policy rollout.Policy) []Frame {
	t.Helper()
	replay := &Replay{in: &given{read(t, name)}, policy: policy, stage: newStage()}
	var frames []Frame
	for frame, err := range replay.Frames() {
		if err != nil {
			t.Fatal(err)
		}
		frames = append(frames, frame)
	}
	return frames
}

func decisive(f Frame) diagnosis.Finding {
	if all := f.State.Workloads[0].Findings; len(all) > 0 {
		return all[0]
	}
	return diagnosis.Finding{}
}

func check(t *testing.T, last Frame, w want) {
	t.Helper()
	w0 := last.State.Workloads[0]
	if last.State.Outcome != w.outcome || w0.Outcome != w.outcome {
		t.Errorf("outcome %s (workload: %s, %s), want %s", last.State.Outcome, w0.Outcome, w0.Message, w.outcome)
	}
	if at := last.Elapsed.Seconds(); at < w.from || at > w.to {
		t.Errorf("decided at %.2f s, want %.1f to %.1f", at, w.from, w.to)
	}
	f := decisive(last)
	if f.Cause != w.cause || f.Grade != w.grade || f.Container != w.container {
		t.Errorf("rests on %s/%s of container %q, want %s/%s of %q (%s)", f.Cause, f.Grade, f.Container, w.cause, w.grade, w.container, f.Message)
	}
}
