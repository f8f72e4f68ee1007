package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/kubectl-app/kubectl-app/internal/page"
	"github.com/kubectl-app/kubectl-app/internal/view"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

// result writes -o result. A command has one.
func (e *Env) result(r rollout.Result) error {
	e.resulted = true
	if err := view.Result(e.Term.Out, r); err != nil {
		return fmt.Errorf("writing the result: %w", err)
	}
	return nil
}

// printsResult marks the flag -o of a command: it takes result, and prints a rollout.Result.
func printsResult(flags *pflag.FlagSet) {
	flag := flags.Lookup("output")
	flag.Annotations = map[string][]string{outputResult: nil}
}

// errorResult writes a result for a command that ended with an error before it had one, so that a script which
// reads stdout always gets an object.
func (e *Env) errorResult(cmd *cobra.Command, args []string, err error, code int, started time.Time) error {
	if e.resulted || code == exitOK || code == exitUnread || !asksForResult(cmd, args) {
		return nil
	}
	state := rollout.State{Started: started, Outcome: rollout.Undecided}
	switch code {
	case exitUsage, exitRefused:
		state.Outcome = rollout.Refused
	case exitInterrupted, exitTerminated:
		state.Outcome = rollout.Interrupted
	}
	r := rollout.NewResult(state, nil, e.Now())
	r.ExitCode = code
	if decided := (decidedError{}); !errors.As(err, &decided) {
		r.Message, _, _ = strings.Cut(err.Error(), "\nSee '")
	}
	if hinter := page.Hinter(nil); errors.As(err, &hinter) {
		r.Next = hinter.Hints()
	}
	return e.result(r)
}

// asksForResult looks at the command line itself: where it is wrong, pflag has not read all of it.
func asksForResult(cmd *cobra.Command, args []string) bool {
	flag := cmd.Flags().Lookup("output")
	if flag == nil {
		return false
	}
	if _, prints := flag.Annotations[outputResult]; !prints {
		return false
	}
	for i, arg := range args {
		if slices.Contains([]string{"-o=result", "-oresult", "--output=result"}, arg) ||
			arg == "result" && i > 0 && (args[i-1] == "-o" || args[i-1] == "--output") {
			return true
		}
	}
	return false
}
