package cli

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/spf13/pflag"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/internal/release"
	"github.com/kubectl-app/kubectl-app/internal/view"
	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/redact"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

// defaultSoak is how long a new template must stay healthy. Containers that crash some seconds
// after they became ready are "complete" to every other tool.
const defaultSoak = rollout.DefaultSoak

// watchFlags are those of every verb that watches; they read the same everywhere.
type watchFlags struct {
	timeout   time.Duration
	failFast  diagnosis.FailFast
	soak      time.Duration
	oldPods   bool
	progress  view.Mode
	recording string
	// given tells whether the user typed a flag.
	given func(name string) bool
}

func (f *watchFlags) add(flags *pflag.FlagSet, soak time.Duration) {
	f.judgeFlags(flags, soak)
	flags.StringVar(&f.recording, "recording", "", "Record the rollout in this file, for kubectl app replay")
}

// judgeFlags are those that a recording can be judged by as well.
func (f *watchFlags) judgeFlags(flags *pflag.FlagSet, soak time.Duration) {
	f.limits(flags, soak)
	flags.BoolVar(&f.oldPods, "wait-for-old-pods", false, "Also wait until all pods of older revisions are gone")
}

// limits are those of every watch.
func (f *watchFlags) limits(flags *pflag.FlagSet, soak time.Duration) {
	f.given = flags.Changed
	flags.DurationVar(&f.timeout, "timeout", 0, "How long to watch before giving up; with 0 the workload's progressDeadlineSeconds decides")
	addChoice(flags, &f.failFast, "fail-fast", diagnosis.FailFastAuto, `How soon a failure is final: "auto" (each cause has its own patience), "strict" (at once), "off" (at the deadline)`,
		diagnosis.FailFastAuto, diagnosis.FailFastStrict, diagnosis.FailFastOff)
	flags.DurationVar(&f.soak, "soak", soak, "How long a complete rollout must stay healthy before it counts as a success")
	addChoice(flags, &f.progress, "progress", view.ModeAuto, `How progress is shown on stderr: "auto", "live", "plain", "ndjson" or "none"`,
		view.ModeAuto, view.ModeLive, view.ModePlain, view.ModeNDJSON, view.ModeNone)
}

func (f *watchFlags) policy() (rollout.Policy, error) {
	if f.timeout < 0 || f.soak < 0 {
		return rollout.Policy{}, usagef("--timeout and --soak take a duration of 0 or more")
	}
	if f.timeout > 0 && f.timeout <= f.soak && f.given("timeout") && f.given("soak") {
		return rollout.Policy{}, usagef("--timeout=%s must be longer than --soak=%s: no rollout could succeed in that time", f.timeout, f.soak)
	}
	if err := isFolder(filepath.Dir(f.recording)); f.recording != "" && err != nil {
		return rollout.Policy{}, usagef("--recording=%s: %w", redact.Argument(f.recording), err)
	}
	return rollout.Policy{
		FailFast: f.failFast, Soak: soakWithin(f.timeout, f.soak), Timeout: f.timeout, WaitForOldPods: f.oldPods,
	}, nil
}

// isFolder tells why a file can't be in a folder.
func isFolder(name string) error {
	info, err := os.Stat(name)
	switch fault := (*fs.PathError)(nil); {
	case errors.As(err, &fault):
		return fault.Err // without the name
	case err == nil && !info.IsDir():
		return syscall.ENOTDIR
	}
	return err
}

// soakWithin is a soak that nobody typed, shortened to half of a timeout that leaves no room for it.
func soakWithin(timeout, soak time.Duration) time.Duration {
	if timeout > 0 && timeout <= soak {
		return timeout / 2
	}
	return soak
}

// releaseFlags are those of every verb that changes a pod template.
type releaseFlags struct {
	watchFlags
	wait             bool
	onFailure        release.Action
	onInterrupt      release.Action
	reason           string
	restartUnchanged bool
	dryRun           release.DryRun
	diff             bool
	fieldManager     string
}

