package secrets

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Version is one version of a Secret or ConfigMap: an object that this program made under a name with the
// hash of its content.
type Version struct {
	workload.Ref
	Of              string // the name without the hash
	UID             string
	ResourceVersion string
	// Created is when it was made, or taken up again last.
	Created time.Time
}

// The suffix is kustomize's: ten signs of an alphabet in which no words can be spelled
// (sigs.k8s.io/kustomize/api/hasher).
const (
	hashLength   = 10
	hashAlphabet = "2456789bcdfghkmt"
)

// VersionOf tells whether an object was made by this program: it says so itself, and its name is what
// it says with a hash. An annotation alone proves nothing, since it may have been copied.
func VersionOf(kind string, meta *metav1.ObjectMeta) (Version, bool) {
	of := meta.Annotations[workload.AnnotationGenerated]
	hash, named := strings.CutPrefix(meta.Name, of+"-")
	if of == "" || !named || len(hash) != hashLength || strings.Trim(hash, hashAlphabet) != "" {
		return Version{}, false
	}
	created := meta.CreationTimestamp.Time
	if again, err := time.Parse(time.RFC3339, meta.Annotations[workload.AnnotationTakenUp]); err == nil && again.After(created) {
		created = again
	}
	return Version{
		Ref: workload.Ref{Kind: kind, Namespace: meta.Namespace, Name: meta.Name}, Of: of,
		UID: string(meta.UID), ResourceVersion: meta.ResourceVersion, Created: created,
	}, true
}

// PruneReason is why an object is deleted or kept. The set is closed.
type PruneReason string

// An object that is too young may be one that a release is about to point to.
const (
	PruneUnused PruneReason = "Unused"
	KeepInUse   PruneReason = "InUse"
	KeepYoung   PruneReason = "Young"
)

// PruneRow is one generated object, and what becomes of it.
type PruneRow struct {
	Version
	Reason PruneReason
}

// PlanPrune decides what to delete: what nothing mentions and is at least minAge old. Rows are sorted by
// kind, by what they were made from, and by age, the oldest first.
func PlanPrune(all []Version, mentions *Mentions, minAge time.Duration, now time.Time) []PruneRow {
	rows := make([]PruneRow, 0, len(all))
	for _, g := range all {
		reason := PruneUnused
		switch {
		case mentions.Has(g.Name):
			reason = KeepInUse
		case now.Sub(g.Created) < minAge:
			reason = KeepYoung
		}
		rows = append(rows, PruneRow{g, reason})
	}
	slices.SortFunc(rows, func(a, b PruneRow) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Of, b.Of), a.Created.Compare(b.Created), cmp.Compare(a.Name, b.Name))
	})
	return rows
}

// Mentions looks for names in the JSON of other objects, wherever they stand and whatever is around them: a
// name with a hash stands nowhere by accident, and what uses an object in a way that is not known here keeps
// it too. It is not safe for concurrent use.
type Mentions struct {
	bySuffix map[string][]string // by the hash
	found    map[string]bool
}

// NewMentions looks for the names of these objects.
func NewMentions(all []Version) *Mentions {
	m := &Mentions{bySuffix: map[string][]string{}, found: map[string]bool{}}
	for _, v := range all {
		suffix := v.Name[max(0, len(v.Name)-hashLength):]
		m.bySuffix[suffix] = append(m.bySuffix[suffix], v.Name)
	}
	return m
}

// Scan looks through the JSON of one or more objects.
func (m *Mentions) Scan(text []byte) {
	run := 0 // signs of a hash in a row, up to here
	for i, c := range text {
		if strings.IndexByte(hashAlphabet, c) < 0 {
			run = 0
			continue
		}
		if run++; run >= hashLength {
			m.see(text[:i+1])
		}
	}
}

// see looks at the end of a text.
func (m *Mentions) see(text []byte) {
	for _, name := range m.bySuffix[string(text[len(text)-hashLength:])] {
		if bytes.HasSuffix(text, []byte(name)) {
			m.found[name] = true
		}
	}
}

// Has tells whether a name was found.
func (m *Mentions) Has(name string) bool { return m.found[name] }
