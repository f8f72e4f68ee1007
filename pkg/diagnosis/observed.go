package diagnosis

import (
	"maps"
	"slices"

	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Observed is what is known of one workload at a moment. Objects may be trimmed to what this package reads; they are
// shared with the watcher's caches and are never changed.
type Observed struct {
	// Version differs whenever anything else here differs from an earlier look; 0 if that is not known.
	Version int64
	// Workload is nil when the object is not there (any more).
	Workload  *workload.Workload
	Revisions []workload.Revision
	// Pods are those that the workload's selector matches and its revisions own, terminating ones included.
	Pods []*corev1.Pod
	// Settled counts the pods that are not in Pods: see PodSet.
	Settled map[workload.RevisionKey]Settled
	// Events are those that Wants named; those of the workload and its revisions may be there too.
	Events []*corev1.Event
	// Claims are the PersistentVolumeClaims that Wants named.
	Claims []*corev1.PersistentVolumeClaim
	// Classes are all StorageClasses, where Wants named claims; nil if they were not read.
	Classes *storagev1.StorageClassList
	// Absent are the references of the template to objects that are not there, as far as Wants asked for them; with a Key
	// where only that is missing.
	Absent []workload.Reference
	// Quotas are those of the namespace, where Wants asked for References.
	Quotas []corev1.ResourceQuota
	// Nodes are those that Wants named, nil where there is none of that name.
	Nodes map[string]*corev1.Node
	// DryRuns are the answers to those that Wants named.
	DryRuns map[workload.Ref]DryRun
	// Logs holds what was fetched for Wants.
	Logs map[LogKey]Log
	// Forbidden is what may not be read: "pods", "events", "logs".
	Forbidden []string
	// Silent are those of Forbidden that the API server failed to answer, with what it said.
	Silent map[string]string
}

// Observe makes what is known of one workload out of its objects: the pods of its revisions, and their numbers
// where the revisions have none. A pod may come before its revision does.
func Observe(w *workload.Workload, revisions []workload.Revision, pods *PodSet) Observed {
	whole := pods.Whole()
	o := Observed{Workload: w, Revisions: revisions, Pods: make([]*corev1.Pod, 0, len(whole))}
	if len(revisions) > 0 && revisions[0].ByPods {
		o.Revisions = slices.Clone(revisions)
	}
	at := make(map[workload.RevisionKey]*workload.Revision, len(revisions))
	for i := range o.Revisions {
		r := &o.Revisions[i]
		at[r.Key] = r
		if of := pods.of[r.Key]; of != nil && of.Count > 0 {
			o.Settled = put(o.Settled, r.Key, of.Settled)
			if r.ByPods {
				r.Add(of.Count, true)
			}
		}
	}
	for _, p := range whole {
		if r := at[workload.KeyOf(p)]; r != nil {
			o.Pods = append(o.Pods, p)
			if r.ByPods && p.DeletionTimestamp == nil && !Ended(p) {
				r.Add(1, IsReady(p))
			}
		}
	}
	return o
}

// ObserveUnversioned takes all pods of a selector for those of the present template, where the revisions may not be read.
func ObserveUnversioned(w *workload.Workload, pods []*corev1.Pod) Observed {
	keys := map[workload.RevisionKey]bool{}
	o := Observed{Workload: w, Pods: pods}
	for _, pod := range pods {
		if key := workload.KeyOf(pod); !keys[key] {
			keys[key] = true
			o.Revisions = append(o.Revisions, workload.Revision{Key: key, Template: w.Template, Created: pod.CreationTimestamp.Time})
		}
	}
	slices.SortFunc(o.Revisions, func(a, b workload.Revision) int { return b.Created.Compare(a.Created) })
	return o
}

// DryRun is the API server's answer to a pod of a template that is not to be created. Both are "" if it would be.
type DryRun struct {
	// Refused is why it would not be created.
	Refused string
	// Unasked is why that can't be asked.
	Unasked string
}

// SettledOf are the settled pods of a revision that are not in Pods; of none if that is nil.
func (o *Observed) SettledOf(r *workload.Revision) Settled {
	if r == nil {
		return Settled{}
	}
	return o.Settled[r.Key]
}

// SettledElse is how many settled pods of other revisions are not in Pods.
func (o *Observed) SettledElse(r *workload.Revision) (n int32) {
	for key, of := range o.Settled {
		if r == nil || key != r.Key {
			n += of.Count
		}
	}
	return n
}

// LogKey names the output of one run of one container.
type LogKey struct {
	Pod       string
	PodUID    types.UID
	Container string
	// Restart is the run that is meant: the restartCount at the time it ran.
	Restart int32
	// Previous: the run before the current one, as in `kubectl logs --previous`.
	Previous bool
}

// Log is the answer to one request for log lines.
type Log struct {
	Lines []string
	// Err says why there are none.
	Err string
}

// Wants is what a State needs to explain a cause: data, fetched by whoever runs the loop.
type Wants struct {
	// Events: pods (by UID) whose events are needed, with their names.
	Events map[types.UID]string
	Logs   []LogKey
	// Claims are PersistentVolumeClaims, by name, that are needed with their events.
	Claims map[workload.Ref][]string
	// References: workloads of which it should be known whether the objects that their templates name are there. The
	// events say so while they last.
	References map[workload.Ref]bool
	// Nodes are those of pods that nothing else explains.
	Nodes map[string]bool
	// DryRuns are workloads of which pods are missing, and nothing says why.
	DryRuns map[workload.Ref]bool
}

// Empty tells whether there is nothing to fetch for a release, which does not look for References, Nodes and DryRuns.
func (w Wants) Empty() bool { return len(w.Events)+len(w.Logs)+len(w.Claims) == 0 }

// Add joins what another workload's diagnosis wants.
func (w *Wants) Add(more Wants) {
	if len(more.Events) > 0 {
		if w.Events == nil {
			w.Events = map[types.UID]string{}
		}
		maps.Copy(w.Events, more.Events)
	}
	w.Logs = append(w.Logs, more.Logs...)
	for ref, claims := range more.Claims {
		w.Claims = put(w.Claims, ref, claims)
	}
	for name := range more.Nodes {
		w.Nodes = put(w.Nodes, name, true)
	}
	for ref := range more.DryRuns {
		w.DryRuns = put(w.DryRuns, ref, true)
	}
	for ref := range more.References {
		w.References = put(w.References, ref, true)
	}
}
