package cli

import (
	"context"
	"time"

	"k8s.io/apimachinery/pkg/labels"

	"github.com/kubectl-app/kubectl-app/internal/inspect"
	"github.com/kubectl-app/kubectl-app/internal/page"
	"github.com/kubectl-app/kubectl-app/internal/view"
	"github.com/kubectl-app/kubectl-app/internal/watch"
	"github.com/kubectl-app/kubectl-app/pkg/app"
)

// watchList shows the list of a namespace, or of all, until the context ends.
func (f *statusFlags) watchList(ctx context.Context, env *Env, selector labels.Selector) error {
	ctx, cancel := context.WithCancelCause(ctx)
	c, follower, reads, err := env.following(ctx)
	defer follower.Wait()
	defer cancel(nil)
	if err != nil {
		return err
	}
	namespace, err := f.namespace(c)
	if err != nil {
		return err
	}
	if namespace != "" {
		if err := c.CheckNamespace(ctx, namespace); err != nil {
			return err
		}
	}
	config, err := c.RESTConfig()
	if err != nil {
		return err
	}
	clients, err := watch.NewClients(config)
	if err != nil {
		return err
	}
	lister := inspect.NewLister(c, namespace, selector, env.Now).Watch(follower, clients)
	w := statusWatch[app.List]{
		env: env, flags: f, follower: follower, reads: reads,
		look: func(ctx context.Context) (app.List, error) {
			list, err := lister.List(ctx)
			env.complete(&list)
			return list, err
		},
		states: func(l app.List) []app.State { return []app.State{l.State} },
	}
	lines := &statusLines[app.List]{
		env: env, everywhere: f.allNamespaces, print: func(l app.List) error { return f.printList(env, l) },
		facts: func(l app.List) []app.Fact { return l.Facts() },
	}
	switch {
	case f.format == "json" || f.format == "yaml":
		w.show = &statusDocuments[app.List]{env: env, format: f.format, warner: *lines, timeless: timelessList}
	case env.Term.Out.CanRepaint():
		w.show = &statusScreen[app.List]{env: env, screen: view.NewScreen(env.Term.Out), whole: f.whole(env, nil), lines: func(l app.List, p page.Watched) []string {
			if unread := page.Unread(l.NotSeen); unread != "" {
				p.Notes = append(p.Notes, unread)
			}
			p.Notes = append(p.Notes, l.Notes...)
			return page.WatchedList(env.Term.Out, l, f.format == outputWide, p)
		}}
	default:
		w.show = lines
	}
	return w.run(ctx)
}

func timelessList(l app.List) app.List {
	l.Time = time.Time{}
	return l
}
