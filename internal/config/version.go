package config

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/secrets"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// PlanVersion is an edit as a new version: an immutable object of its own, whose name has the hash of its
// content, while the one before stays as it is. The errors are those of secrets.Edit.Apply.
func PlanVersion(before Content, e secrets.Edit) (ContentChange, error) {
	after, err := before.edited(e)
	if err != nil {
		return ContentChange{}, err
	}
	of := before.Meta().Name
	if v, isVersion := secrets.VersionOf(before.Ref().Kind, before.Meta()); isVersion {
		of = v.Of
	}
	if after.Secret != nil {
		after.Secret, err = secrets.NewSecretVersion(after.Secret, of)
	} else {
		after.ConfigMap, err = secrets.NewConfigMapVersion(after.ConfigMap, of)
	}
	return ContentChange{before, after, e.Keys()}, err
}

// ReadVersioned reads the object of that name or, if it has versions, the one of them that is in use: that
// templates refer to. With none in use it is the newest; with several in use the error has the reason
// SeveralVersions.
func (c Client) ReadVersioned(ctx context.Context, ref workload.Ref) (Content, error) {
	all, err := c.Versions(ctx, ref.Namespace, ref.Kind)
	if err != nil {
		return Content{}, err
	}
	all = slices.DeleteFunc(all, func(v secrets.Version) bool { return v.Of != ref.Name })
	if len(all) == 0 {
		return c.ReadContent(ctx, ref)
	}
	slices.SortFunc(all, func(a, b secrets.Version) int { return b.Created.Compare(a.Created) })
	candidates := make([]workload.Ref, 0, len(all)+1)
	for _, v := range all {
		candidates = append(candidates, v.Ref)
	}
	used, err := c.inTemplates(ctx, append(candidates, ref))
	switch {
	case err != nil:
		return Content{}, err
	case len(used) == 0:
		return c.ReadContent(ctx, candidates[0])
	case len(used) == 1:
		return c.ReadContent(ctx, used[0])
	}
	return Content{}, severalVersions(ref, used)
}

// CheckVersioned tells whether what ReadVersioned has read is still what it would read: the error otherwise
// has the reason KeysChanged.
func (c Client) CheckVersioned(ctx context.Context, ref workload.Ref, before Content) error {
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
	s := &consumerSearch{cluster: c, client: client, search: secrets.NewSearch(refs...)}
	if err := s.run(ctx, refs[0].Namespace, nil); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(slices.Clone(refs), func(ref workload.Ref) bool {
		return !slices.ContainsFunc(s.search.Consumers(secrets.Subject{Ref: ref, Unread: true}), func(c secrets.Consumer) bool {
			return slices.ContainsFunc(c.Uses, func(u secrets.Use) bool { return !u.PodsOnly })
		})
	}), nil
}

func severalVersions(ref workload.Ref, used []workload.Ref) error {
	e := &cluster.Error{Reason: SeveralVersions, Object: ref.String()}
	var names []string
	for _, u := range used {
		names = append(names, u.Name)
		e.Next = append(e.Next, "kubectl app status "+u.String()+cluster.InFlag(u.Namespace))
	}
	e.Message = fmt.Sprintf("several versions of %s are in use: %s; name one of them in place of %s", ref, strings.Join(names, ", "), ref.Name)
	return e
}

// CreateVersion writes a planned version. One that is there already has the same content, since its name
// says so: then created is false. What has that name and other content is an error.
func (c Client) CreateVersion(ctx context.Context, version Content, o cluster.WriteOptions) (written Content, created bool, err error) {
	client, err := c.Typed()
	if err != nil {
		return Content{}, false, err
	}
	patch := o.PatchOptions()
	options := metav1.CreateOptions{FieldManager: patch.FieldManager, DryRun: patch.DryRun, FieldValidation: metav1.FieldValidationStrict}
	meta := version.Meta()
	err = cluster.ApplyPatience().Repeat(ctx, func(ctx context.Context, _ bool) error {
		var err error
		if version.Secret != nil {
			written.Secret, err = client.CoreV1().Secrets(meta.Namespace).Create(ctx, version.Secret, options)
		} else {
			written.ConfigMap, err = client.CoreV1().ConfigMaps(meta.Namespace).Create(ctx, version.ConfigMap, options)
		}
		created = err == nil
		if apierrors.IsAlreadyExists(err) {
			if written, err = c.existingVersion(ctx, version); err == nil && !o.DryRun {
				written, err = c.takeUp(ctx, written, o)
			}
			return err
		}
		return cluster.APIError(version.call("create"), err)
	})
	if err != nil {
		return Content{}, false, err
	}
	return written.typed(), created, nil
}

// takeUp makes a version young again, and another one than that which somebody may be about to delete. Who
// may not patch it goes without.
func (c Client) takeUp(ctx context.Context, version Content, o cluster.WriteOptions) (Content, error) {
	client, err := c.Typed()
	if err != nil {
		return Content{}, err
	}
	meta := version.Meta()
	body, err := json.Marshal(map[string]any{"metadata": map[string]any{
		"resourceVersion": meta.ResourceVersion, "annotations": map[string]string{workload.AnnotationTakenUp: time.Now().UTC().Format(time.RFC3339)},
	}})
	if err != nil {
		return Content{}, fmt.Errorf("encoding %s: %w", version, err)
	}
	var after Content
	if version.Secret != nil {
		after.Secret, err = client.CoreV1().Secrets(meta.Namespace).Patch(ctx, meta.Name, types.MergePatchType, body, o.PatchOptions())
	} else {
		after.ConfigMap, err = client.CoreV1().ConfigMaps(meta.Namespace).Patch(ctx, meta.Name, types.MergePatchType, body, o.PatchOptions())
	}
	if apierrors.IsForbidden(err) {
		return version, nil
	}
	return after, cluster.APIError(version.call("patch"), err)
}

// existingVersion is the object that has the name already.
func (c Client) existingVersion(ctx context.Context, version Content) (Content, error) {
	found, err := c.readContent(ctx, version)
	if err != nil {
		return Content{}, err
	}
	if !found.Exists() {
		return Content{}, &cluster.Error{Reason: cluster.Conflict, Object: version.String(), Message: fmt.Sprintf("%s was deleted at the same time", version)}
	}
	if fixed := found.immutable(); fixed == nil || !*fixed || !sameData(found, version) || found.secretType() != version.secretType() {
		return Content{}, &cluster.Error{
			Reason: Exists, Object: version.String(),
			Message: fmt.Sprintf("%s exists already, but has other data or is not immutable", version),
			Next:    []string{"kubectl app status " + version.String() + cluster.InFlag(version.Meta().Namespace)},
		}
	}
	return found, nil
}
