package diagnosis

import "fmt"

// Finding is one cause with its evidence. Its JSON is part of `-o result` and of the event stream.
type Finding struct {
	Cause     Cause  `json:"cause"`
	Grade     Grade  `json:"grade"`
	Container string `json:"container,omitempty"`
	// Pods of Of new pods show it. Both are 0 when no pod could be created.
	Pods int `json:"pods"`
	Of   int `json:"of"`
	// Exemplar is one pod that shows it (or the ReplicaSet when there is no pod).
	Exemplar string `json:"exemplar,omitempty"`
	// Message is the evidence in the cluster's own words, one line.
	Message  string `json:"message"`
	Restarts int32  `json:"restarts,omitempty"`
	ExitCode *int32 `json:"exitCode,omitempty"`
	// Logs are the last lines of the container that crashed, the newest last.
	Logs []string `json:"logs,omitempty"`
	// Decides is when this cause fails the rollout if it stays; nil while that is not known.
	Decides *Decision `json:"decides,omitempty"`
	// Next are commands to type, the most useful first.
	Next []string `json:"next,omitempty"`
}

// PublicMessage is the evidence as far as it may stay where many read it: without what a program, a probe
// or a hook wrote, which may hold anything.
func (f *Finding) PublicMessage() string {
	switch {
	case f.ExitCode != nil:
		return fmt.Sprintf("exit code %d", *f.ExitCode)
	case fromInside[f.Cause]:
		return ""
	}
	return f.Message
}

// fromInside are the causes whose message is what runs in the container has written.
var fromInside = map[Cause]bool{
	CrashLoop: true, InitFailed: true, LivenessFailing: true, StartupFailing: true, ReadinessFailing: true, LifecycleHookFailed: true,
}
