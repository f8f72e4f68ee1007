package cli

import (
	"context"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"k8s.io/client-go/tools/clientcmd/api"

	"github.com/kubectl-app/kubectl-app/internal/complete"
	"github.com/kubectl-app/kubectl-app/internal/resolve"
	"github.com/kubectl-app/kubectl-app/pkg/podtemplate"
)

// flagCompleter finds what to offer for the value of a flag; nil for one that takes none. Most values are the user's own:
// nothing is offered for them, and no files.
func flagCompleter(flag *pflag.Flag) completer {
	if all := flagWords(flag); all != nil {
		return words(all...)
	}
	if f, known := flagCompleters[flag.Name]; known {
		return f
	}
	if flag.Value.Type() == "bool" {
		return nil
	}
	return words()
}

// flagCompleters are those whose values are names in the cluster, in the kubeconfig or on the disk.
var flagCompleters = map[string]completer{
	"namespace":         resource("", "namespaces"),
	"context":           kubeconfig(complete.Contexts),
	"cluster":           kubeconfig(complete.Clusters),
	"user":              kubeconfig(complete.Users),
	"ingress-class":     resource("networking.k8s.io", "ingressclasses"),
	"tls":               resource("", "secrets"),
	"to-revision":       completeRevisions,
	"revision":          completeRevisions,
	"service-account":   resource("", "serviceaccounts"),
	"image-pull-secret": listed(resource("", "secrets")),
	"secret-name":       listed(resource("", "secrets")),
	"configmap-name":    listed(resource("", "configmaps")),
	"claim-name":        resource("", "persistentvolumeclaims"),
	"claim-class":       resource("storage.k8s.io", "storageclasses"),
	"claim-mode":        words(podtemplate.AccessModes()...),
	"type":              completeTypes,
	"containers":        listed(ofSelected(complete.In.Containers)),
	"port":              listed(ofSelected(complete.In.Ports)),
	"target-port":       ofSelected(complete.In.Ports),
	"open-tcp":          ofSelected(complete.In.Ports),
	"limits":            listed(resourceNames),
	"requests":          listed(resourceNames),
	"from":              objects(complete.Kinds{Common: []string{kindSecret, kindConfigMap}}, nil).alone(),
	"env-from":          listed(objects(complete.Kinds{Common: []string{kindSecret, kindConfigMap}}, nil).alone()),
	"keys":              listed(completeSourceKeys),
	"reveal":            completeKeys,
	"prompt":            listed(completeKeys),
	"from-env":          listed(completeOwnVariables),
	"validate":          words("strict", "true", "warn", "ignore", "false"),
	"behavior":          words("create", "replace", "merge"),
	"ip-families":       listed(words("IPv4", "IPv6")),
	"protocol":          words("TCP", "UDP", "SCTP"),

	"kustomize": inFolders, "to-kustomization": inFolders, "cache-dir": inFolders,
	"filename": anyFile, "recording": anyFile, "since": anyFile, "kubeconfig": anyFile, "template": anyFile,
	"certificate-authority": anyFile, "client-certificate": anyFile, "client-key": anyFile, "cert": anyFile, "key": anyFile,
	"from-file": anyFile, "from-env-file": anyFile, "from-dotenv": anyFile,
}

func inFolders(context.Context, request) ([]complete.Candidate, cobra.ShellCompDirective) {
	return nil, folders
}

// oneOfText finds the formats in the help of -o: "One of: (json, yaml)".
var oneOfText = regexp.MustCompile(`\(([a-z-]+(?:, [a-z-]+)*)\)`)

// flagWords are the values of a flag that takes one of a closed set.
func flagWords(flag *pflag.Flag) []string {
	if c, ok := flag.Value.(interface{ words() []string }); ok {
		return c.words()
	}
	if flag.Name != "output" {
		return nil
	}
	formats := map[string]bool{}
	for _, list := range oneOfText.FindAllStringSubmatch(flag.Usage, -1) {
		for _, format := range strings.Split(list[1], ", ") {
			formats[format] = true
		}
	}
	if _, result := flag.Annotations[outputResult]; result {
		formats[outputResult] = true
	}
	return slices.Sorted(maps.Keys(formats))
}

