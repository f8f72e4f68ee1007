package config

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/secrets"
	"github.com/kubectl-app/kubectl-app/pkg/secrets/consumers"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// PlanVersion is an edit as a new version: an immutable object of its own, whose name has the hash of its
// data, while the one before stays as it is. The errors are those of secrets.Edit.Apply.
func PlanVersion(before Object, e secrets.Edit) (Change, error) {
	after, err := before.edited(e)
	if err != nil {
		return Change{}, err
	}
	of := before.Meta().Name
	if v, isVersion := consumers.VersionOf(before.Ref().Kind, before.Meta()); isVersion {
		of = v.Of
	}
	if after.Secret != nil {
		after.Secret, err = secrets.NewSecretVersion(after.Secret, of)
	} else {
		after.ConfigMap, err = secrets.NewConfigMapVersion(after.ConfigMap, of)
	}
	return Change{Before: before, After: after, Keys: e.Keys()}, err
}

// ReadVersioned reads the object of that name or, if it has versions, the one of them that is in use: that
// templates refer to. With none in use it is the newest; with several in use the error has the reason
// SeveralVersions.
func (c Client) ReadVersioned(ctx context.Context, ref workload.Ref) (Object, error) {
	all, err := c.Versions(ctx, ref.Namespace, ref.Kind)
	if err != nil {
		return Object{}, err
	}
	all = slices.DeleteFunc(all, func(v consumers.Version) bool { return v.Of != ref.Name })
	if len(all) == 0 {
		return c.ReadObject(ctx, ref)
	}
	slices.SortFunc(all, func(a, b consumers.Version) int { return b.Created.Compare(a.Created) })
	candidates := make([]workload.Ref, 0, len(all)+1)
	for _, v := range all {
		candidates = append(candidates, v.Ref)
	}
	used, err := c.inTemplates(ctx, append(candidates, ref))
	switch {
	case err != nil:
		return Object{}, err
	case len(used) == 0:
		return c.ReadObject(ctx, candidates[0])
	case len(used) == 1:
		return c.ReadObject(ctx, used[0])
	}
	return Object{}, severalVersions(ref, used)
}

// CheckVersioned tells whether what ReadVersioned has read is still what it would read: the error otherwise
// has the reason KeysChanged.
func (c Client) CheckVersioned(ctx context.Context, ref workload.Ref, before Object) error {
	now, err := c.ReadVersioned(ctx, ref)
	switch {
	case err != nil:
		return err
	case now.Ref() != before.Ref():
		return keysChanged(before, fmt.Sprintf("%s replaced it", now), false)
	case !sameData(now, before):
		return keysChanged(before, "someone else changed it", false)
	}
	return nil
}

// inTemplates lists which of the objects the templates of workloads refer to.
func (c Client) inTemplates(ctx context.Context, refs []workload.Ref) ([]workload.Ref, error) {
	client, err := c.Typed()
	if err != nil {
		return nil, err
	}
	s := &consumerSearch{cluster: c, client: client, search: consumers.NewSearch(refs...)}
	if err := s.run(ctx, refs[0].Namespace, nil); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(slices.Clone(refs), func(ref workload.Ref) bool {
		return !slices.ContainsFunc(s.search.Consumers(consumers.Subject{Ref: ref, Unread: true}), func(c consumers.Consumer) bool {
			return slices.ContainsFunc(c.Uses, func(u consumers.Use) bool { return !u.PodsOnly })
		})
	}), nil
}

func severalVersions(ref workload.Ref, used []workload.Ref) error {
	e := &cluster.Error{Reason: SeveralVersions, Object: ref.String()}
	var names, shown []string
	for _, u := range used {
		shown = append(shown, u.String())
		if u == ref {
			e.Next = append(e.Next, fmt.Sprintf("leave out --versioned: the command then changes %s itself, for the workloads that use it", ref))
			continue
		}
		names = append(names, u.Name)
	}
	e.Message = fmt.Sprintf("workloads use different versions of %s: %s", ref, strings.Join(names, ", "))
	if len(names) < len(used) {
		e.Message += fmt.Sprintf(", and %s itself", ref)
	}
	e.Next = slices.Concat(
		[]string{fmt.Sprintf("give %s in place of %s: the command then changes the workloads that use that version", strings.Join(names, " or "), ref.Name)},
		e.Next,
		[]string{"kubectl app status " + strings.Join(shown, " ") + cluster.InFlag(ref.Namespace)},
	)
	return e
}

