package session

import (
	"context"
	"time"

	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"

	"github.com/kubectl-app/kubectl-app/internal/inspect"
	"github.com/kubectl-app/kubectl-app/internal/watch"
	"github.com/kubectl-app/kubectl-app/lab/workshop/check"
)

// Look is the facts at one moment.
type Look = inspect.Look[check.Facts]

// Follow reads the facts again whenever something changes, until ctx ends; then the channel is closed. What has not changed
// is not read again.
func (s *Session) Follow(ctx context.Context, namespace string, p *check.Program) (<-chan Look, error) {
	follower := watch.NewFollower(ctx)
	reads := watch.NewReads(follower)
	if err := reads.Connect(s.config); err != nil {
		return nil, err
	}
	config := rest.CopyConfig(s.config)
	config.Wrap(reads.Transport)
	reader, err := dynamic.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	following := *s
	following.reader = reader
	return inspect.Watch(ctx, follower.Changes(), func(ctx context.Context) (check.Facts, error) {
		defer reads.Sweep()
		return following.Facts(ctx, namespace, p)
	}), nil
}

// AwaitDone follows the facts until all checks are done or the time is over, and returns the last results.
func (s *Session) AwaitDone(ctx context.Context, namespace string, p *check.Program, limit time.Duration) ([]check.Result, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	looks, err := s.Follow(ctx, namespace, p)
	if err != nil {
		return nil, err
	}
	var results []check.Result
	for l := range looks {
		if l.Err != nil && ctx.Err() == nil {
			return nil, l.Err
		}
		if l.Err == nil {
			results = p.Run(l.Seen)
		}
		if l.Err == nil && check.Left(results) == 0 {
			return results, nil
		}
	}
	return results, nil
}
