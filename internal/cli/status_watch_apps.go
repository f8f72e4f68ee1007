package cli

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/internal/page"
	"github.com/kubectl-app/kubectl-app/internal/view"
	"github.com/kubectl-app/kubectl-app/pkg/app"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// watchedApps are the pages of workloads that are watched.
type watchedApps struct {
	*statusFlags
	env     *Env
	cluster *cluster.Cluster
	args    []string
	// refs are the workloads that were named; nil with a selector.
	refs []workload.Ref
	// begun: the selector has matched before.
	begun bool
}

// watchApps shows the pages of the workloads until the context ends.
func (f *statusFlags) watchApps(ctx context.Context, env *Env, args []string) error {
	ctx, cancel := context.WithCancelCause(ctx)
	c, follower, reads, err := env.following(ctx)
	defer follower.Wait()
	defer cancel(nil)
	if err != nil {
		return err
	}
	a := &watchedApps{statusFlags: f, env: env, cluster: c, args: args}
	w := statusWatch[app.StatusReport]{env: env, flags: f, follower: follower, reads: reads, look: a.look, states: appStates}
	lines := &statusLines[app.StatusReport]{
		env: env, print: func(r app.StatusReport) error { return f.printApps(env, r) },
		facts: func(r app.StatusReport) []app.Fact { return r.Facts() },
	}
	switch {
	case f.format == "json" || f.format == "yaml":
		w.show = &statusDocuments[app.StatusReport]{env: env, format: f.format, warner: *lines, timeless: timelessReport}
	case env.Term.Out.CanRepaint():
		w.show = &statusScreen[app.StatusReport]{env: env, screen: view.NewScreen(env.Term.Out), lines: a.lines, whole: f.whole(env, args)}
	default:
		w.show = lines
	}
	return w.run(ctx)
}

// look reads the workloads that are named or selected, as far as they are there.
func (a *watchedApps) look(ctx context.Context) (app.StatusReport, error) {
	objects, err := a.objects(ctx)
	if err != nil {
		return app.StatusReport{}, err
	}
	if len(objects) > 0 {
		report, err := a.report(ctx, a.env, a.cluster, objects)
		if !cluster.Is(err, cluster.NotFound) { // it was deleted meanwhile
			return report, err
		}
	}
	return app.StatusReport{APIVersion: rollout.APIVersion, Kind: app.StatusKind, Time: a.env.Now().Add(a.cluster.Skew()), Apps: []app.App{}}, nil
}

func (a *watchedApps) objects(ctx context.Context) ([]cluster.Object, error) {
	if a.refs == nil {
		objects, err := a.chosen(ctx, a.env, a.cluster, a.args)
		switch {
		case a.selector != "" && a.begun && cluster.Is(err, cluster.NothingFound):
			return nil, nil
		case err != nil:
			return nil, err
		case a.selector != "":
			a.begun = true
			return objects, nil
		}
		for _, o := range objects {
			a.refs = append(a.refs, o.Ref())
		}
		return objects, nil
	}
	found, err := cluster.Each(ctx, a.refs, func(ctx context.Context, ref workload.Ref) (cluster.Object, error) {
		o, err := a.cluster.Reread(ctx, ref)
		if cluster.Is(err, cluster.NotFound) {
			return cluster.Object{}, nil
		}
		return o, err
	})
	return slices.DeleteFunc(found, func(o cluster.Object) bool { return o.API == nil }), err
}

func (a *watchedApps) lines(r app.StatusReport, w page.Watched) []string {
	for _, ref := range a.refs {
		if !slices.ContainsFunc(r.Apps, func(shown app.App) bool { return shown.Object == ref }) {
			w.Gone = append(w.Gone, ref)
		}
	}
	return page.WatchedApps(a.env.Term.Out, r, a.format == outputWide, w)
}

func timelessReport(r app.StatusReport) app.StatusReport {
	r.Time = time.Time{}
	return r
}

// whole is the command that prints the page once.
func (f *statusFlags) whole(env *Env, args []string) string {
	words := append([]string{"kubectl app status"}, args...)
	if f.selector != "" {
		words = append(words, "-l", shellWord(f.selector))
	}
	if f.allNamespaces {
		words = append(words, "-A")
	} else {
		words = append(words, strings.TrimSpace(env.inFlag()))
	}
	if f.format != "" {
		words = append(words, "-o", f.format)
	}
	return env.here([]string{strings.Join(slices.DeleteFunc(words, func(w string) bool { return w == "" }), " ")})[0]
}
