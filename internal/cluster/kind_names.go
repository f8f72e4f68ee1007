package cluster

import (
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
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

// kubectlCommand is the command of kubectl that does what was asked, for kinds that we don't do; ""
// when kubectl can't either.
func kubectlCommand(gvk schema.GroupVersionKind, object string, s Selection) string {
	templated := gvk.Group == "apps" || gvk.Group == "batch" && gvk.Kind == "CronJob" || gvk.Kind == "Pod" || gvk.Kind == "ReplicationController"
	known := workload.KindNamed(gvk.Kind)
	rolled := known != nil && known.Releasable() && gvk.Group == known.Group
	if !rolled && (!templated || !strings.HasPrefix(s.Verb, "set ")) {
		return ""
	}
	words := []string{"kubectl", s.Verb, object}
	if s.Local {
		words = slices.Concat([]string{"kubectl", s.Verb, "--local", "-o yaml"}, s.fileFlags())
	}
	words = append(words, s.Tail...)
	switch {
	case s.LabelSelector != "":
		words = append(words, "-l", s.LabelSelector)
	case s.All:
		words = append(words, "--all")
	}
	return strings.Join(words, " ")
}

func lower(kind string) string { return strings.ToLower(kind) }
