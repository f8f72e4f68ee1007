package consumers

import (
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
	// Keeper refers to an object that is in use.
	Keeper Keeper
}

// PlanPrune decides what to delete: what nothing mentions and is at least minAge old. Rows are sorted by
// kind, by what they were made from, and by age, the oldest first.
func PlanPrune(all []Version, mentions *Mentions, minAge time.Duration, now time.Time) []PruneRow {
	rows := make([]PruneRow, 0, len(all))
	for _, g := range all {
		row := PruneRow{Version: g, Reason: PruneUnused}
		keeper, inUse := mentions.Keeper(g.Name)
		switch {
		case inUse:
			row.Reason, row.Keeper = KeepInUse, keeper
		case now.Sub(g.Created) < minAge:
			row.Reason = KeepYoung
		}
		rows = append(rows, row)
	}
	slices.SortFunc(rows, func(a, b PruneRow) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Of, b.Of), a.Created.Compare(b.Created), cmp.Compare(a.Name, b.Name))
	})
	return rows
}
