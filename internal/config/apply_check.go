package config

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strconv"

	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/secrets"
	"github.com/kubectl-app/kubectl-app/pkg/secrets/consumers"
)

// check tells what stands against the write before it is made.
func (o ApplyOptions) check(want, before Object, forbidden bool) (skip bool, err error) {
	empty := len(want.Data()) == 0
	switch {
	case forbidden && empty:
		return false, noValues(want, "its data can't be read")
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
	changed := o.changedKeys(want, before)
	if before.fixed() && len(changed) > 0 {
		return false, immutableKeys(want, changed)
	}
	if want.secretType() == corev1.SecretTypeTLS {
		kept := before.without(consumers.LeftOut(before.Meta(), o.Manager(), want.Data()))
		if fault := secrets.KeptPairFault(want.Data(), kept.Data()); fault != "" {
			return false, wrongPair(want, fault)
		}
	}
	if owners := o.heldAsText(before, changed); len(owners) > 0 {
		return false, fieldConflict(want, owners, nil)
	}
	return false, nil
}

// changedKeys are those that the write makes, changes or takes away; keys of others stay.
func (o ApplyOptions) changedKeys(want, before Object) []string {
	left := consumers.LeftOut(before.Meta(), o.Manager(), want.Data())
	var keys []string
	for _, c := range secrets.Diff(before.Data(), want.Data()) {
		if c.Kind == secrets.Added || c.Kind == secrets.Changed || slices.Contains(left, c.Key) {
			keys = append(keys, c.Key)
		}
	}
	return keys
}

// heldAsText finds the conflicts that the server does not see.
func (o ApplyOptions) heldAsText(before Object, keys []string) []fieldOwner {
	if o.Force {
		return nil
	}
	held := consumers.AppliedAsText(before.Meta(), o.Manager())
	var owners []fieldOwner
	for _, key := range keys {
		if manager, is := held[key]; is {
			owners = append(owners, fieldOwner{"key " + key, strconv.Quote(manager)})
		}
	}
	return owners
}

// checkRemoved refuses to take away keys that somebody uses.
func (c Client) checkRemoved(ctx context.Context, want, before Object, o ApplyOptions) ([]consumers.NotSeen, error) {
	if !before.Exists() {
		return nil, nil
	}
	left := consumers.LeftOut(before.Meta(), o.Manager(), want.Data())
	if len(left) == 0 {
		return nil, nil
	}
	all, notSeen, err := c.ConsumersAfter(ctx, Change{Before: before, After: before.without(left), Keys: left})
	if e := (*cluster.Error)(nil); errors.As(err, &e) && e.Reason == cluster.Forbidden {
		return nil, usersUnknown(want, left, consumers.NotSeen{Resource: "workloads", Next: e.Next})
	}
	if err != nil {
		return nil, err
	}
	for _, n := range notSeen {
		if n.Resource == "deployments" || n.Resource == "pods" {
			return nil, usersUnknown(want, left, n)
		}
	}
	if users := consumers.UsersOfRemoved(secrets.Diff(before.Data(), before.without(left).Data()), all); len(users) > 0 {
		return nil, keysInUse(want, left, users)
	}
	return notSeen, nil
}
