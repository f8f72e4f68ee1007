package release

import (
	"context"
	"fmt"
	"time"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/internal/preflight"
	"github.com/kubectl-app/kubectl-app/internal/watch"
	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/redact"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

// Cluster is what a release asks of the cluster. Its methods are those of cluster.Cluster, and the watch.
type Cluster interface {
	Preflight(context.Context, []cluster.Change, preflight.Options) (preflight.Report, error)
	Apply(context.Context, []cluster.Change, cluster.WriteOptions) ([]cluster.Written, error)
	RestoreAll(context.Context, []cluster.Written, cluster.WriteOptions) ([]cluster.Written, []error)
	Pause(context.Context, cluster.Written, cluster.WriteOptions) (cluster.Written, error)
	DeleteNew(context.Context, cluster.Written, cluster.WriteOptions) error
	RecordVerdicts(context.Context, []cluster.Verdict, cluster.WriteOptions) []error
	DeletePod(context.Context, rollout.PodRef) (deleted bool, err error)
	// Watch ends with ctx. tap sees what the snapshots are made of; nil for nobody.
	Watch(ctx context.Context, targets []watch.Target, tap func(watch.Record)) (Watch, error)
	// Skew is how far the clock of the cluster is ahead of ours.
	Skew() time.Duration
}

// Watch is a watch.Watcher.
type Watch interface {
	Updates() <-chan watch.Update
	Want(diagnosis.Wants)
	Err() error
}

// Live is the cluster of a connection.
func Live(c *cluster.Cluster, redactor *redact.Redactor) Cluster { return live{c, redactor} }

type live struct {
	*cluster.Cluster
	redactor *redact.Redactor
}

// Preflight implements Cluster.
func (l live) Preflight(ctx context.Context, changes []cluster.Change, o preflight.Options) (preflight.Report, error) {
	return preflight.Run(ctx, l.Cluster, changes, o)
}

// Watch implements Cluster.
func (l live) Watch(ctx context.Context, targets []watch.Target, tap func(watch.Record)) (Watch, error) {
	config, err := l.RESTConfig()
	if err != nil {
		return nil, err
	}
	clients, err := watch.NewClients(config)
	if err != nil {
		return nil, fmt.Errorf("connecting the watch: %w", err)
	}
	return watch.Start(ctx, clients, targets, watch.Options{Tap: tap, Redactor: l.redactor}), nil
}
