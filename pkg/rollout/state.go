package rollout

import (
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Snapshot is all that is known of a release's workloads at one moment.
type Snapshot map[workload.Ref]diagnosis.Observed

// Target is one workload of a release, and what our write made of it.
type Target struct {
	workload.Ref
	UID types.UID
	// Generation that our write produced; 0 takes whatever the first snapshot shows.
	Generation int64
	// Template that our write produced; nil takes whatever the first snapshot shows.
	Template *corev1.PodTemplateSpec
	// Replicas that our write asked for, where that is all that it changed; else nil. Autoscaled: an autoscaler may change
	// them at once.
	Replicas   *int32
	Autoscaled bool
	// TakesBack: the change takes the template of Baseline back.
	TakesBack bool
	// Unblocks: pods that block the update may be deleted, if they are of a revision that failed or is taken back. They are
	// in WorkloadState.Blocking.
	Unblocks bool
	// Restores is the revision whose template an undo writes; 0 for any other change.
	Restores int64
	// Baseline is nil for a rollout that was found under way.
	Baseline *Baseline
	// Pod is a pod as our write left it, before the kubelet did anything; nil for all other kinds.
	Pod *corev1.Pod
}

// Baseline is what was true of a workload before the change.
type Baseline struct {
	Workload *workload.Workload
	// Revision of the template; nil if the controller had not made it yet.
	Revision *workload.Revision
	// Serving: enough pods of the revision itself were available.
	Serving bool
	// New: there was no such workload. Workload is what is created, without its template.
	New bool
	// pods of the revision.
	pods diagnosis.PodCount
}

// PodRef names one pod.
type PodRef struct {
	Namespace, Name string
	UID             types.UID
	// ResourceVersion is the pod as it was judged: one that has become ready since is another.
	ResourceVersion string
}

// Phase is where one workload's rollout is.
type Phase string

// Progressing until complete, then Soaking, then Done with a verdict.
const (
	Progressing Phase = "Progressing"
	Soaking     Phase = "Soaking"
	Done        Phase = "Done"
)

// Counts are the pods of one workload, as a view shows them.
type Counts struct {
	Desired     int32 `json:"desired"`
	Updated     int32 `json:"updated"`
	Ready       int32 `json:"ready"`     // of the new revision
	Available   int32 `json:"available"` // of the new revision
	Old         int32 `json:"old"`       // pods of older revisions, terminating ones not counted
	Terminating int32 `json:"terminating"`
	// Scale: all pods count as updated, and Old is a surplus.
	Scale bool `json:"-"`
}

// State is all that the engine remembers of a release between two steps. It is a value: Step
// returns a new one and leaves the old as it was.
type State struct {
	Policy Policy
	// Started is when the command began, from which its times count; the watch, with its timeout, began at
	// Start. They are the same unless the caller sets it.
	Started   time.Time
	Workloads []WorkloadState // in the order of the targets
	// Wants is what should be fetched before the next step; empty in a healthy rollout.
	Wants diagnosis.Wants
	// Wake is when Step must be called again even if nothing changes; zero when only a change matters.
	Wake time.Time
	// Outcome is empty until the release as a whole is decided.
	Outcome Outcome
}

// WorkloadState is the engine's view of one workload.
type WorkloadState struct {
	Target  Target
	Phase   Phase
	Outcome Outcome // empty until decided
	Counts  Counts
	// Scale is the change of the replicas; nil for a change of the template.
	Scale        *FromTo[int32]
	RevisionFrom int64
	RevisionTo   int64 // 0 while the controller has not made it
	RevisionName string
	ImagesFrom   map[string]string
	ImagesTo     map[string]string
	// Env names the variables that the change sets and removes.
	Env workload.EnvChange
	// Changes are what the change does beside images and variables.
	Changes []workload.TemplateChange
	// Findings, the decisive one first. After the verdict: what it rests on.
	Findings []diagnosis.Finding
	// Blocking are pods of the revision that is taken back that are not ready, and that an ordered update does not replace: they
	// are to be deleted, one at a time.
	Blocking []PodRef
	// Deadline is when this rollout ends without further progress; zero if nothing ends it.
	Deadline time.Time
	// CompleteSince is when the rollout last became complete, while it is soaking.
	CompleteSince time.Time
	// Deleted tells that it was superseded by the deletion of its object.
	Deleted bool
	// Message says in one line why it was decided so, where the findings do not (superseded, deleted).
	Message string

	memory memory
}
