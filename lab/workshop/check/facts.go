package check

import (
	"encoding/base64"
	"maps"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// Resources are what is read of the namespace. A check sees the objects of each by name.
var Resources = []schema.GroupVersionResource{
	{Version: "v1", Resource: "pods"},
	{Version: "v1", Resource: "services"},
	{Version: "v1", Resource: "configmaps"},
	{Version: "v1", Resource: "secrets"},
	{Version: "v1", Resource: "serviceaccounts"},
	{Version: "v1", Resource: "persistentvolumeclaims"},
	{Version: "v1", Resource: "resourcequotas"},
	{Version: "v1", Resource: "events"},
	{Group: "apps", Version: "v1", Resource: "deployments"},
	{Group: "apps", Version: "v1", Resource: "replicasets"},
	{Group: "apps", Version: "v1", Resource: "statefulsets"},
	{Group: "apps", Version: "v1", Resource: "daemonsets"},
	{Group: "batch", Version: "v1", Resource: "jobs"},
	{Group: "autoscaling", Version: "v2", Resource: "horizontalpodautoscalers"},
	{Group: "discovery.k8s.io", Version: "v1", Resource: "endpointslices"},
	{Group: "networking.k8s.io", Version: "v1", Resource: "ingresses"},
	{Group: "rbac.authorization.k8s.io", Version: "v1", Resource: "roles"},
	{Group: "rbac.authorization.k8s.io", Version: "v1", Resource: "rolebindings"},
}

// Facts are what is known of the namespace of an exercise.
type Facts struct {
	Namespace string
	// Objects by resource, as the API server sends them.
	Objects map[string][]unstructured.Unstructured
	Answers map[Request]Answer
	Allowed map[Access]bool
}

// inputs are the variables of the expressions, and the values of all Secrets.
func (f Facts) inputs() (inputs map[string]any, secrets []string) {
	inputs = map[string]any{"ns": f.Namespace}
	for _, resource := range Resources {
		byName := map[string]any{}
		for _, o := range f.Objects[resource.Resource] {
			object := o.Object
			if resource.Resource == "secrets" {
				object = decoded(object)
				secrets = append(secrets, values(object)...)
			}
			byName[o.GetName()] = object
		}
		inputs[resource.Resource] = byName
	}
	slices.SortFunc(secrets, func(a, b string) int { return len(b) - len(a) }) // a value may be part of another
	inputs["containers"], inputs["endpoints"] = f.containers(), f.Endpoints()
	return inputs, secrets
}

// decoded is a Secret with its values as they reach a container.
func decoded(secret map[string]any) map[string]any {
	data, found, err := unstructured.NestedStringMap(secret, "data")
	if !found || err != nil {
		return secret
	}
	plain := map[string]any{}
	for key, value := range data {
		text, err := base64.StdEncoding.DecodeString(value)
		if err != nil {
			continue
		}
		plain[key] = string(text)
	}
	secret = maps.Clone(secret)
	secret["data"] = plain
	return secret
}

// values are those of a decoded Secret that a message could show.
func values(secret map[string]any) (all []string) {
	data, _, err := unstructured.NestedStringMap(secret, "data")
	if err != nil {
		return nil
	}
	for _, value := range data {
		if strings.TrimSpace(value) != "" {
			all = append(all, value, strings.TrimSpace(value))
		}
	}
	return all
}
