package resolve

import (
	"fmt"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
)

// kindOf finds the kind that a TYPE of the command line means. Built-in kinds cost nothing; for
// others discovery is asked, through kubectl's own cache on disk.
func (c finder) kindOf(name string) (schema.GroupVersionKind, error) {
	if k, ok := builtinKind(name); ok {
		return k.GroupVersionKind, nil
	}
	unknown := &cluster.Error{
		Reason: cluster.UnknownKind, Object: name,
		Message: fmt.Sprintf("the server has no resource type %q", name), Next: []string{"kubectl api-resources"},
	}
	gvk, err := c.KindFor(name)
	if meta.IsNoMatchError(err) {
		return schema.GroupVersionKind{}, unknown.SuggestNearest(name, builtinKindNames())
	}
	return gvk, err
}
