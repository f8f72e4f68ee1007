package consumers

import (
	"bytes"
	"cmp"
	"encoding/json"
	"strconv"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Keeper is what refers to a Version: an object, or an old revision of it.
type Keeper struct {
	workload.Ref
	Revision int64 // 0 for the object itself
}

// Mentions looks for names in the JSON of other objects, wherever they stand and whatever is around them: a
// name with a hash stands nowhere by accident, and what uses an object in a way that is not known here keeps
// it too. It is not safe for concurrent use.
type Mentions struct {
	bySuffix map[string][]string // by the hash
	found    map[string]mention
}

type mention struct {
	keeper Keeper
	rank   int
}

// NewMentions looks for the names of these objects.
func NewMentions(all []Version) *Mentions {
	m := &Mentions{bySuffix: map[string][]string{}, found: map[string]mention{}}
	for _, v := range all {
		suffix := v.Name[max(0, len(v.Name)-hashLength):]
		m.bySuffix[suffix] = append(m.bySuffix[suffix], v.Name)
	}
	return m
}

// Scan looks through the JSON of one object. The kind is given because the items of a list don't name it.
func (m *Mentions) Scan(kind string, object []byte) {
	var names []string
	run := 0 // signs of a hash in a row, up to here
	for i, c := range object {
		if strings.IndexByte(hashAlphabet, c) < 0 {
			run = 0
			continue
		}
		if run++; run >= hashLength {
			names = append(names, m.endingOf(object[:i+1])...)
		}
	}
	if len(names) == 0 {
		return
	}
	by := mentionIn(kind, object)
	for _, name := range names {
		if before, found := m.found[name]; !found || by.before(before) {
			m.found[name] = by
		}
	}
}

// endingOf returns the names with which a text ends.
func (m *Mentions) endingOf(text []byte) []string {
	var names []string
	for _, name := range m.bySuffix[string(text[len(text)-hashLength:])] {
		if bytes.HasSuffix(text, []byte(name)) {
			names = append(names, name)
		}
	}
	return names
}

// Keeper returns what refers to a name. Of several, an object without a controller comes first, then the
// newest revision, then an object that a controller has made.
func (m *Mentions) Keeper(name string) (Keeper, bool) {
	found, ok := m.found[name]
	return found.keeper, ok
}

// mentionIn tells what a mention in an object stands for. An object that can't be read is a mention too.
func mentionIn(kind string, object []byte) mention {
	var o struct {
		Metadata metav1.ObjectMeta `json:"metadata"`
		Revision int64             `json:"revision"`
	}
	_ = json.Unmarshal(object, &o)
	self := Keeper{Ref: workload.Ref{Kind: kind, Namespace: o.Metadata.Namespace, Name: o.Metadata.Name}}
	controller := metav1.GetControllerOf(&o.Metadata)
	if controller == nil {
		return mention{self, 0}
	}
	revision := o.Revision
	if kind == kindReplicaSet {
		revision, _ = strconv.ParseInt(o.Metadata.Annotations[workload.AnnotationRevision], 10, 64)
	}
	if revision == 0 {
		return mention{self, 2}
	}
	return mention{Keeper{workload.Ref{Kind: controller.Kind, Namespace: o.Metadata.Namespace, Name: controller.Name}, revision}, 1}
}

func (m mention) before(other mention) bool {
	return cmp.Or(
		cmp.Compare(m.rank, other.rank), cmp.Compare(other.keeper.Revision, m.keeper.Revision),
		strings.Compare(m.keeper.String(), other.keeper.String()),
	) < 0
}
