package config

import (
	"bytes"
	"context"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/secrets"
	"github.com/kubectl-app/kubectl-app/pkg/secrets/consumers"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// transition takes some keys of an object from one state to another.
type transition struct {
	cluster  Client
	from, to Object
	keys     []string
	options  cluster.WriteOptions
	// back: that they are as wanted already is as good as a write, and those that someone else has changed
	// are left out.
	back   bool
	theirs []string
	now    Object // as it was read last
	sent   string // the resourceVersion of the last request
	// unanswered is that of a write which is taken back and got no answer, until the object has another one.
	unanswered string
}

func (t *transition) run(ctx context.Context) (Object, error) {
	t.now = t.from
	return cluster.Write[Object]{
		Planned: !t.back, Restores: t.back, DryRun: t.options.DryRun,
		Read:      func(ctx context.Context) (Object, error) { return t.cluster.readObject(ctx, t.from) },
		MayArrive: func(now Object) bool { return now.meta().ResourceVersion == t.sent },
		Plan:      t.plan,
		Send:      t.send,
	}.Run(ctx)
}

func (t *transition) send(ctx context.Context) (Object, error) {
	t.sent = t.now.Meta().ResourceVersion
	if t.unanswered != "" {
		return t.void(ctx)
	}
	after, err := t.cluster.patch(ctx, t.now, types.MergePatchType, keyPatch(t.now, t.to, t.keys, t.notes()), t.options.PatchOptions())
	if err == nil && after.Secret != nil && !t.options.DryRun {
		t.cluster.Redactor().SecretWritten(after.Secret, consumers.LastChange(after.Meta()).Time)
	}
	return after, cluster.APIError(t.now.call("patch"), err)
}

// void keeps a write without an answer from arriving.
func (t *transition) void(ctx context.Context) (Object, error) {
	after, err := t.cluster.patch(ctx, t.now, types.MergePatchType, cluster.Void(t.now.Meta()), t.options.VoidOptions().PatchOptions())
	if err != nil {
		return Object{}, cluster.APIError(t.now.call("patch"), err)
	}
	return after, cluster.Voided(t.now.Meta(), after.Meta())
}

// plan tells whether the transition can still be made, or was.
func (t *transition) plan(_ context.Context, now Object, uncertain bool) (done bool, err error) {
	switch {
	case !now.Exists() || now.Meta().UID != t.from.Meta().UID:
		return false, keysChanged(t.from, "it was deleted", t.back)
	case t.unanswered != "" && t.unanswered == now.Meta().ResourceVersion:
		t.now = now
		return false, nil
	}
	t.unanswered = ""
	if (uncertain || t.back) && len(differing(now, t.to, t.keys)) == 0 {
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
func (t *transition) give(others []string, now Object) {
	wanted := differing(now, t.to, others)
	t.theirs = append(t.theirs, wanted...)
	t.keys = slices.DeleteFunc(slices.Clone(t.keys), func(key string) bool { return slices.Contains(others, key) })
}

// differing lists which of the keys are not the same in both.
func differing(a, b Object, keys []string) []string {
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
	update := consumers.Update{Manager: t.options.Manager(), At: time.Now(), Keys: differing(now, t.to, t.keys)}
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
func keyPatch(now, next Object, keys []string, notes *string) map[string]any {
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
