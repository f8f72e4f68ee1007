package resolve

import (
	"strings"

	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// kind is one kind of the API, with the names that kubectl takes for it.
type kind struct {
	schema.GroupVersionKind
	plural, singular string
	short            []string
}

// builtinKinds are those of the table of kinds, and those that users name beside them: naming one needs no
// discovery request. A function and no variable: only a wrong name reads all of it.
func builtinKinds() []kind {
	core := func(name, plural string, short ...string) kind {
		return kind{schema.GroupVersionKind{Version: "v1", Kind: name}, plural, strings.ToLower(name), short}
	}
	var all []kind
	for _, k := range workload.Kinds() {
		all = append(all, kind{k.GroupVersionKind, k.Plural, k.Singular(), k.Short})
	}
	return append(all,
		core("Service", "services", "svc"),
		core("Secret", "secrets"),
		core("ConfigMap", "configmaps", "cm"),
		core("Namespace", "namespaces", "ns"),
		core("Node", "nodes", "no"),
		kind{schema.GroupVersionKind{Group: "autoscaling", Version: "v2", Kind: "HorizontalPodAutoscaler"}, "horizontalpodautoscalers", "horizontalpodautoscaler", []string{"hpa"}},
		kind{networkingv1.SchemeGroupVersion.WithKind("Ingress"), "ingresses", "ingress", []string{"ing"}},
	)
}

// builtinKind finds a kind by any of the names that kubectl takes: "deploy", "Deployments",
// "deployments.apps", "deployments.v1.apps".
func builtinKind(name string) (kind, bool) {
	resource, qualifier, _ := strings.Cut(strings.ToLower(name), ".")
	for _, k := range builtinKinds() {
		if !k.answersTo(resource) {
			continue
		}
		switch qualifier {
		case "", k.Group, k.Version + "." + k.Group:
			return k, true
		}
	}
	return kind{}, false
}

func (k kind) answersTo(resource string) bool {
	if resource == k.plural || resource == k.singular {
		return true
	}
	for _, s := range k.short {
		if resource == s {
			return true
		}
	}
	return false
}

func builtinKindNames() []string {
	var names []string
	for _, k := range builtinKinds() {
		names = append(names, k.plural, k.singular)
		names = append(names, k.short...)
	}
	return names
}
