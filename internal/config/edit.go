package config

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/secrets"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// ContentChange is a Secret or ConfigMap before and after a change of some keys.
type ContentChange struct {
	Before, After Content
	Keys          []string // those that were named
}

// Changes are those of all its keys.
func (c ContentChange) Changes() []secrets.KeyChange {
	return secrets.Diff(c.Before.Data(), c.After.Data())
}

// ReadContent reads a Secret or ConfigMap; for a wrong name the nearest one is in the error.
func (c Client) ReadContent(ctx context.Context, ref workload.Ref) (Content, error) {
	want := contentOf(ref)
	found, err := c.readContent(ctx, want)
	if err == nil && !found.Exists() {
		err = c.explainAbsent(ctx, ref, nil, &cluster.Error{
			Reason: cluster.NotFound, Object: ref.String(), Message: fmt.Sprintf("no %s%s", ref, cluster.InNamespace(ref.Namespace)),
		})
	}
	return found, err
}

// contentOf is the object of that name, empty.
func contentOf(ref workload.Ref) (c Content) {
	meta := metav1.ObjectMeta{Namespace: ref.Namespace, Name: ref.Name}
	if ref.Kind == string(workload.SecretReference) {
		c.Secret = &corev1.Secret{ObjectMeta: meta}
	} else {
		c.ConfigMap = &corev1.ConfigMap{ObjectMeta: meta}
	}
	return c
}

// Ref is the object's name.
func (c Content) Ref() workload.Ref {
	kind := string(workload.ConfigMapReference)
	if c.Secret != nil {
		kind = string(workload.SecretReference)
	}
	return workload.Ref{Kind: kind, Namespace: c.Meta().Namespace, Name: c.Meta().Name}
}

// PlanContent is the change that an edit makes of an object that was read. The errors are those of
// secrets.Edit.Apply, and an *cluster.Error with the reason Immutable.
func PlanContent(before Content, e secrets.Edit) (ContentChange, error) {
	after, err := before.edited(e)
	if err != nil {
		return ContentChange{}, err
	}
	if before.fixed() && !sameData(before, after) {
		return ContentChange{}, fixedEdit(after, before)
	}
	return ContentChange{before, after, e.Keys()}, nil
}

// edited is a copy with the edit.
func (c Content) edited(e secrets.Edit) (after Content, err error) {
	after.Secret = c.Secret.DeepCopy()
	if c.Secret != nil {
		after.Secret.Data, err = e.Apply(c.Secret.Data)
	} else {
		after.ConfigMap, err = e.ApplyToConfigMap(c.ConfigMap)
	}
	if err != nil {
		return Content{}, fmt.Errorf("%s: %w", c, err)
	}
	return after, nil
}

// ChangeContent writes the keys of a planned change; all others stay as they are on the server, whoever
// changes them in the same moment. If someone else has changed one of these keys since they were read,
// nothing is written, and the error has the reason KeysChanged. The result is what to restore, even
// beside an error: it may be that the write has arrived.
func (c Client) ChangeContent(ctx context.Context, change ContentChange, o cluster.WriteOptions) (ContentChange, error) {
	t := transition{cluster: c, from: change.Before, to: change.After, keys: change.Keys, options: o}
	after, err := t.run(ctx)
	if lost := (*cluster.LostError)(nil); errors.As(err, &lost) {
		return change, unknownWrite(change.After, lost.Err)
	}
	if err == nil {
		change.Before, change.After = t.from, after
	}
	return change, err
}

// RestoreContent gives the keys of a change the values that they had before. Those that are no longer as
// the change has left them are someone else's by now, and stay: the error then has the reason KeysChanged.
// A server that is away is waited for, up to two minutes.
func (c Client) RestoreContent(ctx context.Context, change ContentChange, o cluster.WriteOptions) error {
	changed := differing(change.Before, change.After, change.Keys) // the others were never ours
	t := transition{cluster: c, from: change.After, to: change.Before, keys: changed, options: o, back: true}
	if _, err := t.run(ctx); err != nil || len(t.theirs) == 0 {
		return err
	}
	return keysChanged(change.After, "someone else changed "+some(t.theirs), true)
}

// Overtaken lists the keys of a written change that someone else has changed since; all of them where the
// object is gone.
func (c Client) Overtaken(ctx context.Context, change ContentChange) ([]string, error) {
	now, err := c.readContent(ctx, change.After)
	if err != nil {
		return nil, err
	}
	changed := differing(change.Before, change.After, change.Keys)
	if !now.Exists() || now.Meta().UID != change.After.Meta().UID {
		return changed, nil
	}
	return differing(now, change.After, changed), nil
}

// transition takes some keys of an object from one state to another.
type transition struct {
	cluster  Client
	from, to Content
	keys     []string
	options  cluster.WriteOptions
	// back: that they are as wanted already is as good as a write, and those that someone else has changed
	// are left out.
	back   bool
	theirs []string
	now    Content // as it was read last
}

