package workload

import "strings"

// CanI is the command that asks whether a verb is allowed on a resource: "pods", "deployments.apps", "pods/log". A name
// after a slash would be that of an object there. namespace is "" for what has none.
func CanI(verb, resource, namespace string) string {
	resource, sub, _ := strings.Cut(resource, "/")
	command := "kubectl auth can-i " + verb + " " + resource
	if sub != "" {
		command += " --subresource=" + sub
	}
	if namespace != "" {
		command += " -n " + namespace
	}
	return command
}
