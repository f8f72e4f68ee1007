package cli

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/kubectl-app/kubectl-app/internal/complete"
	"github.com/kubectl-app/kubectl-app/internal/plugin"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

const (
	kindSecret    = string(workload.SecretReference)
	kindConfigMap = string(workload.ConfigMapReference)
)

// argumentCompleters are those of the verbs that take arguments.
func argumentCompleters() map[string]completer {
	rollouts := kinds((*workload.Kind).Releasable, none)
	pausable := kinds((*workload.Kind).Pausable, none)
	templates := kinds((*workload.Kind).Releasable, every)
	scales := kinds(func(k *workload.Kind) bool { return k.Releasable() && k.Scalable() }, (*workload.Kind).Scalable)
	config := complete.Kinds{Common: []string{kindSecret, kindConfigMap}}
	return map[string]completer{
		"":                              completePlugins,
		"set image":                     objects(templates, completeImages),
		"set env":                       objects(templates, completeVariables),
		"set resources":                 objects(templates, nil),
		"set serviceaccount":            objects(templates, resource("", "serviceaccounts")),
		"set probe":                     objects(templates, nil),
		"set volume":                    objects(templates, nil),
		"set secret":                    configKeys(kindSecret),
		"set configmap":                 configKeys(kindConfigMap),
		"create deployment":             first(resource("apps", "deployments")),
		"create secret generic":         first(names(kindSecret)),
		"create secret tls":             first(names(kindSecret)),
		"create secret docker-registry": first(names(kindSecret)),
		"create configmap":              first(names(kindConfigMap)),
		"get":                           objects(config, nil),
		"rollout status":                objects(rollouts, nil),
		"rollout undo":                  objects(rollouts, nil),
		"rollout history":               objects(rollouts, nil),
		"rollout restart":               objects(rollouts, nil),
		"rollout pause":                 objects(pausable, nil),
		"rollout resume":                objects(pausable, nil),
		"scale":                         objects(scales, nil),
		"autoscale":                     objects(scales, nil),
		"autoscale status":              objects(and(scales, "HorizontalPodAutoscaler"), nil),
		"expose":                        objects(and(templates, "Service"), nil),
		"status":                        objects(and(templates, kindSecret, kindConfigMap), nil),
		"why":                           objects(and(templates, "Service", "Ingress", "Node", "HorizontalPodAutoscaler", kindSecret, kindConfigMap), nil),
		"prune":                         first(words("secrets", "configmaps")),
		"replay":                        anyFile,
	}
}

func none(*workload.Kind) bool  { return false }
func every(*workload.Kind) bool { return true }

// kinds are those of the table that a verb takes.
func kinds(common, others func(*workload.Kind) bool) (all complete.Kinds) {
	for _, k := range workload.Kinds() {
		switch {
		case common(k):
			all.Common = append(all.Common, k.Kind)
		case others(k):
			all.Others = append(all.Others, k.Kind)
		}
	}
	return all
}

func and(k complete.Kinds, others ...string) complete.Kinds {
	return complete.Kinds{Common: k.Common, Others: slices.Concat(k.Others, others)}
}

// objects completes TYPE/NAME and TYPE NAME, then what stands behind; with nil more objects.
func objects(kinds complete.Kinds, behind completer) completer {
	return func(ctx context.Context, r request) ([]complete.Candidate, cobra.ShellCompDirective) {
		given := r.selected()
		isType := len(given.Args) > 0 && !strings.Contains(given.Args[0], "/")
		lacksName := isType && len(given.Args) == 1 && given.LabelSelector == ""
		named := len(given.Args) > 0 || given.FromFiles()
		var found []complete.Candidate
		switch {
		case named && !lacksName && behind != nil && (strings.Contains(r.word, "=") || !strings.Contains(r.word, "/")):
			return behind(ctx, r)
		case isType:
			found = r.Names(ctx, kinds, given.Args[0])
		default:
			found = r.Objects(ctx, kinds, r.word)
		}
		return slices.DeleteFunc(found, func(c complete.Candidate) bool { return slices.Contains(given.Args, c.Word) }), noFiles
	}
}

// completeImages offers CONTAINER=, and behind it the images of its revisions.
func completeImages(ctx context.Context, r request) ([]complete.Candidate, cobra.ShellCompDirective) {
	if container, _, found := strings.Cut(r.word, "="); found {
		return complete.Around(container+"=", r.Images(ctx, r.selected(), container), ""), ordered
	}
	return complete.Around("", r.Containers(ctx, r.selected()), "="), open
}

// completeVariables offers NAME= and NAME-.
func completeVariables(ctx context.Context, r request) ([]complete.Candidate, cobra.ShellCompDirective) {
	return setOrRemove(r.Variables(ctx, r.selected()), "=", r.word), open
}

// setOrRemove are the words that set and remove something; a value that is begun is the user's own.
func setOrRemove(names []complete.Candidate, set, word string) []complete.Candidate {
	if strings.HasSuffix(set, "=") && strings.Contains(word, "=") {
		return nil
	}
	return append(complete.Around("", names, set), complete.Around("", names, "-")...)
}

// configKeys completes the name of a Secret or ConfigMap, then its keys. A value of a Secret is not to be typed: KEY=- reads it.
func configKeys(kind string) completer {
	return func(ctx context.Context, r request) ([]complete.Candidate, cobra.ShellCompDirective) {
		if len(r.args) == 0 {
			return r.Names(ctx, complete.Kinds{Common: []string{kind}}, kind), noFiles
		}
		keys := r.Keys(ctx, kind, r.args[0])
		if kind == kindSecret {
			return setOrRemove(keys, "=-", r.word), noFiles
		}
		return setOrRemove(keys, "=", r.word), open
	}
}

// names are the objects of a kind.
func names(kind string) completer {
	return func(ctx context.Context, r request) ([]complete.Candidate, cobra.ShellCompDirective) {
		return r.Names(ctx, complete.Kinds{Common: []string{kind}}, kind), noFiles
	}
}

// resource are the names of a resource, of version v1.
func resource(group, plural string) completer {
	return func(ctx context.Context, r request) ([]complete.Candidate, cobra.ShellCompDirective) {
		return r.Resource(ctx, schema.GroupVersionResource{Group: group, Version: "v1", Resource: plural}), noFiles
	}
}

func words(all ...string) completer {
	return func(context.Context, request) ([]complete.Candidate, cobra.ShellCompDirective) {
		return complete.Words(all...), noFiles
	}
}

// first completes one argument and no more.
func first(f completer) completer {
	return func(ctx context.Context, r request) ([]complete.Candidate, cobra.ShellCompDirective) {
		if len(r.args) > 0 {
			return nil, noFiles
		}
		return f(ctx, r)
	}
}

func anyFile(context.Context, request) ([]complete.Candidate, cobra.ShellCompDirective) {
	return nil, files
}

// completePlugins offers the verbs that plugins add.
func completePlugins(_ context.Context, r request) (verbs []complete.Candidate, _ cobra.ShellCompDirective) {
	for _, p := range plugin.All() {
		if word, _, _ := strings.Cut(p.Verb, " "); len(r.args) == 0 && !isVerb(r.cmd, word) {
			verbs = append(verbs, complete.Candidate{Word: word, About: "plugin " + p.Program})
		}
	}
	return verbs, noFiles
}
