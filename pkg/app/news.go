package app

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Fact is one thing that a report says. A later report that says something else about the same object and topic is news; that
// time has passed is not.
type Fact struct {
	Object workload.Ref
	// Topic is an object around it, or what of it the text is about; "" is its state.
	Topic string
	// kind tells facts of one topic apart.
	kind string
	Text string
	// State of the object, where the fact is that.
	State State
	// Once: only that it is there is news, and not how its text changes.
	Once bool
	// Gone is what to say when it is no longer there; "" for nothing.
	Gone string
}

// What is said of a fact that is gone.
const (
	Deleted = "deleted"
	mended  = "no problem any more"
	listed  = "not listed any more"
)

// durations are what changes in a message while time passes.
var durations = regexp.MustCompile(`,? (?:(?:for|last) (?:\d+[smhdy])+(?: ago)?|(?:\d+[smhdy])+ (?:ago|ahead of|behind))`)

// Steady is a message without the durations in it.
func Steady(message string) string { return durations.ReplaceAllString(message, "") }

// News are the facts that have changed, in their order. What is gone comes last.
func News(before, now []Fact) []Fact {
	type topic struct {
		object      workload.Ref
		about, kind string
	}
	known := make(map[topic]*Fact, len(before))
	for i := range before {
		known[topic{before[i].Object, before[i].Topic, before[i].kind}] = &before[i]
	}
	there := make(map[topic]bool, len(now))
	var news []Fact
	for _, f := range now {
		at := topic{f.Object, f.Topic, f.kind}
		if was := known[at]; was == nil || was.Text != f.Text && !f.Once {
			news = append(news, f)
		}
		there[at] = true
	}
	for i := range before {
		f := before[i]
		state := topic{object: f.Object}
		whole := known[state] != nil && !there[state] // that says it
		if !there[topic{f.Object, f.Topic, f.kind}] && f.Gone != "" && (f.Topic == "" || !whole) {
			f.Text, f.State = f.Gone, ""
			news = append(news, f)
		}
	}
	return news
}

// Facts are those of all apps of the report.
func (r *StatusReport) Facts() []Fact {
	var all []Fact
	for i := range r.Apps {
		all = append(all, r.Apps[i].facts()...)
	}
	return all
}

func (a *App) facts() []Fact {
	ready := ""
	if a.Cause != "" { // else the message says it
		ready = fmt.Sprintf("%d of %d ready", a.Replicas.Ready, a.Replicas.Desired)
	}
	all := []Fact{{Object: a.Object, State: a.State, Text: parts(Steady(a.Message), ready), Gone: Deleted}}
	add := func(topic string, texts ...string) {
		all = append(all, Fact{Object: a.Object, Topic: topic, Text: parts(texts...), Gone: Deleted})
	}
	wrong := func(topic string, problems []Problem) {
		if len(problems) > 0 {
			all = append(all, Fact{Object: a.Object, Topic: topic, Text: problemsText(problems), Gone: mended})
		}
	}
	if a.Revision != nil {
		all = append(all, Fact{Object: a.Object, Topic: "revision", Text: parts(fmt.Sprint(a.Revision.Number), imagesText(a.Images))})
	}
	for _, s := range a.Services {
		endpoints := ""
		if s.EndpointCount != nil {
			endpoints = fmt.Sprintf("%d of %d endpoints ready", s.Ready, s.Endpoints)
		}
		add(name(s.Object), s.Type, endpoints, problemsText(s.Problems))
	}
	for _, r := range a.Routes {
		add(name(r.Object), strings.Join(r.URLs, ", "), problemsText(r.Problems))
	}
	for _, h := range a.Autoscalers {
		add("hpa/"+h.Object.Name, workload.Plural(int(h.Desired), "replica", "replicas")+" wanted", problemsText(h.Problems))
	}
	for _, b := range a.Budgets {
		wrong("pdb/"+b.Object.Name, b.Problems)
	}
	for _, r := range a.References {
		wrong(name(r.Object), r.Problems)
	}
	for _, p := range a.NetworkPolicies {
		wrong(name(p.Object), p.Problems)
	}
	for _, q := range a.Quotas {
		wrong(name(q.Object)+" "+q.Resource, q.Problems)
	}
	for _, w := range a.Warnings {
		all = append(all, Fact{Object: a.Object, Topic: "warning " + w.Reason, kind: w.Kind, Text: parts(strings.ToLower(w.Kind)+"/"+w.Exemplar, w.Message), Once: true})
	}
	for _, n := range a.NotSeen {
		all = append(all, Fact{Object: a.Object, Topic: "no permission to read " + n.Resource, Text: n.Hides, Once: true})
	}
	return all
}

// Facts are those of all workloads of the list, and of what holds up several.
func (l *List) Facts() []Fact {
	all := make([]Fact, 0, len(l.Items)+len(l.Blockers))
	for i := range l.Items {
		item := &l.Items[i]
		cause := strings.TrimSuffix(string(item.Cause)+": "+item.Detail, ": ")
		if item.State == Well {
			cause = ""
		} else if item.Cause == "" {
			cause = item.Detail
		}
		gone := Deleted
		if k := workload.KindNamed(item.Object.Kind); k == nil || !k.Releasable() { // it may be complete
			gone = listed
		}
		all = append(all, Fact{Object: item.Object, State: item.State, Text: parts(fmt.Sprintf("%d/%d", item.Ready, item.Desired), Steady(cause)), Gone: gone})
	}
	for i := range l.Blockers {
		b := &l.Blockers[i]
		of := workload.Ref{Kind: "registry", Name: b.Registry}
		if b.Object != nil {
			of = *b.Object
		}
		all = append(all, Fact{Object: of, Text: parts(Steady(b.Says), "holds up "+workload.Plural(len(b.HoldsUp), "workload", "workloads")), Topic: "blocks", kind: string(b.Cause), Gone: "holds up nothing any more"})
	}
	return all
}

func parts(texts ...string) string {
	return strings.Join(slices.DeleteFunc(texts, func(t string) bool { return t == "" }), "   ")
}

func problemsText(all []Problem) string {
	texts := make([]string, 0, len(all))
	for _, p := range all {
		texts = append(texts, p.Message)
	}
	return strings.Join(texts, "; ")
}

func imagesText(of map[string]string) string {
	var all []string
	for _, image := range of {
		if !slices.Contains(all, image) {
			all = append(all, image)
		}
	}
	slices.Sort(all)
	return strings.Join(all, ", ")
}

// name is kind/name without the namespace.
func name(of workload.Ref) string { return strings.ToLower(of.Kind) + "/" + of.Name }
