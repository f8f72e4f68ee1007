package resolve

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"k8s.io/cli-runtime/pkg/resource"
	"k8s.io/client-go/kubernetes/scheme"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/redact"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// resolveFiles reads -f or -k as kubectl does (files, folders, URLs, stdin, kustomizations). The
// files say only which objects are meant: as kubectl does it, each is then read from the server,
// unless --local asks for the files' own state.
func (c finder) resolveFiles(ctx context.Context, s Selection) ([]cluster.Object, error) {
	namespace, explicit, err := c.FileNamespace(s.Local)
	if err != nil {
		return nil, err
	}
	infos, err := fileInfos(s)
	if err != nil {
		message := err.Error()
		for _, name := range append(s.Filenames[:len(s.Filenames):len(s.Filenames)], s.Kustomize) {
			message = strings.ReplaceAll(message, name, redact.Argument(name))
		}
		return nil, &cluster.Error{Reason: cluster.BadFile, Message: message, Err: err}
	}
	objects := make([]cluster.Object, 0, len(infos))
	for _, info := range infos {
		o, ok := workload.ObjectOf(info.Object)
		if !ok || !s.takes(o.Kind) {
			return nil, unsupported(info.Object.GetObjectKind().GroupVersionKind(), info.Name, cmp.Or(info.Namespace, namespace), s)
		}
		if !s.Local {
			own, err := placed(info.Namespace, namespace, explicit)
			if err != nil {
				return nil, err
			}
			o.SetNamespace(own)
		}
		o.GetObjectKind().SetGroupVersionKind(o.Kind.GroupVersionKind)
		objects = append(objects, o)
	}
	if len(objects) == 0 {
		return nil, &cluster.Error{Reason: cluster.NothingFound, Message: "the files name no objects" + matching(s.LabelSelector)}
	}
	if s.Local {
		return objects, nil
	}
	refs := make([]workload.Ref, 0, len(objects))
	for _, o := range objects {
		refs = append(refs, o.Ref())
	}
	return c.getAll(ctx, unique(refs))
}

// placed is the namespace of an object from a file. The builder works without a server, and so it
// does not know which kinds have one.
func placed(own, wanted string, explicit bool) (string, error) {
	switch {
	case own == "":
		return wanted, nil
	case explicit && own != wanted:
		return "", &cluster.Error{Reason: cluster.BadFile, Message: fmt.Sprintf(
			"the file's object is in namespace %q, and -n says %q; pass --namespace=%s", own, wanted, own)}
	}
	return own, nil
}

func fileInfos(s Selection) ([]*resource.Info, error) {
	builder := resource.NewLocalBuilder().
		WithScheme(scheme.Scheme, scheme.Scheme.PrioritizedVersionsAllGroups()...).
		ContinueOnError().
		FilenameParam(false, &resource.FilenameOptions{Filenames: s.Filenames, Kustomize: s.Kustomize, Recursive: s.Recursive}).
		LabelSelectorParam(s.LabelSelector).
		Flatten()
	return builder.Do().Infos()
}

func matching(selector string) string {
	if selector == "" {
		return ""
	}
	return fmt.Sprintf(" that match -l %q", selector)
}
