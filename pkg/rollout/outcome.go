package rollout

// Outcome is how a release or one of its workloads ended. The set is closed.
type Outcome string

// The outcomes; the exit code of each is in internal/cli/exit.go.
const (
	Succeeded      Outcome = "Succeeded"
	Unchanged      Outcome = "Unchanged"
	Refused        Outcome = "Refused"
	Failed         Outcome = "Failed"
	RolledBack     Outcome = "RolledBack"
	RollbackFailed Outcome = "RollbackFailed"
	TimedOut       Outcome = "TimedOut"
	Superseded     Outcome = "Superseded"
	Interrupted    Outcome = "Interrupted"
	// Undecided: the watch, or the recording of it, ended before the verdict.
	Undecided Outcome = "Undecided"
)
