package watch

import (
	"maps"
	"slices"
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
	pairs  map[[2]string][]matched
	others []matched
}

type matched struct {
	targets  []*target // the one
	selector labels.Selector
}

func newMatcher(targets []*target) *matcher {
	m := &matcher{pairs: map[[2]string][]matched{}}
	var keys []string
	for _, t := range targets {
		selector, err := metav1.LabelSelectorAsSelector(t.selector)
		if t.selector == nil || err != nil {
			continue // the API server lets no unreadable one pass
		}
		keys = append(keys, t.ref.Name+" "+selector.String())
		one := matched{[]*target{t}, selector}
		if pair, ok := demanded(t.selector); ok {
			m.pairs[pair] = append(m.pairs[pair], one)
		} else {
			m.others = append(m.others, one)
		}
	}
	m.key = strings.Join(keys, "\n")
	m.query = query(targets)
	return m
}

// demanded returns the first of the labels that a selector demands, if it demands one.
func demanded(s *metav1.LabelSelector) (pair [2]string, ok bool) {
	if len(s.MatchLabels) == 0 {
		return pair, false
	}
	key := slices.Min(slices.Collect(maps.Keys(s.MatchLabels)))
	return [2]string{key, s.MatchLabels[key]}, true
}

func (m *matcher) match(set map[string]string) []*target {
	var found []*target
	try := func(candidates []matched) {
		for _, c := range candidates {
			switch {
			case !c.selector.Matches(labels.Set(set)):
			case found == nil:
				found = slices.Clip(c.targets)
			default:
				found = append(found, c.targets...)
			}
		}
	}
	for key, value := range set {
		try(m.pairs[[2]string{key, value}])
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
