package workload

import (
	"maps"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// MaxByName is how many workloads of a kind and namespace are asked about one by one. More share a list or a watch of
// the whole namespace.
const MaxByName = 3

// selectorLength keeps the URL of a request within what proxies commonly take (8 KiB), escaped.
const selectorLength = 4 << 10

// JointSelector is the narrowest selector of everything that one of the selectors matches; "" is everything. For several
// it demands one of the values that they have for a label that all of them demand.
func JointSelector(selectors []*metav1.LabelSelector) string {
	if len(selectors) == 0 {
		return ""
	}
	if len(selectors) == 1 {
		return metav1.FormatLabelSelector(selectors[0])
	}
	narrowest, most := "", 0
	for key := range selectors[0].MatchLabels {
		values := map[string]bool{}
		for _, s := range selectors {
			if value, ok := s.MatchLabels[key]; ok {
				values[value] = true
				continue
			}
			values = nil
			break
		}
		q := key + " in (" + strings.Join(slices.Sorted(maps.Keys(values)), ",") + ")"
		if len(values) > most && len(q) <= selectorLength {
			narrowest, most = q, len(values)
		}
	}
	return narrowest
}
