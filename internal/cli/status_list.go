package cli

import (
	"context"
	"fmt"

	"k8s.io/apimachinery/pkg/labels"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/internal/inspect"
	"github.com/kubectl-app/kubectl-app/internal/page"
	"github.com/kubectl-app/kubectl-app/pkg/app"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

const outputWide = "wide"

// list prints a line for each workload of the namespace, or of all namespaces.
func (f *statusFlags) list(ctx context.Context, env *Env) error {
	if err := oneOf("output", f.format, "", "json", "yaml", "name", outputWide); err != nil {
		return err
	}
	selector, err := labels.Parse(f.selector)
	if err != nil {
		return usagef("--selector: %w", err)
	}
	if f.watch {
		return f.watchList(ctx, env, selector)
	}
	c := env.cluster()
	namespace, err := f.namespace(c)
	if err != nil {
		return err
	}
	env.sparing()
	list, err := inspect.NewLister(c, namespace, selector, env.Now).List(ctx)
	if err != nil {
		return err
	}
	if len(list.Items)+len(list.Unlisted) == 0 && namespace != "" {
		if err := c.CheckNamespace(ctx, namespace); err != nil {
			return err
		}
	}
	env.complete(&list)
	if err := f.printList(env, list); err != nil {
		return fmt.Errorf("writing the list: %w", err)
	}
	return f.code(list.State)
}

// namespace is the one that is listed, "" for all.
func (f *statusFlags) namespace(c *cluster.Cluster) (string, error) {
	if f.allNamespaces {
		return "", nil
	}
	namespace, _, err := c.Namespace()
	return namespace, err
}

// complete makes a list ready to be printed.
func (e *Env) complete(l *app.List) {
	l.APIVersion = rollout.APIVersion
	e.hereCommands(l.Next)
	for i := range l.NotSeen {
		l.NotSeen[i].Next = e.here(l.NotSeen[i].Next)
	}
}

func (f *statusFlags) printList(env *Env, l app.List) error {
	switch f.format {
	case "json", "yaml":
		return encode(env, f.format, "list", l)
	}
	var err error
	switch {
	case len(l.Items)+len(l.Unlisted) == 0 && len(l.NotSeen) > 0: // they may be there
	case len(l.Items)+len(l.Unlisted) == 0:
		_, err = fmt.Fprintln(env.Term.Err, nothingListed(l.Namespace))
	case f.format == "name":
		names := make([]string, 0, len(l.Items))
		for i := range l.Items {
			names = append(names, kubectlName(l.Items[i].Object))
		}
		err = page.AppNames(env.Term.Out, names)
	default:
		err = page.StatusList(env.Term.Out, l, f.format == outputWide)
	}
	if err != nil {
		return err
	}
	if unread := page.Unread(l.NotSeen); unread != "" {
		if err := page.Warning(env.Term, unread); err != nil {
			return err
		}
	}
	for _, note := range l.Notes {
		if err := page.Note(env.Term, note); err != nil {
			return err
		}
	}
	return nil
}

// nothingListed is kubectl's line.
func nothingListed(namespace string) string {
	if namespace == "" {
		return "No resources found"
	}
	return fmt.Sprintf("No resources found in %s namespace.", namespace)
}