// CreateVersion writes a planned version. One that is there already has the same data, since its name
// says so: then created is false. What has that name and other data is an error.
func (c Client) CreateVersion(ctx context.Context, version Object, o cluster.WriteOptions) (written Object, created bool, err error) {
	var found Object
	written, err = cluster.Write[Object]{
		Planned: true, DryRun: o.DryRun,
		Read: func(ctx context.Context) (Object, error) { return c.readObject(ctx, version) },
		MayArrive: func(now Object) bool {
			return !now.Exists() || now.meta().ResourceVersion == found.meta().ResourceVersion
		},
		Plan: func(_ context.Context, now Object, uncertain bool) (done bool, err error) {
			created = uncertain && now.Exists() && !found.Exists() // the answer to our own request was lost
			found = now
			return now.Exists() && (o.DryRun || created), version.checkExisting(now)
		},
		Send: func(ctx context.Context) (Object, error) {
			if found.Exists() {
				return c.reuse(ctx, found, o)
			}
			after, err := c.create(ctx, version, o)
			created = err == nil
			return after, err
		},
	}.Run(ctx)
	if lost := (*cluster.LostError)(nil); errors.As(err, &lost) {
		err = unknownWrite(version, lost.Err)
	}
	if err != nil {
		return Object{}, false, err
	}
	return written, created, nil
}

// create makes the object. That it exists already is a conflict.
func (c Client) create(ctx context.Context, want Object, o cluster.WriteOptions) (after Object, err error) {
	client, err := c.Typed()
	if err != nil {
		return Object{}, err
	}
	patch := o.PatchOptions()
	options := metav1.CreateOptions{FieldManager: patch.FieldManager, DryRun: patch.DryRun, FieldValidation: metav1.FieldValidationStrict}
	if want.Secret != nil {
		after.Secret, err = client.CoreV1().Secrets(want.Meta().Namespace).Create(ctx, want.Secret, options)
	} else {
		after.ConfigMap, err = client.CoreV1().ConfigMaps(want.Meta().Namespace).Create(ctx, want.ConfigMap, options)
	}
	switch {
	case apierrors.IsAlreadyExists(err):
		return Object{}, appeared(want, err)
	case err != nil:
		return Object{}, cluster.APIError(want.call("create"), err)
	}
	return after.typed(), nil
}

// reuse makes a version young again, and another one than that which somebody may be about to delete. Who
// may not patch it goes without.
func (c Client) reuse(ctx context.Context, version Object, o cluster.WriteOptions) (Object, error) {
	after, err := c.patch(ctx, version, types.MergePatchType, map[string]any{"metadata": map[string]any{
		"resourceVersion": version.Meta().ResourceVersion, "annotations": map[string]string{workload.AnnotationTakenUp: time.Now().UTC().Format(time.RFC3339)},
	}}, o.PatchOptions())
	if apierrors.IsForbidden(err) {
		return version, nil
	}
	return after, cluster.APIError(version.call("patch"), err)
}

// checkExisting refuses to use an object that has the name of a version and is another one.
func (c Object) checkExisting(found Object) error {
	if !found.Exists() {
		return nil
	}
	if found.fixed() && sameData(found, c) && found.secretType() == c.secretType() {
		return nil
	}
	return &cluster.Error{
		Reason: Exists, Object: c.String(),
		Message: fmt.Sprintf("%s exists already, but has other data or is not immutable", c),
		Next:    []string{"kubectl app status " + c.String() + cluster.InFlag(c.Meta().Namespace)},
	}
}