func (t *transition) run(ctx context.Context) (Content, error) {
	t.now = t.from
	return cluster.Write[Content]{
		Planned: !t.back, Restores: t.back, DryRun: t.options.DryRun,
		Read: func(ctx context.Context) (Content, error) { return t.cluster.readContent(ctx, t.from) },
		Plan: t.plan,
		Send: func(ctx context.Context) (Content, error) {
			after, err := t.cluster.patch(ctx, t.now, types.MergePatchType, keyPatch(t.now, t.to, t.keys, t.notes()), t.options.PatchOptions())
			return after, cluster.APIError(t.now.call("patch"), err)
		},
	}.Run(ctx)
}

// plan tells whether the transition can still be made, or was.
func (t *transition) plan(_ context.Context, now Content, uncertain bool) (done bool, err error) {
	switch {
	case !now.Exists() || now.Meta().UID != t.from.Meta().UID:
		return false, keysChanged(t.from, "it was deleted", t.back)
	case (uncertain || t.back) && len(differing(now, t.to, t.keys)) == 0:
		return true, nil
	}
	t.now = now
	others := differing(now, t.from, t.keys)
	switch {
	case t.back:
		t.give(others, now)
		return len(t.keys) == 0, nil
	case len(others) > 0:
		return false, keysChanged(t.from, "someone else changed "+some(others), false)
	}
	t.from = now
	return false, nil
}

// give leaves to others what they have changed; what is as it shall be is nobody's.
func (t *transition) give(others []string, now Content) {
	wanted := differing(now, t.to, others)
	t.theirs = append(t.theirs, wanted...)
	t.keys = slices.DeleteFunc(slices.Clone(t.keys), func(key string) bool { return slices.Contains(others, key) })
}

// differing lists which of the keys are not the same in both.
func differing(a, b Content, keys []string) []string {
	left, right := a.Data(), b.Data()
	var others []string
	for _, key := range keys {
		was, had := left[key]
		is, has := right[key]
		if had != has || !bytes.Equal(was, is) {
			others = append(others, key)
		}
	}
	return others
}

// notes are to be written along: when each key was changed.
func (t *transition) notes() *string {
	now := t.now
	update := secrets.Update{Manager: t.options.Manager(), At: time.Now(), Keys: differing(now, t.to, t.keys)}
	kept := t.to.Data()
	update.Removes = slices.ContainsFunc(update.Keys, func(key string) bool { _, stays := kept[key]; return !stays })
	if !t.back {
		return update.Notes(now.Meta())
	}
	others := slices.ContainsFunc(secrets.Diff(now.Data(), t.to.Data()), func(c secrets.KeyChange) bool {
		return c.Kind != secrets.Unchanged && !slices.Contains(t.keys, c.Key)
	})
	return update.RestoreNotes(now.Meta(), t.to.Meta(), t.from.Meta(), !others)
}

// keyPatch makes the keys of now those of next: a JSON merge patch, guarded by now's resourceVersion.
func keyPatch(now, next Content, keys []string, notes *string) map[string]any {
	meta := map[string]any{"resourceVersion": now.Meta().ResourceVersion, "uid": now.Meta().UID}
	switch {
	case notes == nil:
	case *notes == "":
		meta["annotations"] = map[string]any{workload.AnnotationKeyTimes: nil}
	default:
		meta["annotations"] = map[string]any{workload.AnnotationKeyTimes: *notes}
	}
	body := map[string]any{"metadata": meta}
	if now.Secret != nil {
		body["data"] = keysPatch(now.Secret.Data, next.Secret.Data, keys)
		return body
	}
	body["data"] = keysPatch(now.ConfigMap.Data, next.ConfigMap.Data, keys)
	if binary := keysPatch(now.ConfigMap.BinaryData, next.ConfigMap.BinaryData, keys); len(binary) > 0 {
		body["binaryData"] = binary
	}
	return body
}

// keysPatch has null for what is to go.
func keysPatch[V any](now, next map[string]V, keys []string) map[string]any {
	patch := map[string]any{}
	for _, key := range keys {
		if value, wanted := next[key]; wanted {
			patch[key] = value
		} else if _, there := now[key]; there {
			patch[key] = nil
		}
	}
	return patch
}

// CheckOwners warns of those who will write the keys of a change again.
func CheckOwners(change ContentChange, o cluster.WriteOptions) []cluster.Check {
	var checks []cluster.Check
	ref := change.Before.Ref()
	for _, owner := range workload.ContentOwners(change.Before.Meta(), change.Keys, o.PatchOptions().FieldManager) {
		message, next := cluster.OwnerWarning(ref, owner)
		checks = append(checks, cluster.Check{Check: cluster.CheckOwner, Level: cluster.Warn, Object: ref.String(), Message: message, Next: next})
	}
	return checks
}