func (f *releaseFlags) add(flags *pflag.FlagSet) {
	f.watchFlags.add(flags, defaultSoak)
	flags.BoolVar(&f.wait, "wait", true, "Watch the rollout until it succeeds or fails; with false only write the change, as kubectl does")
	addOnFailure(flags, &f.onFailure, release.Rollback)
	addOnInterrupt(flags, &f.onInterrupt)
	f.addReason(flags)
	f.writeFlags(flags)
}

func (f *releaseFlags) writeFlags(flags *pflag.FlagSet) {
	addDryRun(flags, &f.dryRun)
	flags.BoolVar(&f.diff, "diff", false, "Show on stderr what the change does to each object. The values of variables are replaced by numbers; the same number is the same value")
	addFieldManager(flags, &f.fieldManager)
}

// addScale gives those of a change of the replicas. It makes no revision, so that there is no cause to record on one.
func (f *releaseFlags) addScale(flags *pflag.FlagSet) {
	f.limits(flags, 0)
	flags.Lookup("timeout").Usage = "How long to watch before giving up; with 0 the watch ends after 10 minutes without progress"
	flags.Lookup("soak").Usage = "How long the pods must stay ready before the scale counts as a success"
	flags.BoolVar(&f.wait, "wait", true, "Watch until the pods are ready or gone; with false only write the number, as kubectl does")
	addChoice(flags, &f.onFailure, "on-failure", release.Keep, `What to do when pods do not become ready: "keep" the number or "rollback" to the one that was ready before`,
		release.Keep, release.Rollback)
	addOnInterrupt(flags, &f.onInterrupt)
	f.writeFlags(flags)
}

// addCreate gives those of a first release. One that fails has nothing to go back to.
func (f *releaseFlags) addCreate(flags *pflag.FlagSet) {
	f.watchFlags.add(flags, defaultSoak)
	flags.BoolVar(&f.wait, "wait", true, "Watch the rollout until it succeeds or fails; with false only create, as kubectl does")
	addChoice(flags, &f.onFailure, "on-failure", release.Keep, `What to do if the first rollout fails: "keep" it, to look at it, or "delete" what was created. One that existed is rolled back, unless this flag says keep`,
		release.Keep, release.Delete)
	addChoice(flags, &f.onInterrupt, "on-interrupt", release.Keep, `What to do on SIGINT or SIGTERM: "keep" (print how to attach again) or "delete" what was created; one that existed is rolled back`,
		release.Keep, release.Delete)
	f.addReason(flags)
	f.writeFlags(flags)
}

func (f *releaseFlags) addReason(flags *pflag.FlagSet) {
	flags.StringVar(&f.reason, "reason", "", "Why the change is made, for rollout history (annotation kubernetes.io/change-cause); the default is the CI job or the command")
}

func addOnInterrupt(flags *pflag.FlagSet, value *release.Action) {
	addChoice(flags, value, "on-interrupt", release.Keep, `What to do on SIGINT or SIGTERM: "keep" (print how to attach again) or "rollback"`,
		release.Keep, release.Rollback)
}

// options are the flags as the release takes them.
func (f *releaseFlags) options(policy rollout.Policy) release.Options {
	return release.Options{
		Policy: policy, Wait: f.wait, OnFailure: f.onFailure, OnInterrupt: f.onInterrupt, DryRun: f.dryRun, Diff: f.diff,
		RestartUnchanged: f.restartUnchanged, FieldManager: f.fieldManager, Progress: f.progress, Recording: f.recording,
	}
}

func (f *releaseFlags) validate(flags *pflag.FlagSet) error {
	if f.wait {
		return nil
	}
	return unwatched(flags, "--wait=false", "timeout", "soak", "fail-fast", "on-failure", "on-interrupt", "wait-for-old-pods", "recording")
}

func addFieldManager(flags *pflag.FlagSet, value *string) {
	flags.StringVar(value, "field-manager", cluster.DefaultFieldManager, "Name of the manager used to track field ownership.")
}

// unwatched refuses flags that say how to watch beside one that says not to.
func unwatched(flags *pflag.FlagSet, not string, names ...string) error {
	for _, name := range names {
		if flags.Changed(name) {
			return usagef("--%s needs a watch, but %s does not watch: remove one of them", name, not)
		}
	}
	return nil
}
