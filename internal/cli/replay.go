package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/kubectl-app/kubectl-app/internal/release"
	"github.com/kubectl-app/kubectl-app/internal/view"
	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/redact"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/rollout/recording"
)

type replayFlags struct {
	watchFlags
	speed   float64
	instant bool
	result  bool
}

func newReplay(env *Env) *cobra.Command {
	var flags replayFlags
	var format string
	cmd := &cobra.Command{
		Use:   "replay FILE [--speed=N | --instant] [options]",
		Short: "Show a recorded rollout again, without a cluster",
		Long: `Show a rollout that --recording wrote, and judge it as if it happened now. Durations count in the time of
the recording. If the recording ends before the verdict, the outcome is Undecided.

--fail-fast, --soak, --timeout and --wait-for-old-pods are those of the recorded command, unless you give others.`,
		Example: `  # Show a recorded rollout again, four times as fast
  kubectl app replay web.jsonl --speed=4

  # Only the verdict, as JSON
  kubectl app replay web.jsonl --instant -o result`,
		RunE: func(cmd *cobra.Command, args []string) error {
			policy, err := flags.policy()
			if err != nil {
				return err
			}
			if flags.result, err = onlyResult(format); err != nil {
				return err
			}
			switch {
			case len(args) == 0:
				return usagef("no recording: give a file, or - for standard input")
			case len(args) > 1:
				return usagef("replay takes one recording, and %d are given", len(args))
			case flags.instant && cmd.Flags().Changed("speed"):
				return usagef("--instant and --speed can't be used together")
			case flags.speed <= 0:
				return usagef("--speed takes a number above 0")
			}
			return flags.run(cmd.Context(), env, args[0], policy)
		},
	}
	flags.judgeFlags(cmd.Flags(), defaultSoak)
	cmd.Flags().Float64Var(&flags.speed, "speed", 1, "Speed factor: 2 is twice as fast as it happened")
	cmd.Flags().BoolVar(&flags.instant, "instant", false, "Show only the verdict, at once")
	cmd.Flags().StringVarP(&format, "output", "o", "", "Output format. One of: result, the outcome as JSON.")
	printsResult(cmd.Flags())
	return cmd
}

