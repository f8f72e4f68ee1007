package rollout

import (
	"cmp"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// complaint is one cause with all pods that show it: a finding in the making.
type complaint struct {
	Finding
	sight
	since time.Time
	// fatalSince is when it became fatal, which may be later: see uncreated.
	fatalSince time.Time
	patience   time.Duration
	subject    string
	pods       []*corev1.Pod
	vague      bool // nothing of it has been looked at closely
	rounds     int32
	// decided: it has outlasted its patience. Before that, decision is when it will have.
	decided  bool
	decision Decision

	exemplar *symptom
}

// complaints groups symptoms by cause and container.
func (c *clues) complaints(d *diagnosis, before []Finding) []complaint {
	index := map[sight]int{}
	var all []complaint
	for i := range d.symptoms {
		s := &d.symptoms[i]
		key := sight{s.cause, s.container, s.about}
		at, ok := index[key]
		if !ok {
			at = len(all)
			index[key] = at
			all = append(all, complaint{sight: key, vague: true, patience: s.patience})
		}
		all[at].add(s)
	}
	for i := range all {
		c.tell(&all[i], d, before)
	}
	return all
}

func (k *complaint) add(s *symptom) {
	k.vague = k.vague && s.vague
	k.rounds, k.Restarts = max(k.rounds, s.rounds), max(k.Restarts, s.restarts)
	if gradeRank(s.grade) < gradeRank(k.Grade) || k.Grade == "" {
		k.Grade = s.grade
	}
	k.patience = max(k.patience, s.patience)
	if d := s.decision; !d.Time.IsZero() && (k.decision.Time.IsZero() || d.Time.Before(k.decision.Time)) {
		k.decision = d
	}
	if s.pod != nil && (len(k.pods) == 0 || k.pods[len(k.pods)-1] != s.pod) {
		k.pods = append(k.pods, s.pod)
	}
	if k.exemplar == nil || tellsMore(s, k.exemplar) {
		k.exemplar = s
	}
}

// tellsMore: closer looked at, then more restarts, then by name so that it stays the same.
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
func (c *clues) tell(k *complaint, d *diagnosis, before []Finding) {
	e := k.exemplar
	k.Cause, k.Container, k.subject = k.sight.cause, k.sight.container, e.subject
	k.Message, k.ExitCode = e.message, e.exitCode
	k.Pods, k.Of = len(k.pods), d.of
	if e.pod != nil {
		k.Exemplar = e.pod.Name
		k.Of = max(d.of, k.Pods)
	} else {
		k.Pods, k.Of, k.Exemplar = e.lacking, e.wanted, cmp.Or(e.exemplar, c.revision)
	}
	if e.run != nil {
		k.Logs = c.lines(*e.run)
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

// byWeight orders complaints: what decides first; of what does not, the graver; then what more pods
// show; then the more specific name.
func byWeight(a, b complaint) int {
	if a.decided != b.decided {
		if a.decided {
			return -1
		}
		return 1
	}
	grade := 0
	if !a.decided {
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

func findings(all []complaint) []Finding {
	var out []Finding
	for i := range all {
		out = append(out, all[i].Finding)
	}
	return out
}
