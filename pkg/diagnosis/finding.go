package diagnosis

import "fmt"

// Cause is what keeps a rollout from completing. The set is closed and part of the contract with
// scripts: a new one needs a recording that shows it.
type Cause string

// The causes, grouped as the evidence comes: image, start, configuration, run, placement, admission.
const (
	ImageNotFound       Cause = "ImageNotFound"
	ImageUnauthorized   Cause = "ImageUnauthorized"
	ImageNameInvalid    Cause = "ImageNameInvalid"
	RegistryUnreachable Cause = "RegistryUnreachable"
	ImagePulling        Cause = "ImagePulling"
	ImagePullFailed     Cause = "ImagePullFailed"

	ExecFormat           Cause = "ExecFormat"
	CommandNotFound      Cause = "CommandNotFound"
	ContainerStartFailed Cause = "ContainerStartFailed"
	PodSandboxFailed     Cause = "PodSandboxFailed"
	LifecycleHookFailed  Cause = "LifecycleHookFailed"

	SecretMissing          Cause = "SecretMissing"
	SecretKeyMissing       Cause = "SecretKeyMissing"
	ConfigMapMissing       Cause = "ConfigMapMissing"
	ConfigMapKeyMissing    Cause = "ConfigMapKeyMissing"
	ContainerConfigInvalid Cause = "ContainerConfigInvalid"

	CrashLoop        Cause = "CrashLoop"
	OOMKilled        Cause = "OOMKilled"
	InitFailed       Cause = "InitFailed"
	InitRunning      Cause = "InitRunning"
	LivenessFailing  Cause = "LivenessFailing"
	StartupFailing   Cause = "StartupFailing"
	ReadinessFailing Cause = "ReadinessFailing"

	Unschedulable     Cause = "Unschedulable"
	VolumePending     Cause = "VolumePending"
	VolumeMountFailed Cause = "VolumeMountFailed"
	NodeLost          Cause = "NodeLost"
	Evicted           Cause = "Evicted"
	RejectedByKubelet Cause = "RejectedByKubelet"

	QuotaExceeded         Cause = "QuotaExceeded"
	AdmissionDenied       Cause = "AdmissionDenied"
	WebhookUnavailable    Cause = "WebhookUnavailable"
	ServiceAccountMissing Cause = "ServiceAccountMissing"

	StuckTerminating Cause = "StuckTerminating"
	BlockedByPod     Cause = "BlockedByPod"
	NoMatchingNode   Cause = "NoMatchingNode"
	OnDelete         Cause = "OnDelete"

	Paused           Cause = "Paused"
	DeadlineExceeded Cause = "DeadlineExceeded"
)

// underWay are the causes that need time, or that a person has chosen.
var underWay = map[Cause]bool{ImagePulling: true, InitRunning: true, Paused: true, OnDelete: true}

// UnderWay tells of a cause whether it needs time, or was chosen by a person.
func (c Cause) UnderWay() bool { return underWay[c] }

// Grade is how soon a cause can decide a rollout.
type Grade string

// Fatal causes do not mend themselves; Failing ones have shown that they come back; Waiting ones
// are normal for a while.
const (
	Fatal   Grade = "fatal"
	Failing Grade = "failing"
	Waiting Grade = "waiting"
)

// Finding is one cause with its evidence. Its JSON is part of `-o result` and of the event stream.
type Finding struct {
	Cause     Cause  `json:"cause"`
	Grade     Grade  `json:"grade"`
	Container string `json:"container,omitempty"`
	// Pods of Of new pods show it. Both are 0 when no pod could be created.
	Pods int `json:"pods"`
	Of   int `json:"of"`
	// AllPods: Of counts all pods of the workload, whatever their revision.
	AllPods bool `json:"-"`
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

// PublicMessage is the evidence without the output of programs, probes and hooks, which may hold secrets. It is for
// places that many people read.
func (f *Finding) PublicMessage() string {
	switch {
	case f.ExitCode != nil:
		return fmt.Sprintf("exit code %d", *f.ExitCode)
	case fromInside[f.Cause]:
		return ""
	}
	return f.Message
}

// fromInside are the causes whose message is the output of a container.
var fromInside = map[Cause]bool{
	CrashLoop: true, InitFailed: true, LivenessFailing: true, StartupFailing: true, ReadinessFailing: true, LifecycleHookFailed: true,
}
