package cluster

import (
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// kindOf finds the kind that a TYPE of the command line means. Built-in kinds cost nothing; for
// others discovery is asked, through kubectl's own cache on disk.
func (c *Cluster) kindOf(name string) (schema.GroupVersionKind, error) {
	if k, ok := builtinKind(name); ok {
		return k.GroupVersionKind, nil
	}
	unknown := &Error{
		Reason: UnknownKind, Object: name,
		Message: fmt.Sprintf("the server has no resource type %q", name), Next: []string{"kubectl api-resources"},
	}
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
	switch {
	case err == nil:
		return gvk, nil
	case meta.IsNoMatchError(err):
		return schema.GroupVersionKind{}, unknown.suggestOnly(name, builtinKindNames())
	}
	return schema.GroupVersionKind{}, APIError(Call{"get", "api resources", "", name}, err)
}

func lower(kind string) string { return strings.ToLower(kind) }
