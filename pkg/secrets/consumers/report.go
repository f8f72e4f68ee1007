package consumers

import (
	"slices"
	"strings"
	"time"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// ReportKind is the kind of a Report.
const ReportKind = "ConsumerReport"

// Report says who uses some Secrets and ConfigMaps: docs/schema/consumer-report.v1alpha1.json.
type Report struct {
	APIVersion string          `json:"apiVersion"`
	Kind       string          `json:"kind"`
	Objects    []SubjectReport `json:"objects"`
	NotSeen    []NotSeen       `json:"notSeen,omitempty"`
	// Next are commands to type.
	Next []string `json:"next,omitempty"`
}

// NotSeen is a kind of object that may not be read, and what is not known without it.
type NotSeen struct {
	Resource string   `json:"resource"`
	Without  string   `json:"without"`
	Next     []string `json:"next,omitempty"`
}

// SubjectReport is one object with its consumers.
type SubjectReport struct {
	workload.Ref
	Type      string `json:"type,omitempty"`
	Immutable bool   `json:"immutable,omitempty"`
	// Unread: the object itself may not be read, so that its keys and its last change are not known.
	Unread      bool         `json:"unread,omitempty"`
	Changed     *time.Time   `json:"changed,omitempty"`
	ChangedFrom ChangeSource `json:"changedFrom,omitempty"`
	Keys        []KeyReport  `json:"keys"`
	// MissingKeys are used, and not there.
	MissingKeys []MissingKey `json:"missingKeys,omitempty"`
	Consumers   []Consumer   `json:"consumers"`
}

// KeyReport is one key, with the consumers that use it; none when nobody does.
type KeyReport struct {
	Name    string    `json:"name"`
	Bytes   int       `json:"bytes"`
	Changed time.Time `json:"changed"`
	// Expires is the end of the certificate that the value is; nil if it is none.
	Expires   *time.Time `json:"expires,omitempty"`
	Consumers []string   `json:"consumers"` // as TYPE/NAME
}

// MissingKey is a key that consumers name and the object does not have.
type MissingKey struct {
	Name      string   `json:"name"`
	Optional  bool     `json:"optional,omitempty"` // for all of them
	Consumers []string `json:"consumers"`
}

// maxRestarts bounds the command that rolls what needs it: a longer one is nothing to type.
const maxRestarts = 20

// NewReport joins what was found of each object, and names the command that makes an end of old
// content.
func NewReport(apiVersion string, objects []SubjectReport, notSeen []NotSeen) Report {
	r := Report{APIVersion: apiVersion, Kind: ReportKind, Objects: objects, NotSeen: notSeen}
	var names []string
	namespace := ""
	for _, o := range objects {
		for _, c := range o.Consumers {
			if name := c.String(); c.NeedsRoll && rollable(c.Kind) && !slices.Contains(names, name) {
				names, namespace = append(names, name), c.Namespace
			}
		}
	}
	if len(names) > 0 && len(names) <= maxRestarts {
		r.Next = []string{"kubectl app rollout restart " + strings.Join(names, " ") + " -n " + namespace}
	}
	return r
}

// NewSubjectReport joins an object with what was found of its consumers.
func NewSubjectReport(s Subject, consumers []Consumer) SubjectReport {
	r := SubjectReport{
		Ref: s.Ref, Type: s.Type, Immutable: s.Immutable, Unread: s.Unread,
		Keys: make([]KeyReport, 0, len(s.Keys)), MissingKeys: missingKeys(consumers), Consumers: consumers,
	}
	if !s.Unread {
		at := s.Changed.Time.UTC()
		r.Changed, r.ChangedFrom = &at, s.Changed.Source
	}
	for _, key := range s.Keys {
		report := KeyReport{Name: key.Name, Bytes: key.Bytes, Changed: key.Changed.UTC(), Consumers: usersOf(key.Name, consumers)}
		if !key.Expires.IsZero() {
			report.Expires = new(key.Expires.UTC())
		}
		r.Keys = append(r.Keys, report)
	}
	return r
}

// usersOf names the consumers of a key, those of every key included. To be named only is no use of it.
func usersOf(key string, consumers []Consumer) []string {
	users := []string{}
	for _, c := range consumers {
		if slices.ContainsFunc(c.Uses, func(u Use) bool { return (u.Key == "" || u.Key == key) && u.Reach != ReachNothing }) {
			users = append(users, c.String())
		}
	}
	return users
}

func missingKeys(consumers []Consumer) []MissingKey {
	var missing []MissingKey
	for _, c := range consumers {
		for _, u := range c.Uses {
			if !u.Missing {
				continue
			}
			i := slices.IndexFunc(missing, func(m MissingKey) bool { return m.Name == u.Key })
			if i < 0 {
				i, missing = len(missing), append(missing, MissingKey{Name: u.Key, Optional: true})
			}
			m := &missing[i]
			m.Optional = m.Optional && u.Optional
			if !slices.Contains(m.Consumers, c.String()) {
				m.Consumers = append(m.Consumers, c.String())
			}
		}
	}
	return missing
}
