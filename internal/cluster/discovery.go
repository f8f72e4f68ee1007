package cluster

import (
	"strings"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// KindFor asks discovery, through kubectl's own cache on disk, for the kind that a TYPE means. Of a type that the server
// does not have, meta.IsNoMatchError is true.
func (c *Cluster) KindFor(name string) (schema.GroupVersionKind, error) {
	// The server has to be reachable before its silence can mean anything.
	if _, err := c.config(); err != nil {
		return schema.GroupVersionKind{}, err
	}
	mapper, err := c.flags.ToRESTMapper()
	if err != nil {
		return schema.GroupVersionKind{}, c.configError(err)
	}
	// "a.b.c" may be RESOURCE.VERSION.GROUP, or RESOURCE and a group with a dot in it.
	full, partial := schema.ParseResourceArg(strings.ToLower(name))
	if full != nil {
		if gvk, err := mapper.KindFor(*full); err == nil {
			return gvk, nil
		}
	}
	gvk, err := mapper.KindFor(partial.WithVersion(""))
	if meta.IsNoMatchError(err) {
		return schema.GroupVersionKind{}, err
	}
	return gvk, APIError(Call{"get", "api resources", "", name}, err)
}