// kubeconfig completes names in the kubeconfig.
func kubeconfig(of func(api.Config) []complete.Candidate) completer {
	return func(_ context.Context, r request) ([]complete.Candidate, cobra.ShellCompDirective) {
		config, err := r.env.Flags.ToRawKubeConfigLoader().RawConfig()
		if err != nil {
			return nil, noFiles
		}
		return of(config), noFiles
	}
}

// ofSelected completes what the selected objects have.
func ofSelected(of func(complete.In, context.Context, resolve.Selection) []complete.Candidate) completer {
	return func(ctx context.Context, r request) ([]complete.Candidate, cobra.ShellCompDirective) {
		return of(r.In, ctx, r.selected()), noFiles
	}
}

func completeRevisions(ctx context.Context, r request) ([]complete.Candidate, cobra.ShellCompDirective) {
	return r.Revisions(ctx, r.selected()), ordered
}

// completeTypes offers the types of volumes. That of a Secret is the user's own.
func completeTypes(_ context.Context, r request) ([]complete.Candidate, cobra.ShellCompDirective) {
	if r.cmd.Name() != "volume" {
		return nil, noFiles
	}
	return complete.Words("emptyDir", "persistentVolumeClaim", "secret", "configmap", "projected", "hostPath"), noFiles
}

func resourceNames(context.Context, request) ([]complete.Candidate, cobra.ShellCompDirective) {
	return complete.Words("cpu=", "memory=", "ephemeral-storage="), open
}

// completeKeys offers the keys of the Secret or ConfigMap that a verb names.
func completeKeys(ctx context.Context, r request) ([]complete.Candidate, cobra.ShellCompDirective) {
	switch words := r.objects(); {
	case r.cmd.Name() == "get":
		refs, err := resolve.ConfigRefs(r.Cluster, resolve.Selection{Args: words})
		if err != nil || len(refs) == 0 {
			return nil, noFiles
		}
		return r.Keys(ctx, refs[0].Kind, refs[0].Name), noFiles
	case len(words) == 0:
		return nil, noFiles
	case r.cmd.Name() == "configmap":
		return r.Keys(ctx, kindConfigMap, words[0]), noFiles
	default:
		return r.Keys(ctx, kindSecret, words[0]), noFiles
	}
}

// completeSourceKeys offers the keys of what --from names.
func completeSourceKeys(ctx context.Context, r request) ([]complete.Candidate, cobra.ShellCompDirective) {
	from, _ := r.cmd.Flags().GetString("from")
	source, err := resolve.ParseEnvSource(from)
	if err != nil {
		return nil, noFiles
	}
	return r.Keys(ctx, string(source.Kind), source.Name), noFiles
}

// completeOwnVariables offers the names of the variables of this process.
func completeOwnVariables(_ context.Context, r request) (found []complete.Candidate, _ cobra.ShellCompDirective) {
	for _, variable := range r.env.Environ() {
		name, _, _ := strings.Cut(variable, "=")
		found = append(found, complete.Candidate{Word: name})
	}
	return found, noFiles
}

// listed completes the last part of "a,b".
func listed(f completer) completer {
	return func(ctx context.Context, r request) ([]complete.Candidate, cobra.ShellCompDirective) {
		before := r.word[:strings.LastIndexByte(r.word, ',')+1]
		r.word = r.word[len(before):]
		found, directive := f(ctx, r)
		return complete.Around(before, found, ""), directive
	}
}

// alone completes without the words before.
func (f completer) alone() completer {
	return func(ctx context.Context, r request) ([]complete.Candidate, cobra.ShellCompDirective) {
		r.args = nil
		return f(ctx, r)
	}
}