func (f *replayFlags) run(ctx context.Context, env *Env, name string, policy rollout.Policy) (err error) {
	in, err := openRecording(env, name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	replay, err := recording.NewReplay(in, policy)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	replay.Recorded = func(recorded rollout.Policy) rollout.Policy { return f.over(recorded, policy) }
	v := view.New(env.Term, f.progress)
	if f.instant && f.progress == view.ModeAuto {
		v = view.Verdict(env.Term.Err)
	}
	last, err := f.play(ctx, replay, v)
	if err != nil {
		return errors.Join(unreadable(name, err), v.Close())
	}
	result := resultOf(last)
	for i := range result.Workloads {
		w := &result.Workloads[i]
		w.Findings = rollout.WithoutPods(w.Findings)
		if w.Rollback != nil {
			w.Rollback.Findings = rollout.WithoutPods(w.Rollback.Findings)
		}
	}
	result.Reason, result.ExitCode = replay.Reason(), outcomeCode(ctx, result.Outcome)
	if result.Outcome == rollout.Undecided && result.Message == "" {
		result.Message = "no verdict: the recording ends too early"
	}
	if replay.Cut() {
		result.Warnings = []string{cutWarning}
		_ = v.Show(view.Frame{State: last.State, Release: last.Release, Events: []rollout.Event{release.Warning(last.Time, cutWarning)}, Now: last.Time})
	}
	shown := result
	shown.Warnings = nil // it is shown already
	err = errors.Join(v.Finish(shown), v.Close())
	if f.result {
		err = errors.Join(err, env.result(result))
	}
	if result.ExitCode != exitOK {
		return errors.Join(decidedError{result.ExitCode}, err)
	}
	return err
}

// over is the policy of the recorded command, with the flags that are given now.
func (f *replayFlags) over(recorded, now rollout.Policy) rollout.Policy {
	if f.given("fail-fast") || !slices.Contains([]diagnosis.FailFast{diagnosis.FailFastAuto, diagnosis.FailFastStrict, diagnosis.FailFastOff}, recorded.FailFast) {
		recorded.FailFast = now.FailFast
	}
	if f.given("soak") {
		recorded.Soak = now.Soak
	}
	if f.given("timeout") {
		recorded.Timeout = now.Timeout
	}
	if f.given("wait-for-old-pods") {
		recorded.WaitForOldPods = now.WaitForOldPods
	}
	recorded.Soak = soakWithin(recorded.Timeout, recorded.Soak)
	return recorded
}

func unreadable(name string, err error) error {
	if syntax := (*recording.SyntaxError)(nil); errors.As(err, &syntax) {
		return fmt.Errorf("not a recording: %s, %w", name, err)
	}
	return fmt.Errorf("%s: %w", name, err)
}

// resultOf sums up a recording by its last frame. A release that has no verdict keeps none, whatever became
// of its rollback.
func resultOf(last recording.Frame) rollout.Result {
	if last.Release == nil {
		return rollout.NewResult(last.State, nil, last.Time)
	}
	result := rollout.NewResult(*last.Release, &last.State, last.Time)
	if last.Release.Outcome == rollout.Undecided {
		result.Outcome, result.Message = rollout.Undecided, "no verdict: with these flags it would come later than the recorded rollback"
	}
	return result
}

// cutWarning: nothing but the program that records writes the end, and it had no time to.
const cutWarning = "the recording is incomplete, because the command that wrote it was killed: only what was recorded is judged"

func openRecording(env *Env, name string) (io.ReadCloser, error) {
	if name == "-" {
		return io.NopCloser(env.Term.In), nil
	}
	in, err := os.Open(name)
	if fault := (*fs.PathError)(nil); errors.As(err, &fault) {
		return nil, usagef("recording %s: %w", redact.Argument(name), fault.Err)
	}
	if err != nil {
		return nil, usagef("recording %s: %w", redact.Argument(name), err)
	}
	return in, nil
}

// play shows each frame when its moment has come, and returns the last one.
func (f *replayFlags) play(ctx context.Context, replay *recording.Replay, v view.View) (recording.Frame, error) {
	var last recording.Frame
	began := time.Now()
	for frame, err := range replay.Frames() {
		if err != nil {
			return last, err
		}
		if !f.instant && !f.await(ctx, v, last, began, frame.Elapsed) {
			last.State = interrupted(last.State)
			return last, nil
		}
		if err := v.Show(view.Frame{State: frame.State, Release: frame.Release, Events: frame.Events, Now: frame.Time}); err != nil {
			v = view.None()
		}
		last = frame
	}
	if last.State.Outcome == "" {
		return last, recording.ErrEmpty
	}
	return last, nil
}

// interrupted is a state that nobody watches any more.
func interrupted(s rollout.State) rollout.State {
	s.Outcome, s.Workloads = rollout.Interrupted, slices.Clone(s.Workloads)
	for i := range s.Workloads {
		if w := &s.Workloads[i]; w.Outcome == "" {
			w.Outcome = rollout.Interrupted
		}
	}
	return s
}

// await lets time pass until a moment of the recording, and keeps the view's clock moving
// meanwhile; false if a signal came first.
func (f *replayFlags) await(ctx context.Context, v view.View, shown recording.Frame, began time.Time, until time.Duration) bool {
	clock := time.NewTicker(view.Refresh)
	defer clock.Stop()
	due := time.NewTimer(time.Duration(float64(until)/f.speed) - time.Since(began))
	defer due.Stop()
	for {
		select {
		case <-ctx.Done():
			return false
		case <-due.C:
			return true
		case <-clock.C:
		}
		if len(shown.State.Workloads) == 0 {
			continue
		}
		elapsed := time.Duration(float64(time.Since(began)) * f.speed)
		// A view that is gone is noticed when the next frame is shown.
		_ = v.Show(view.Frame{State: shown.State, Release: shown.Release, Now: shown.Time.Add(elapsed - shown.Elapsed)})
	}
}
