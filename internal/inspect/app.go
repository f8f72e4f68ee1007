package inspect

import (
	"context"
	"sync"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/app"
)

// Apps reads workloads of one namespace with all that is around them, and reports on each. One that is deleted while it
// is read is left out, as long as another one is there.
func Apps(ctx context.Context, c *cluster.Cluster, objects []cluster.Object, version string, now func() time.Time) (app.StatusReport, error) {
	r := &surroundings{
		cluster: c, namespace: objects[0].GetNamespace(), around: &app.Around{},
		named: map[namedObject]bool{}, listed: map[string][]metav1.PartialObjectMetadata{},
	}
	templates := make([]app.Observed, 0, len(objects))
	for _, o := range objects {
		templates = append(templates, app.Observed{Object: o})
	}
	var apps []app.Observed
	err := together(ctx,
		func(ctx context.Context) (err error) {
			apps, err = observeAll(ctx, c, objects, now)
			return err
		},
		func(ctx context.Context) error { return r.lists(ctx, templates) },
		func(ctx context.Context) error { return r.read(ctx, app.Needs(templates, &app.Around{})) },
	)
	if err != nil {
		return app.StatusReport{}, err
	}
	if err := together(ctx,
		func(ctx context.Context) error { return r.routes(ctx, apps) }, // of Services that only labels of pods match
		func(ctx context.Context) error { return r.moreWarnings(ctx, apps) },
	); err != nil {
		return app.StatusReport{}, err
	}
	// What was read may name more: the certificates of Ingresses, the pull secrets of a ServiceAccount.
	if err := r.read(ctx, app.Needs(apps, r.around)); err != nil {
		return app.StatusReport{}, err
	}
	r.mask()
	report := app.NewReport(version, apps, r.around, now().Add(c.Skew()))
	r.maskWarnings(report.Apps)
	for i := range report.Apps {
		if changed := report.Apps[i].Changed; changed != nil {
			changed.Cause = c.Redactor().Text(changed.Cause)
		}
		if revision := report.Apps[i].Revision; revision != nil && revision.Verdict != nil {
			revision.Verdict.Message = c.Redactor().Text(revision.Verdict.Message)
		}
	}
	return report, nil
}

// observeAll explains each workload.
func observeAll(ctx context.Context, c *cluster.Cluster, objects []cluster.Object, now func() time.Time) ([]app.Observed, error) {
	var mu sync.Mutex
	var gone error
	all, err := cluster.Each(ctx, objects, func(ctx context.Context, o cluster.Object) (*app.Observed, error) {
		found, err := New(c, now).observe(ctx, o)
		if cluster.Is(err, cluster.NotFound) && len(objects) > 1 {
			mu.Lock()
			defer mu.Unlock()
			gone = err
			return nil, nil
		}
		return &found, err
	})
	if err != nil {
		return nil, err
	}
	apps := make([]app.Observed, 0, len(all))
	for _, o := range all {
		if o != nil {
			apps = append(apps, *o)
		}
	}
	if len(apps) == 0 {
		return nil, gone
	}
	return apps, nil
}

// observe explains one workload, which was just read.
func (i *Inspector) observe(ctx context.Context, o cluster.Object) (app.Observed, error) {
	i.page = true
	first := true
	report, r, err := i.explain(ctx, o.Ref(), func(ctx context.Context) (reading, error) {
		if first {
			first = false
			return i.readWorkload(ctx, o)
		}
		return i.workload(ctx, o.Ref())
	})
	return app.Observed{
		Object: r.workload.object, Revisions: r.workload.seen.Revisions, Pods: r.workload.seen.Pods, Why: report, Events: i.seen.Events,
	}, err
}
