package config

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/secrets"
	"github.com/kubectl-app/kubectl-app/pkg/secrets/consumers"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// IfExists is what to do with an object that is there already. The set is closed.
type IfExists string

// What to do.
const (
	UpdateExisting IfExists = "update"
	FailOnExisting IfExists = "fail"
	SkipExisting   IfExists = "skip"
)

// ApplyOptions say how to write.
type ApplyOptions struct {
	cluster.WriteOptions
	IfExists IfExists
	// Force takes over the fields of other managers.
	Force bool
	// Remove takes keys away although somebody uses them.
	Remove bool
	// Validation is kubectl's --validate: Strict, Warn or Ignore.
	Validation string
}

// PatchOptions are those of the request.
func (o ApplyOptions) PatchOptions() metav1.PatchOptions {
	p := o.WriteOptions.PatchOptions()
	p.FieldValidation = o.Validation
	if o.Force {
		p.Force = new(true)
	}
	return p
}

// Applied is what a write has done.
type Applied struct {
	// Before is what was there; none if nothing was, or Forbidden.
	Before Object
	// After is what is there now, as the server has it.
	After Object
	// Forbidden: there is no permission to read it, so that what changed is not known.
	Forbidden bool
	// Tried: the write was sent.
	Tried bool
	// Skipped: it was there, and was to be left as it is.
	Skipped bool
	// NotSeen are those among whom nobody was sought who uses a key that is removed.
	NotSeen []consumers.NotSeen
}

// Operation is what was done in kubectl's words: created, configured or unchanged.
func (u Applied) Operation() string {
	switch {
	case u.Forbidden:
		return "configured"
	case !u.Before.Exists():
		return "created"
	case u.Skipped || u.Before.same(u.After):
		return "unchanged"
	}
	return "configured"
}

// Changes are those by key.
func (u Applied) Changes() []secrets.KeyChange { return secrets.Diff(u.Before.Data(), u.After.Data()) }

// Labels are the changes of its labels.
func (u Applied) Labels() []secrets.KeyChange {
	return diffText(u.Before.meta().Labels, u.After.meta().Labels)
}

// Annotations are the changes of its annotations.
func (u Applied) Annotations() []secrets.KeyChange {
	return slices.DeleteFunc(diffText(u.Before.meta().Annotations, u.After.meta().Annotations), func(c secrets.KeyChange) bool {
		return c.Key == workload.AnnotationKeyTimes
	})
}

// Fixed tells whether it has become immutable.
func (u Applied) Fixed() bool { return !u.Before.fixed() && u.After.fixed() }

func diffText(before, after map[string]string) []secrets.KeyChange {
	data := func(text map[string]string) map[string][]byte {
		return secrets.ConfigMapData(&corev1.ConfigMap{Data: text})
	}
	return secrets.Diff(data(before), data(after))
}

// ApplyObject creates a Secret or a ConfigMap, or makes the one that is there what is wanted, by server-side
// apply: the keys of other managers stay, and so do those that were edited into it. If the object
// changes or appears under the write, or the answer is lost, it looks and begins anew. Nothing was written if the
// error has one of the reasons of errors.go, apart from UnknownWrite.
func (c Client) ApplyObject(ctx context.Context, want Object, o ApplyOptions) (Applied, error) {
	u := apply{cluster: c, want: want, options: o}
	after, err := cluster.Write[Object]{DryRun: o.DryRun, Read: u.read, MayArrive: u.mayArrive, Plan: u.plan, Send: u.send}.Run(ctx)
	if lost := (*cluster.LostError)(nil); errors.As(err, &lost) {
		if err = lost.Err; !u.settled {
			err = unknownWrite(want, err)
		}
	}
	if err == nil {
		u.done.After = after
		u.forgetDeleted()
	}
	return u.done, err
}

// apply is one under way.
type apply struct {
	cluster Client
	want    Object
	options ApplyOptions
	now     Object // as it was read last
	settled bool   // what was read since the last request shows that it was not carried out, and can't be any more
	done    Applied
}

func (u *apply) read(ctx context.Context) (Object, error) {
	now, err := u.cluster.readObject(ctx, u.want)
	u.done.Forbidden = cluster.Is(err, cluster.Forbidden) && u.options.IfExists == UpdateExisting
	if u.done.Forbidden {
		err = nil
	}
	return now, err
}

