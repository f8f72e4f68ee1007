package chain

import (
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Subject is the object that is asked about, with the looks at its pods. What Look and Related ask for is read and given to
// Take and Explain.
type Subject struct {
	Ref workload.Ref
	now time.Time
	// StatusOnly: the pods are counted, and not explained.
	StatusOnly bool
	// looks are at groups of pods, the decisive one first.
	looks []*look
	// explain ends a report whose pods are explained.
	explain func(r *Report, d *decision)
	related map[workload.Ref]Related
	// forbidden is what may not be read; silent are those of it that were not answered, with the reason.
	forbidden []string
	silent    map[string]string
	// leaving says that the object is being deleted.
	leaving string
	// eventsWanted and eventsSeen tell whether events were asked for, and whether there were any.
	eventsWanted, eventsSeen bool
}

// look is a diagnosis of a group of pods.
type look struct {
	in      diagnosis.Input
	history diagnosis.History
	found   *diagnosis.Diagnosis
	// of says which pods these are: "pods of revision 3".
	of string
	// aside: the pods are not those that the object is to have now.
	aside bool
}

// decision is the problem that a report rests on; none where problem is nil.
type decision struct {
	look    *look
	problem *diagnosis.Problem
}

func (s *Subject) add(l *look) {
	l.in.Now, l.in.Since, l.in.UnderWay, l.in.Once, l.in.Unhurried, l.in.FailFast = s.now, s.now, true, true, true, diagnosis.FailFastAuto
	s.looks = append(s.looks, l)
}

// Look diagnoses all pods and returns what would explain more. final: no more comes.
func (s *Subject) Look(final bool) diagnosis.Wants {
	var wants diagnosis.Wants
	for _, l := range s.looks {
		l.in.Final = final
		l.found = diagnosis.Look(l.in, l.history)
		l.history = l.found.History
		wants.Add(l.found.Wants)
	}
	s.eventsWanted = s.eventsWanted || len(wants.Events) > 0
	return wants
}

// Take takes in what was read for Wants.
func (s *Subject) Take(o diagnosis.Observed) {
	s.eventsSeen = s.eventsSeen || len(o.Events) > 0
	s.forbidden, s.silent = o.Forbidden, o.Silent
	for _, l := range s.looks {
		l.in.Events, l.in.Claims, l.in.Classes, l.in.Logs, l.in.Nodes, l.in.DryRuns, l.in.Forbidden = o.Events, o.Claims, o.Classes, o.Logs, o.Nodes, o.DryRuns, o.Forbidden
		if l.in.Absent, l.in.Quotas = nil, nil; l.found != nil && l.found.Wants.References[l.in.Workload.Ref] {
			own := workload.References(&l.in.Workload.Template)
			l.in.Absent = slices.DeleteFunc(slices.Clone(o.Absent), func(a workload.Reference) bool { return !named(own, a) })
			l.in.Quotas = o.Quotas
		}
	}
}

// named tells whether a template refers to what is absent: an object, or a key of it.
func named(references []workload.Reference, absent workload.Reference) bool {
	return slices.ContainsFunc(references, func(r workload.Reference) bool {
		return r.Kind == absent.Kind && r.Name == absent.Name && r.Use == absent.Use && r.Field == absent.Field && (absent.Key == "" || r.Key == absent.Key)
	})
}

// Templates are those whose references Wants asks for.
func (s *Subject) Templates() []*corev1.PodTemplateSpec {
	var all []*corev1.PodTemplateSpec
	for _, l := range s.looks {
		if l.found != nil && l.found.Wants.References[l.in.Workload.Ref] {
			all = append(all, &l.in.Workload.Template)
		}
	}
	return all
}

// Uses tells whether a pod that was looked at refers to an object.
func (s *Subject) Uses(ref workload.Ref) bool {
	for _, l := range s.looks {
		for _, pod := range l.in.Pods {
			if pod.Namespace == ref.Namespace && slices.ContainsFunc(workload.References(&corev1.PodTemplateSpec{Spec: pod.Spec}), func(r workload.Reference) bool {
				return string(r.Kind) == ref.Kind && r.Name == ref.Name
			}) {
				return true
			}
		}
	}
	return false
}

// Related are the objects that explain the decisive problem further, the most telling first.
func (s *Subject) Related() []workload.Ref {
	if s.StatusOnly {
		return s.revisions()
	}
	d := s.decide()
	if d.problem == nil {
		return s.namespace()
	}
	refs := []workload.Ref{d.look.about(d.problem)}
	if deeper, ok := s.beneath(&d); ok {
		refs = append(refs, deeper.look.about(deeper.problem))
	}
	if node := d.look.nodeOf(d.problem.Exemplar); d.problem.Cause == diagnosis.ReadinessFailing && node != "" {
		refs = append(refs, workload.Ref{Kind: kindNode, Name: node})
	}
	if claim := d.look.claim(d.problem); claim != nil && claim.Annotations[provisionerKey] != "" {
		refs = append(refs, workload.Ref{Kind: kindDriver, Name: claim.Annotations[provisionerKey]})
	}
	return slices.DeleteFunc(refs, func(r workload.Ref) bool { return r.Name == "" })
}

// AsWanted tells of a workload that its status and all its pods are those of a complete rollout, and that nothing is wrong
// with them: it can't have changed much while it was read.
func (s *Subject) AsWanted() bool {
	if len(s.looks) != 1 || s.StatusOnly || s.leaving != "" || s.decide().problem != nil {
		return false
	}
	l := s.looks[0]
	w := l.in.Workload
	return w != nil && l.found.Complete && l.in.Revision != nil && int(w.Desired) == len(l.in.Pods) && !slices.ContainsFunc(l.in.Pods, func(p *corev1.Pod) bool {
		return p.DeletionTimestamp != nil || !l.in.Revision.Owns(p) || !diagnosis.IsReady(p)
	})
}

// decide finds the problem that the report rests on.
func (s *Subject) decide() decision {
	if s.StatusOnly {
		return decision{}
	}
	for _, aside := range []bool{false, true} {
		for _, l := range s.looks {
			if l.aside == aside && l.found != nil && len(l.found.Problems) > 0 {
				return decision{l, &l.found.Problems[0]}
			}
		}
	}
	return decision{}
}

// Explain reports what the looks have found.
func (s *Subject) Explain(related map[workload.Ref]Related) Report {
	r := Report{Also: nonEmpty(s.leaving), Kind: ReportKind, Object: s.Ref, Time: s.now, State: NothingFound, Chain: []Step{}, Pods: []PodReport{}, there: map[string]bool{}}
	s.related = related
	d := s.decide()
	if d.problem != nil {
		s.explainProblem(&r, &d, related)
	}
	s.explain(&r, &d)
	for _, l := range s.looks {
		if !s.StatusOnly {
			s.alsoTrue(&r, l, d.problem)
		}
	}
	s.pods(&r)
	s.limits(&r)
	r.Next = tagged(r.Next)
	return r
}

// Deleted notes that the object itself is being deleted, and by whom that is held up.
func (s *Subject) Deleted(o metav1.Object) {
	at := o.GetDeletionTimestamp()
	if at == nil {
		return
	}
	s.leaving = "it is being deleted," + forTime(at.Time, s.now)
	if f := o.GetFinalizers(); len(f) > 0 {
		s.leaving += "; its finalizers: " + strings.Join(f, ", ")
	}
}

// tagged drops repetitions.
func tagged(all []Command) []Command {
	var kept []Command
	for _, c := range all {
		c.Risk = RiskOf(c.Command)
		if !slices.Contains(kept, c) {
			kept = append(kept, c)
		}
	}
	return kept
}

func (r *Report) next(commands ...string) {
	for _, c := range commands {
		r.Next = append(r.Next, Command{Command: c})
	}
}
