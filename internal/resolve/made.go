package resolve

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// WithoutMade leaves out the objects that others of the selection have made: the change gets to them from there. made
// says which, by their makers.
func WithoutMade(objects []cluster.Object) (kept []cluster.Object, made []string) {
	chosen := map[types.UID]cluster.Object{}
	for _, o := range objects {
		chosen[o.GetUID()] = o
	}
	counts := map[string]map[string]int{}
	var order []string
	for _, o := range objects {
		root, isMade := o, false
		for maker := metav1.GetControllerOfNoCopy(root); maker != nil; maker = metav1.GetControllerOfNoCopy(root) {
			next, ok := chosen[maker.UID]
			if !ok {
				break
			}
			root, isMade = next, true
		}
		if !isMade {
			kept = append(kept, o)
			continue
		}
		name := root.Ref().String()
		if counts[name] == nil {
			counts[name] = map[string]int{}
			order = append(order, name)
		}
		counts[name][o.Kind.Plural]++
	}
	for _, name := range order {
		var parts []string
		for _, plural := range slices.Sorted(maps.Keys(counts[name])) {
			parts = append(parts, workload.Plural(counts[name][plural], strings.TrimSuffix(plural, "s"), plural))
		}
		made = append(made, fmt.Sprintf("not changed, because %s creates them: %s", name, strings.Join(parts, ", ")))
	}
	return kept, made
}
