package layout

import (
	"strings"

	"github.com/kubectl-app/kubectl-app/internal/term"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Name is what a user would type for a workload: deployment/web.
func Name(ref workload.Ref) string {
	return term.Clean(strings.ToLower(ref.Kind) + "/" + ref.Name)
}

// Namer returns name, or a form with the namespace when the workloads are of more than one.
func Namer(refs []workload.Ref) func(workload.Ref) string {
	for _, ref := range refs {
		if ref.Namespace != refs[0].Namespace {
			return func(ref workload.Ref) string { return term.Clean(ref.Namespace) + " " + Name(ref) }
		}
	}
	return Name
}

// Join leaves out what is empty.
func Join(separator string, parts ...string) string {
	var kept []string
	for _, p := range parts {
		if p != "" {
			kept = append(kept, p)
		}
	}
	return strings.Join(kept, separator)
}

// ShortImage leaves out the registry and the path, and most of a digest.
func ShortImage(image string) string {
	short := term.Clean(image[strings.LastIndexByte(image, '/')+1:])
	reference, digest, found := strings.Cut(short, "@")
	if !found {
		return short
	}
	if strings.Contains(reference, ":") { // the tag says more to a person
		return reference
	}
	algorithm, hash, _ := strings.Cut(digest, ":")
	return reference + "@" + algorithm + ":" + hash[:min(8, len(hash))]
}