// mayArrive: an apply makes an object that is not there, whatever resourceVersion it names.
func (u *apply) mayArrive(now Object) bool {
	return !now.Exists() || now.meta().ResourceVersion == u.now.meta().ResourceVersion
}

// plan judges the object as it is now.
func (u *apply) plan(ctx context.Context, now Object, uncertain bool) (done bool, err error) {
	u.settled = !u.done.Forbidden && !u.mayArrive(now)
	u.now = now
	if uncertain && now.holds(u.want, u.options.Manager()) {
		return true, nil
	}
	u.done.Before = now
	u.done.Skipped, err = u.options.check(u.want, now, u.done.Forbidden)
	if err != nil || u.done.Skipped || u.options.Remove {
		return u.done.Skipped, err
	}
	u.done.NotSeen, err = u.cluster.checkRemoved(ctx, u.want, now, u.options)
	return false, err
}

// send is one server-side apply. Where nothing was, it must make the object, so that of two who begin at
// once one is told to look again.
func (u *apply) send(ctx context.Context) (Object, error) {
	next, o := u.want.over(u.now), u.options
	u.done.Tried, u.settled = true, false
	u.noteTimes(next)
	making := !u.now.Exists() && !u.done.Forbidden && !o.DryRun
	if making {
		next.Meta().ResourceVersion = nobodysVersion
	}
	apply := func() (Object, error) {
		return u.cluster.patch(ctx, next, types.ApplyPatchType, next.Object(), o.PatchOptions())
	}
	after, err := apply()
	if u.now.Exists() && o.onlyOurs(fieldOwners(err)) {
		// To the server, what we have edited is not what we have applied. Nobody else can come between: the
		// resourceVersion is the same.
		o.Force = true
		after, err = apply()
	}
	owners := fieldOwners(err)
	switch {
	case err == nil:
		return after, nil
	case making && len(owners) > 0:
		return after, appeared(u.want, err)
	case len(owners) > 0:
		return after, fieldConflict(u.want, slices.DeleteFunc(owners, func(f fieldOwner) bool { return !u.done.Forbidden && o.ours(f) }), err)
	}
	return after, u.cluster.explainWrite(ctx, u.want, err)
}

// noteTimes has the apply say which keys it leaves as they are: to the API server all that a manager applies
// is as new as its last write.
func (u *apply) noteTimes(next Object) {
	if !u.now.Exists() {
		return
	}
	update := consumers.Update{Manager: u.options.Manager(), At: time.Now(), Keys: u.options.changedKeys(u.want, u.now)}
	wanted := u.want.Data()
	update.Removes = slices.ContainsFunc(update.Keys, func(key string) bool { _, stays := wanted[key]; return !stays })
	for key := range wanted {
		if !slices.Contains(update.Keys, key) {
			update.Same = append(update.Same, key)
		}
	}
	if text := update.ApplyNotes(u.now.Meta()); text != "" {
		metav1.SetMetaDataAnnotation(next.Meta(), workload.AnnotationKeyTimes, text)
	}
}

func (o ApplyOptions) ours(f fieldOwner) bool { return f.manager == strconv.Quote(o.Manager()) }

func (o ApplyOptions) onlyOurs(owners []fieldOwner) bool {
	return len(owners) > 0 && !slices.ContainsFunc(owners, func(f fieldOwner) bool { return !o.ours(f) })
}

// nobodysVersion is that of no object: etcd counts from 1, and the first thing that is stored has 2. The
// server looks at it only if the object is there (Store.Update in k8s.io/apiserver, registry/generic), so
// that the apply makes one, and changes none. A create would do the same, but leave the keys to an owner
// from whom no apply takes them back.
const nobodysVersion = "1"

// forgetDeleted: the server makes anew what was deleted since the look, whatever resourceVersion the
// apply names, and another UID tells. Then nothing was there before.
func (u *apply) forgetDeleted() {
	before, after := u.done.Before, u.done.After
	if before.Exists() && after.Exists() && before.Meta().UID != after.Meta().UID {
		u.done.Before = Object{}
	}
}

func sameData(a, b Object) bool {
	for _, change := range secrets.Diff(a.Data(), b.Data()) {
		if change.Kind != secrets.Unchanged {
			return false
		}
	}
	return true
}
