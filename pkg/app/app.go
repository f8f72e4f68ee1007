package app

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/labels"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis/chain"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// NewReport makes the report on apps of one namespace, the sick ones first.
func NewReport(version string, apps []Observed, around *Around, now time.Time) StatusReport {
	r := StatusReport{APIVersion: version, Kind: StatusKind, Time: now, Apps: make([]App, 0, len(apps))}
	for _, o := range apps {
		r.Apps = append(r.Apps, Look(o, around, now))
	}
	slices.SortStableFunc(r.Apps, func(a, b App) int {
		return cmp.Or(cmp.Compare(a.State.Rank(), b.State.Rank()), cmp.Compare(a.Object.Name, b.Object.Name), cmp.Compare(a.Object.Kind, b.Object.Kind))
	})
	return r
}

// Look says what one app is doing, and what of the namespace belongs to it.
func Look(o Observed, around *Around, now time.Time) App {
	w := o.Object.Workload()
	a := App{
		Object: w.Ref, Summary: Summarize(&o.Why), Images: workload.Images(&w.Template),
		Replicas: Replicas{w.Desired, w.Updated, w.Ready, w.Available, w.Total},
		Notes:    slices.Concat(o.Why.Notes, around.Notes),
	}
	if o.Object.GetDeletionTimestamp() != nil {
		a.Notes = append(a.Notes, w.Ref.String()+" is being deleted")
	}
	l := &look{Observed: o, around: around, w: w, now: now, app: &a}
	current := workload.Current(w, o.Revisions)
	a.Revision, a.Changed = l.revision(current), l.changed(current)
	a.Pods = l.pods(current)
	a.Services = l.services()
	a.Routes = l.routes()
	a.Autoscalers = l.autoscalers()
	a.Budgets = l.budgets()
	a.References = l.references()
	a.NetworkPolicies = l.policies()
	a.Quotas = l.quotas()
	a.Warnings = l.warnings()
	a.NotSeen = l.notSeen()
	a.Next = l.next()
	return a
}

func (l *look) revision(current *workload.Revision) *Revision {
	if current == nil || current.Name == "" { // revisions may not be read
		return nil
	}
	r := &Revision{Number: current.Number, Name: current.Name, Verdict: rollout.VerdictOf(current)}
	for i := range l.Revisions {
		if old := &l.Revisions[i]; old.Key != current.Key && slices.ContainsFunc(l.Pods, old.Owns) {
			r.Replaces = append(r.Replaces, old.Number)
		}
	}
	return r
}

// maxLag is how long a controller may take to make a revision of a new template.
const maxLag = 10 * time.Second

// changed tells who wrote the pod template last, and when. managedFields have the time of the manager's last write, to
// whatever field, and nothing of a manager that has only removed fields. A revision that was never used before is as old as its
// template.
func (l *look) changed(current *workload.Revision) *Change {
	by, at := l.w.TemplateWriter()
	if current != nil && !current.Created.IsZero() && !l.usedBefore(current) {
		if current.Created.After(at.Add(maxLag)) {
			by = ""
		}
		if by == "" || current.Created.Before(at) {
			at = current.Created
		}
	}
	c := &Change{By: by, Cause: l.changeCause(current)}
	if !at.IsZero() {
		c.At = &at
	}
	for _, o := range workload.Owners(l.Object) {
		if o.Tool != workload.OwnerApply && o.Tool != workload.OwnerSSA { // the manager says so itself
			by := string(o.Tool)
			if o.Tool == workload.OwnerController {
				by = o.Kind
			}
			c.Owners = append(c.Owners, strings.TrimSpace(by+" "+o.Name))
		}
	}
	if c.At == nil && c.Cause == "" && len(c.Owners) == 0 {
		return nil
	}
	return c
}

// usedBefore tells whether a revision came into use again: it had another number, or a younger one is there.
func (l *look) usedBefore(current *workload.Revision) bool {
	return current.Annotations[workload.AnnotationRevisionHistory] != "" || slices.ContainsFunc(l.Revisions, func(r workload.Revision) bool { return r.Created.After(current.Created) })
}

// changeCause is the annotation, unless an older revision has the same one: kubectl leaves it as it is.
func (l *look) changeCause(current *workload.Revision) string {
	cause := l.w.Annotations[workload.AnnotationChangeCause]
	for i := range l.Revisions {
		if r := &l.Revisions[i]; current != nil && r.UID != current.UID && r.Annotations[workload.AnnotationChangeCause] == cause {
			return ""
		}
	}
	return cause
}

// selects tells whether a selector matches the labels of the template's pods.
func (l *look) selects(selector *metav1.LabelSelector) bool {
	s, err := metav1.LabelSelectorAsSelector(selector)
	return err == nil && s.Matches(labels.Set(l.w.Template.Labels))
}

// notSeen joins what the report on the workload and what is around it could not read.
func (l *look) notSeen() []chain.NotSeen {
	all := slices.Clone(l.Why.NotSeen)
	around := slices.Clone(l.around.NotSeen)
	slices.SortFunc(around, func(a, b chain.NotSeen) int { return cmp.Compare(a.Resource, b.Resource) })
	for _, n := range around {
		if !slices.ContainsFunc(all, func(known chain.NotSeen) bool { return known.Resource == n.Resource }) {
			all = append(all, n)
		}
	}
	return all
}

// next are the commands to type: the way to the cause first, what is to be mended after it.
func (l *look) next() []chain.Command {
	var all []chain.Command
	add := func(format string, args ...any) {
		command := fmt.Sprintf(format, args...)
		c := chain.Command{Risk: chain.RiskOf(command), Command: command}
		if !slices.Contains(all, c) {
			all = append(all, c)
		}
	}
	if l.app.State != Well {
		add("kubectl app why %s -n %s", l.w.Ref, l.w.Namespace)
	}
	for _, r := range l.app.References {
		if r.State == RefKeyMissing && !r.Optional {
			add("kubectl app status %s -n %s", r.Object, l.w.Namespace)
		}
	}
	for _, p := range l.problems() {
		if p.problem.Severe {
			add("kubectl describe %s -n %s", p.object, l.w.Namespace)
		}
	}
	const most = 4
	return all[:min(len(all), most)]
}

type problemOf struct {
	object  workload.Ref
	problem Problem
}

// problems are those of Services, routes, autoscalers and budgets, in the order of the page.
func (l *look) problems() []problemOf {
	var all []problemOf
	add := func(of workload.Ref, problems []Problem) {
		for _, p := range problems {
			all = append(all, problemOf{of, p})
		}
	}
	for _, s := range l.app.Services {
		add(s.Object, s.Problems)
	}
	for _, r := range l.app.Routes {
		add(r.Object, r.Problems)
	}
	for _, a := range l.app.Autoscalers {
		add(a.Object, a.Problems)
	}
	for _, b := range l.app.Budgets {
		add(b.Object, b.Problems)
	}
	return all
}
