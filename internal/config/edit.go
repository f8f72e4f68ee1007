package config

import (
	"context"
	"errors"
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/internal/preflight"
	"github.com/kubectl-app/kubectl-app/pkg/secrets"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Change is a Secret or ConfigMap before and after a change of some keys.
type Change struct {
	Before, After Object
	Keys          []string // those that were named
	// unanswered is the resourceVersion that a write without an answer has as its precondition; "" where it has one.
	unanswered string
}

// Changes are those of all its keys.
func (c Change) Changes() []secrets.KeyChange {
	return secrets.Diff(c.Before.Data(), c.After.Data())
}

// Empty: there is nothing to write.
func (c Change) Empty() bool {
	return c.Before.Ref() == c.After.Ref() && !slices.ContainsFunc(c.Changes(), func(k secrets.KeyChange) bool { return k.Kind != secrets.Unchanged })
}

// ReadObject reads a Secret or ConfigMap; for a wrong name the nearest one is in the error.
func (c Client) ReadObject(ctx context.Context, ref workload.Ref) (Object, error) {
	want := objectOf(ref)
	found, err := c.readObject(ctx, want)
	if err == nil && !found.Exists() {
		err = c.explainAbsent(ctx, ref, nil, &cluster.Error{
			Reason: cluster.NotFound, Object: ref.String(), Message: fmt.Sprintf("no %s%s", ref, cluster.InNamespace(ref.Namespace)),
		})
	}
	return found, err
}

// objectOf is the object of that name, empty.
func objectOf(ref workload.Ref) (c Object) {
	meta := metav1.ObjectMeta{Namespace: ref.Namespace, Name: ref.Name}
	if ref.Kind == string(workload.SecretReference) {
		c.Secret = &corev1.Secret{ObjectMeta: meta}
	} else {
		c.ConfigMap = &corev1.ConfigMap{ObjectMeta: meta}
	}
	return c
}

// Ref is the object's name.
func (c Object) Ref() workload.Ref {
	kind := string(workload.ConfigMapReference)
	if c.Secret != nil {
		kind = string(workload.SecretReference)
	}
	return workload.Ref{Kind: kind, Namespace: c.Meta().Namespace, Name: c.Meta().Name}
}

// PlanEdit is the change that an edit makes of an object that was read. The errors are those of
// secrets.Edit.Apply, and an *cluster.Error with the reason Immutable.
func PlanEdit(before Object, e secrets.Edit) (Change, error) {
	after, err := before.edited(e)
	if err != nil {
		return Change{}, err
	}
	if before.fixed() && !sameData(before, after) {
		return Change{}, fixedEdit(after, before)
	}
	return Change{Before: before, After: after, Keys: e.Keys()}, nil
}

// edited is a copy with the edit.
func (c Object) edited(e secrets.Edit) (after Object, err error) {
	after.Secret = c.Secret.DeepCopy()
	if c.Secret != nil {
		after.Secret.Data, err = e.Apply(c.Secret.Data)
	} else {
		after.ConfigMap, err = e.ApplyToConfigMap(c.ConfigMap)
	}
	if err != nil {
		return Object{}, fmt.Errorf("%s: %w", c, err)
	}
	return after, nil
}

// ChangeKeys writes the keys of a planned change; all others stay as they are on the server, whoever
// changes them in the same moment. If someone else has changed one of these keys since they were read,
// nothing is written, and the error has the reason KeysChanged. The result is what to restore, even
// beside an error: it may be that the write has arrived.
func (c Client) ChangeKeys(ctx context.Context, change Change, o cluster.WriteOptions) (Change, error) {
	t := transition{cluster: c, from: change.Before, to: change.After, keys: change.Keys, options: o}
	after, err := t.run(ctx)
	if lost := (*cluster.LostError)(nil); errors.As(err, &lost) {
		change.unanswered = t.sent
		return change, unknownWrite(change.After, lost.Err)
	}
	if err == nil {
		change.Before, change.After = t.from, after
	}
	return change, err
}

// RestoreKeys gives the keys of a change the values that they had before, and makes sure that a write without an
// answer does not change them later. Keys that are no longer as the change has left them are someone else's by now, and
// stay: the error then has the reason KeysChanged. The reason is UnknownWrite if it stays open which values they have.
// A server that is away is waited for, up to two minutes. restored are the keys that have their values of before again.
func (c Client) RestoreKeys(ctx context.Context, change Change, o cluster.WriteOptions) (restored []string, err error) {
	changed := differing(change.Before, change.After, change.Keys) // the others were never ours
	t := transition{cluster: c, from: change.After, to: change.Before, keys: changed, options: o, back: true, unanswered: change.unanswered}
	_, err = t.run(ctx)
	lost := (*cluster.LostError)(nil)
	switch {
	case errors.As(err, &lost), err != nil && t.unanswered != "" && !cluster.Is(err, KeysChanged):
		return nil, unknownWrite(change.After, err)
	case err != nil:
		return nil, err
	case len(t.theirs) == 0:
		return changed, nil
	}
	return t.keys, keysChanged(change.After, "someone else changed "+some(t.theirs), true)
}

// Overtaken lists the keys of a written change that someone else has changed since; all of them where the
// object is gone.
func (c Client) Overtaken(ctx context.Context, change Change) ([]string, error) {
	now, err := c.readObject(ctx, change.After)
	if err != nil {
		return nil, err
	}
	changed := differing(change.Before, change.After, change.Keys)
	if !now.Exists() || now.Meta().UID != change.After.Meta().UID {
		return changed, nil
	}
	return differing(now, change.After, changed), nil
}

// CheckOwners warns of those who will write the keys of a change again.
func CheckOwners(change Change, o cluster.WriteOptions) []preflight.Check {
	var checks []preflight.Check
	ref := change.Before.Ref()
	for _, owner := range workload.ContentOwners(change.Before.Meta(), change.Keys, o.PatchOptions().FieldManager) {
		message, next := preflight.OwnerWarning(ref, owner)
		checks = append(checks, preflight.Check{Check: preflight.CheckOwner, Level: preflight.Warn, Object: ref.String(), Message: message, Next: next})
	}
	return checks
}
