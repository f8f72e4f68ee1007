package diagnosis

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

// Grade is how soon a cause can decide a rollout.
type Grade string

// Fatal causes do not mend themselves; Failing ones have shown that they come back; Waiting ones
// are normal for a while.
const (
	Fatal   Grade = "fatal"
	Failing Grade = "failing"
	Waiting Grade = "waiting"
)
