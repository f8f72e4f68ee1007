package cluster

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/kubectl-app/kubectl-app/pkg/secrets"
)

// judge tells what stands against the write before it is made.
func (o UpsertOptions) judge(want, before Content, blind bool) (skip bool, err error) {
	empty := len(want.Data()) == 0
	switch {
	case blind && empty:
		return false, noValues(want, "what it holds may not be read")
	case !before.Exists():
		return false, nil
	case o.IfExists == SkipExisting:
		return true, nil
	case o.IfExists == FailOnExisting:
		return false, exists(want)
	case want.secretType() != before.secretType():
		return false, otherType(want, before)
	case empty && len(before.Data()) > 0:
		return false, noValues(want, "it would lose "+some(slices.Sorted(maps.Keys(before.Data()))))
	}
	if fixed := before.immutable(); fixed != nil && *fixed && !sameData(want, before) {
		return false, immutable(want, before)
	}
	return false, nil
}

// checkRemoved refuses to take away keys that somebody uses.
func (c *Cluster) checkRemoved(ctx context.Context, want, before Content, o UpsertOptions) ([]secrets.NotSeen, error) {
	if !before.Exists() {
		return nil, nil
	}
	left := secrets.LeftOut(before.Meta(), o.manager(), want.Data())
	if len(left) == 0 {
		return nil, nil
	}
	consumers, notSeen, err := c.ConsumersAfter(ctx, ContentChange{Before: before, After: before.without(left), Keys: left})
	if e := (*Error)(nil); errors.As(err, &e) && e.Reason == Forbidden {
		return nil, usersUnknown(want, left, secrets.NotSeen{Resource: "workloads", Next: e.Next})
	}
	if err != nil {
		return nil, err
	}
	for _, n := range notSeen {
		if n.Resource == "deployments" || n.Resource == "pods" {
			return nil, usersUnknown(want, left, n)
		}
	}
	if users := secrets.UsersOfRemoved(secrets.Diff(before.Data(), before.without(left).Data()), consumers); len(users) > 0 {
		return nil, keysInUse(want, left, users)
	}
	return notSeen, nil
}
