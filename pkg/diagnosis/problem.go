package diagnosis

import (
	"cmp"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// Problem is one cause with all pods that show it: a Finding, and what decides about it.
type Problem struct {
	Finding
	// Affected are the pods that show it; nil when no pod could be created.
	Affected []*corev1.Pod
	// Decided: it has outlasted its patience. Before that, Decision is when it will have.
	Decided  bool
	Decision Decision

	causeKey
	since time.Time
	// fatalSince is when it became fatal, which can be after since: see uncreated.
	fatalSince time.Time
	patience   time.Duration
	subject    string
	vague      bool // evidence of all its symptoms is missing
	rounds     int32

	exemplar *symptom
}

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

func (k *Problem) add(s *symptom) {
	k.vague = k.vague && s.vague
	k.rounds, k.Restarts = max(k.rounds, s.rounds), max(k.Restarts, s.restarts)
	if gradeRank(s.grade) < gradeRank(k.Grade) || k.Grade == "" {
		k.Grade = s.grade
	}
	k.patience = max(k.patience, s.patience)
	if d := s.decision; !d.Time.IsZero() && (k.Decision.Time.IsZero() || d.Time.Before(k.Decision.Time)) {
		k.Decision = d
	}
	if s.pod != nil && (len(k.Affected) == 0 || k.Affected[len(k.Affected)-1] != s.pod) {
		k.Affected = append(k.Affected, s.pod)
	}
	if k.exemplar == nil || tellsMore(s, k.exemplar) {
		k.exemplar = s
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
func (ev *evidence) tell(k *Problem, d *survey, before []Finding) {
	e := k.exemplar
	k.Cause, k.Container, k.subject = k.causeKey.cause, k.causeKey.container, e.subject
	k.Message, k.ExitCode = e.message, e.exitCode
	k.Pods, k.Of = len(k.Affected), d.of
	if e.pod != nil {
		k.Exemplar = e.pod.Name
		k.Of = max(d.of, k.Pods)
	} else {
		k.Pods, k.Of, k.Exemplar = e.lacking, e.wanted, cmp.Or(e.exemplar, ev.revision)
	}
	if e.run != nil {
		k.Logs = ev.lines(*e.run)
	}
	if k.Logs == nil {
		k.Logs = e.left
	}
	if k.Logs == nil { // what was known of the same cause before still holds
		for i := range before {
			if before[i].Cause == k.Cause && before[i].Container == k.Container {
				k.Logs = before[i].Logs
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
