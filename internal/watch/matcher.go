package watch

import (
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// matcher finds the targets whose selectors match an object's labels.
type matcher struct {
	key   string // equal for equal selectors
	query string // what the server should match
	// pairs index the selectors by one label that they demand; others demand none.
	pairs  map[string][]matched
	others []matched
}

type matched struct {
	target   *target
	selector labels.Selector
}

func newMatcher(targets []*target) *matcher {
	m := &matcher{pairs: map[string][]matched{}}
	var keys []string
	for _, t := range targets {
		selector, err := metav1.LabelSelectorAsSelector(t.selector)
		if t.selector == nil || err != nil {
			continue // the API server lets no unreadable one pass
		}
		keys = append(keys, t.ref.Name+" "+selector.String())
		one := matched{t, selector}
		if pair := demanded(t.selector); pair != "" {
			m.pairs[pair] = append(m.pairs[pair], one)
		} else {
			m.others = append(m.others, one)
		}
	}
	m.key = strings.Join(keys, "\n")
	m.query = query(targets)
	return m
}

// demanded returns the least of the labels that a selector demands, as "key=value".
func demanded(s *metav1.LabelSelector) string {
	least := ""
	for key, value := range s.MatchLabels {
		if pair := key + "=" + value; least == "" || pair < least {
			least = pair
		}
	}
	return least
}

func (m *matcher) match(set map[string]string) []*target {
	var found []*target
	try := func(candidates []matched) {
		for _, c := range candidates {
			if c.selector.Matches(labels.Set(set)) {
				found = append(found, c.target)
			}
		}
	}
	for key, value := range set {
		try(m.pairs[key+"="+value])
	}
	try(m.others)
	return found
}

// query lets the server leave out what is none of the targets'.
func query(targets []*target) string {
	var known []*metav1.LabelSelector
	for _, t := range targets {
		if t.selector != nil {
			known = append(known, t.selector)
		}
	}
	return workload.JointSelector(known)
}
