package app

import (
	"cmp"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// maxWarnings is how many groups a report holds, the newest first.
const maxWarnings = 6

// warnings groups the events of the type Warning about the app and what is around it by reason and kind of object.
func (l *look) warnings() []Warning {
	uids, refs := l.own()
	type key struct{ reason, kind string }
	at := map[key]int{}
	objects := map[key]map[string]bool{}
	var all []Warning
	for _, e := range l.around.Warnings {
		about := e.InvolvedObject
		if !uids[about.UID] && !refs[workload.Ref{Kind: about.Kind, Namespace: about.Namespace, Name: about.Name}] {
			continue
		}
		k := key{e.Reason, about.Kind}
		i, known := at[k]
		if !known {
			i = len(all)
			at[k], objects[k] = i, map[string]bool{}
			all = append(all, Warning{Reason: e.Reason, Kind: about.Kind})
		}
		g := &all[i]
		objects[k][about.Name] = true
		g.Objects = len(objects[k])
		g.Count += eventCount(e)
		if t := eventTime(e); g.Exemplar == "" || t.After(g.Last) {
			g.Last, g.Exemplar, g.Message = t, about.Name, e.Message
		}
	}
	slices.SortStableFunc(all, func(a, b Warning) int {
		return cmp.Or(b.Last.Compare(a.Last), cmp.Compare(a.Reason, b.Reason), cmp.Compare(a.Kind, b.Kind))
	})
	return all[:min(len(all), maxWarnings)]
}

// own are the objects whose events belong to the app: by UID, or by name where the UID was not read.
func (l *look) own() (map[types.UID]bool, map[workload.Ref]bool) {
	uids := map[types.UID]bool{l.w.UID: true}
	for i := range l.Revisions {
		uids[l.Revisions[i].UID] = true
	}
	for _, p := range l.Pods {
		uids[p.UID] = true
	}
	refs := map[workload.Ref]bool{}
	for _, s := range l.app.Services {
		refs[s.Object] = true
	}
	for _, r := range l.app.Routes {
		refs[r.Object] = true
	}
	for _, a := range l.app.Autoscalers {
		refs[a.Object] = !slices.ContainsFunc(a.Problems, func(p Problem) bool { return p.Code == ScalingInactive }) // which says the same
	}
	for _, b := range l.app.Budgets {
		refs[b.Object] = true
	}
	for _, r := range l.app.References {
		if r.Object.Kind == string(workload.ClaimReference) {
			refs[r.Object] = true
		}
	}
	return uids, refs
}

// eventCount and eventTime read both forms of events: those of client-go's older recorder, and series.
func eventCount(e *corev1.Event) int {
	n := max(int(e.Count), 1)
	if e.Series != nil {
		n = max(n, int(e.Series.Count))
	}
	return n
}

func eventTime(e *corev1.Event) time.Time {
	latest := e.CreationTimestamp.Time
	times := []time.Time{e.LastTimestamp.Time, e.EventTime.Time, e.FirstTimestamp.Time}
	if e.Series != nil {
		times = append(times, e.Series.LastObservedTime.Time)
	}
	for _, t := range times {
		if t.After(latest) {
			latest = t
		}
	}
	return latest
}
