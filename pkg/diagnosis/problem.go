package diagnosis

import (
	"cmp"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// Problem is one cause with all pods that show it: a Finding, and what decides about it.
type Problem struct {
	Finding
	// Affected are the pods that show it; nil when no pod could be created.
	Affected []*corev1.Pod
	// Source is where the evidence stands.
	Source Source
	// Subject is the object or key that the cause is about: a Secret, a claim, a node.
	Subject string
	// Owner is the Secret or ConfigMap in which the key is missing; "" if it is not known.
	Owner string
	// Decided: it has outlasted its patience. Before that, Decision is when it will have.
	Decided  bool
	Decision Decision

	causeKey
	since time.Time
	// fatalSince is when it became fatal, which can be after since: see uncreated.
	fatalSince time.Time
	patience   time.Duration
	vague      bool // evidence of all its symptoms is missing
	rounds     int32

	exemplar *symptom
}

// Source is a field of an object, or an event about it ("event FailedMount"), that shows a cause.
type Source struct {
	Kind  string `json:"kind"`
	Name  string `json:"name"`
	Field string `json:"field"`
}

const podKind = "Pod"

// Since is since when the cause is there; the time of the look where nothing tells.
func (p *Problem) Since() time.Time { return p.since }

// SlowStart tells whether all that is known is that containers need long to start: no readiness probe has failed, or the
// kubelet does not kill them for their startup probe.
func (p *Problem) SlowStart() bool {
	probed := strings.HasPrefix(p.Source.Field, "event ")
	return p.Grade == Waiting && (p.Cause == StartupFailing || p.Cause == ReadinessFailing && !probed)
}

// Vague tells whether evidence that may name another cause was not read.
func (p *Problem) Vague() bool { return p.vague }

// problems groups symptoms by cause and container.
func (ev *evidence) problems(d *survey, before []Finding) []Problem {
	index := map[causeKey]int{}
	var all []Problem
	for i := range d.symptoms {
		s := &d.symptoms[i]
		key := causeKey{s.cause, s.container, s.about}
		at, ok := index[key]
		if !ok {
			at = len(all)
			index[key] = at
			all = append(all, Problem{causeKey: key, vague: true, patience: s.patience})
		}
		all[at].add(s)
	}
	for i := range all {
		ev.tell(&all[i], d, before)
	}
	return all
}

func (p *Problem) add(s *symptom) {
	p.vague = p.vague && s.vague
	p.rounds, p.Restarts = max(p.rounds, s.rounds), max(p.Restarts, s.restarts)
	if gradeRank(s.grade) < gradeRank(p.Grade) || p.Grade == "" {
		p.Grade = s.grade
	}
	p.patience = max(p.patience, s.patience)
	if d := s.decision; !d.Time.IsZero() && (p.Decision.Time.IsZero() || d.Time.Before(p.Decision.Time)) {
		p.Decision = d
	}
	if s.pod != nil && (len(p.Affected) == 0 || p.Affected[len(p.Affected)-1] != s.pod) {
		p.Affected = append(p.Affected, s.pod)
	}
	if p.exemplar == nil || tellsMore(s, p.exemplar) {
		p.exemplar = s
	}
}

// tellsMore chooses the exemplar: with evidence, with more restarts, then by name, so that it stays the same.
func tellsMore(a, b *symptom) bool {
	if a.vague != b.vague {
		return !a.vague
	}
	if a.span != b.span {
		return a.span > b.span
	}
	if a.grade != b.grade {
		return gradeRank(a.grade) < gradeRank(b.grade)
	}
	if a.restarts != b.restarts {
		return a.restarts > b.restarts
	}
	return a.pod != nil && b.pod != nil && a.pod.Name < b.pod.Name
}

// tell fills in the finding.
func (ev *evidence) tell(p *Problem, d *survey, before []Finding) {
	e := p.exemplar
	p.Cause, p.Container, p.Subject = p.causeKey.cause, p.causeKey.container, e.subject
	p.Owner = e.keyOwner(ev.template)
	p.Message, p.ExitCode, p.Source = e.message, e.exitCode, e.source
	p.Pods, p.Of = len(p.Affected), d.of
	if e.pod != nil {
		p.Exemplar = e.pod.Name
		p.Source.Kind, p.Source.Name = podKind, e.pod.Name
		p.Of = max(d.of, p.Pods)
	} else {
		p.Pods, p.Of, p.Exemplar = e.missing, e.wanted, cmp.Or(e.exemplar, ev.revision)
	}
	if e.run != nil {
		p.Logs = ev.lines(*e.run)
	}
	if p.Logs == nil {
		p.Logs = e.left
	}
	if p.Logs == nil { // what was known of the same cause before still holds
		for i := range before {
			if before[i].Cause == p.Cause && before[i].Container == p.Container {
				p.Logs = before[i].Logs
			}
		}
	}
}

func gradeRank(g Grade) int { return slices.Index([]Grade{Fatal, Failing, Waiting}, g) }

// byWeight orders problems: decided ones, then the graver, then those of more pods, then the more specific cause.
func byWeight(a, b Problem) int {
	if a.Decided != b.Decided {
		if a.Decided {
			return -1
		}
		return 1
	}
	grade := 0
	if !a.Decided {
		grade = cmp.Compare(gradeRank(a.Grade), gradeRank(b.Grade))
	}
	return cmp.Or(
		grade,
		cmp.Compare(b.Pods, a.Pods),
		cmp.Compare(gradeRank(a.Grade), gradeRank(b.Grade)),
		cmp.Compare(specificity(b.Cause), specificity(a.Cause)),
		a.since.Compare(b.since),
		cmp.Compare(a.Cause, b.Cause),
		cmp.Compare(a.Container, b.Container),
	)
}
