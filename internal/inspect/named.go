package inspect

import (
	"context"
	"errors"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/metadata"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/app"
	"github.com/kubectl-app/kubectl-app/pkg/secrets"
	"github.com/kubectl-app/kubectl-app/pkg/secrets/consumers"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// namedObject is something that was read of an object.
type namedObject struct {
	ref workload.Ref
	tls bool
}

// Up to fewNames are read one by one, and up to manyNames where a list would take more than one page.
const (
	fewNames  = 1
	manyNames = 16
)

// read reads what is needed and was not read yet.
func (r *surroundings) read(ctx context.Context, needs []app.Need) error {
	byKind := map[string][]app.Need{}
	for _, n := range needs {
		if key := (namedObject{n.Ref, n.TLS}); !r.named[key] {
			byKind[n.Ref.Kind] = append(byKind[n.Ref.Kind], n)
		}
	}
	// Two rounds follow each other, and only what they read side by side is shared.
	for _, n := range needs {
		r.named[namedObject{n.Ref, n.TLS}] = true
	}
	var work []func(context.Context) error
	for kind, needs := range byKind {
		work = append(work, func(ctx context.Context) error {
			switch workload.ReferenceKind(kind) {
			case workload.ClaimReference:
				return r.claims(ctx, needs)
			case workload.ServiceAccountReference:
				return r.accounts(ctx, needs)
			case workload.SecretReference, workload.ConfigMapReference:
			}
			return r.configs(ctx, kind, needs)
		})
	}
	return together(ctx, work...)
}

// put keeps what was read of an object.
func (r *surroundings) put(ref workload.Ref, n app.Named) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.around.Named == nil {
		r.around.Named = map[workload.Ref]app.Named{}
	}
	r.around.Named[ref] = n
}

func (r *surroundings) get(ref workload.Ref) app.Named {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.around.Named[ref]
}

// answer is the state of an object by the error of its read.
func (r *surroundings) answer(ctx context.Context, err error, resource string) (app.RefState, error) {
	err = cluster.APIError(cluster.Call{Verb: "get", Resource: resource, Namespace: r.namespace, Object: resource}, err)
	switch {
	case err == nil:
		return app.RefPresent, nil
	case cluster.Is(err, cluster.NotFound):
		return app.RefMissing, nil
	}
	return app.RefUnread, r.unread(ctx, err, "get", resource)
}

func (r *surroundings) claims(ctx context.Context, needs []app.Need) error {
	client, err := r.cluster.Typed()
	if err != nil {
		return err
	}
	if len(needs) > fewNames {
		var all []corev1.PersistentVolumeClaim
		read := list(r, "persistentvolumeclaims", &all, client.CoreV1().PersistentVolumeClaims(r.namespace).List, func(l *corev1.PersistentVolumeClaimList) []corev1.PersistentVolumeClaim { return l.Items })
		if err := read(ctx); err != nil {
			return err
		}
		if !r.silent("persistentvolumeclaims") {
			r.fill(needs, len(all), func(i int) (string, app.Named) { return all[i].Name, app.Named{State: app.RefPresent, Claim: &all[i]} })
		}
		return nil
	}
	return r.eachOf(ctx, needs, func(ctx context.Context, n app.Need) error {
		claim, err := cluster.Read(ctx, func(ctx context.Context) (*corev1.PersistentVolumeClaim, error) {
			return client.CoreV1().PersistentVolumeClaims(r.namespace).Get(ctx, n.Ref.Name, metav1.GetOptions{})
		})
		found := app.Named{}
		if found.State, err = r.answer(ctx, err, "persistentvolumeclaims"); found.State == app.RefPresent {
			found.Claim = claim
		}
		r.put(n.Ref, found)
		return err
	})
}

func (r *surroundings) accounts(ctx context.Context, needs []app.Need) error {
	client, err := r.cluster.Typed()
	if err != nil {
		return err
	}
	return r.eachOf(ctx, needs, func(ctx context.Context, n app.Need) error {
		account, err := cluster.Read(ctx, func(ctx context.Context) (*corev1.ServiceAccount, error) {
			return client.CoreV1().ServiceAccounts(r.namespace).Get(ctx, n.Ref.Name, metav1.GetOptions{})
		})
		found := app.Named{}
		if found.State, err = r.answer(ctx, err, "serviceaccounts"); found.State == app.RefPresent {
			for _, s := range account.ImagePullSecrets {
				found.PullSecrets = append(found.PullSecrets, s.Name)
			}
		}
		r.put(n.Ref, found)
		return err
	})
}

// configs reads the metadata of Secrets or ConfigMaps: no value travels. Data is read only where managedFields do not show
// a key that is asked about, and of Secrets of the type kubernetes.io/tls whose certificate matters.
func (r *surroundings) configs(ctx context.Context, kind string, needs []app.Need) error {
	resource := strings.ToLower(kind) + "s"
	if err := r.metadata(ctx, resource, needs, func(o *metav1.PartialObjectMetadata) app.Named {
		return app.Named{State: app.RefPresent, Keys: consumers.ManagedKeys(&o.ObjectMeta)}
	}); err != nil {
		return err
	}
	var certificates, unproven []app.Need
	for _, n := range needs {
		found := r.get(n.Ref)
		if found.State != app.RefPresent {
			continue
		}
		if n.TLS {
			certificates = append(certificates, n)
		}
		if slices.ContainsFunc(n.Keys, func(k string) bool { return !slices.Contains(found.Keys, k) }) {
			unproven = append(unproven, n)
		}
	}
	return together(ctx,
		func(ctx context.Context) error { return r.eachOf(ctx, certificates, r.certificate) },
		func(ctx context.Context) error {
			return r.eachOf(ctx, unproven, func(ctx context.Context, n app.Need) error {
				keys, err := r.cluster.Keys(ctx, n.Ref, true)
				state, err := r.answer(ctx, err, resource)
				r.update(n.Ref, func(found *app.Named) {
					found.State, found.Keys, found.KeysKnown = state, keys, state == app.RefPresent
				})
				return err
			})
		})
}

func (r *surroundings) update(ref workload.Ref, change func(*app.Named)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	found := r.around.Named[ref]
	change(&found)
	r.around.Named[ref] = found
}

// metadata reads the metadata of Secrets or ConfigMaps: one by one up to few of them, otherwise by a list that is kept. Who
// may get a name and not list gets them one by one, too, and so are a few of very many.
func (r *surroundings) metadata(ctx context.Context, resource string, needs []app.Need, found func(*metav1.PartialObjectMetadata) app.Named) error {
	client, err := r.cluster.Metadata()
	if err != nil {
		return err
	}
	of := client.Resource(corev1.SchemeGroupVersion.WithResource(resource)).Namespace(r.namespace)
	all, listed := r.kept(resource)
	if !listed && len(needs) > fewNames {
		all, err = listMetadata(ctx, of, len(needs) > manyNames)
		err = cluster.APIError(cluster.Call{Verb: "list", Resource: resource, Namespace: r.namespace, Object: resource}, err)
		switch listed = err == nil; {
		case listed:
			r.keep(resource, all)
		case !errors.Is(err, errEnough) && !cluster.Is(err, cluster.Forbidden):
			return r.unread(ctx, err, "list", resource)
		}
	}
	if listed {
		r.fill(needs, len(all), func(i int) (string, app.Named) { return all[i].Name, found(&all[i]) })
		return nil
	}
	return r.eachOf(ctx, needs, func(ctx context.Context, n app.Need) error {
		o, err := cluster.Read(ctx, func(ctx context.Context) (*metav1.PartialObjectMetadata, error) {
			return of.Get(ctx, n.Ref.Name, metav1.GetOptions{})
		})
		state, err := r.answer(ctx, err, resource)
		named := app.Named{State: state}
		if state == app.RefPresent {
			named = found(o)
		}
		r.put(n.Ref, named)
		return err
	})
}

// listMetadata lists metadata. Unless all of it is wanted, more than one page is an error: errEnough.
func listMetadata(ctx context.Context, of metadata.ResourceInterface, whole bool) (all []metav1.PartialObjectMetadata, err error) {
	err = cluster.Pages(ctx, metav1.ListOptions{},
		func(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) { return of.List(ctx, o) },
		func(page runtime.Object) error {
			if l, ok := page.(*metav1.PartialObjectMetadataList); ok {
				all = append(all, l.Items...)
				if l.Continue != "" && !whole {
					return errEnough
				}
			}
			return nil
		})
	return all, err
}

func (r *surroundings) kept(resource string) ([]metav1.PartialObjectMetadata, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	all, listed := r.listed[resource]
	return all, listed
}

func (r *surroundings) keep(resource string, all []metav1.PartialObjectMetadata) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.listed[resource] = all
}

// fill keeps what a list has of the objects that are needed. What it has not is missing.
func (r *surroundings) fill(needs []app.Need, n int, item func(int) (string, app.Named)) {
	byName := make(map[string]app.Named, n)
	for i := range n {
		name, named := item(i)
		byName[name] = named
	}
	for _, need := range needs {
		named, there := byName[need.Ref.Name]
		if !there {
			named.State = app.RefMissing
		}
		r.put(need.Ref, named)
	}
}

func (r *surroundings) eachOf(ctx context.Context, needs []app.Need, do func(context.Context, app.Need) error) error {
	_, err := cluster.Each(ctx, needs, func(ctx context.Context, n app.Need) (struct{}, error) { return struct{}{}, do(ctx, n) })
	return err
}

func (r *surroundings) silent(resource string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.around.Unread(resource)
}

// certificate reads the server's own certificate of a Secret, if that is of the type kubernetes.io/tls: a list that is
// limited to the type and the name has nothing of another one. The values are dropped here.
func (r *surroundings) certificate(ctx context.Context, n app.Need) error {
	client, err := r.cluster.Typed()
	if err != nil {
		return err
	}
	of := client.CoreV1().Secrets(r.namespace)
	list, err := cluster.Read(ctx, func(ctx context.Context) (*corev1.SecretList, error) {
		return of.List(ctx, metav1.ListOptions{FieldSelector: "type=" + string(corev1.SecretTypeTLS) + ",metadata.name=" + n.Ref.Name})
	})
	isForbidden := func() bool {
		return cluster.Is(cluster.APIError(cluster.Call{Verb: "list", Resource: "secrets", Namespace: r.namespace}, err), cluster.Forbidden)
	}
	if isForbidden() { // who may not list may get
		var one *corev1.Secret
		one, err = cluster.Read(ctx, func(ctx context.Context) (*corev1.Secret, error) { return of.Get(ctx, n.Ref.Name, metav1.GetOptions{}) })
		list = &corev1.SecretList{}
		if err == nil && one.Type == corev1.SecretTypeTLS {
			list.Items = append(list.Items, *one)
		}
	}
	switch {
	case isForbidden():
		r.note("no permission to read the data of secrets: it is not known when certificates expire")
		return nil
	case err != nil:
		return r.unread(ctx, err, "get", "secrets")
	}
	found := app.Named{NotTLS: len(list.Items) == 0}
	for i := range list.Items {
		r.cluster.Redactor().Secret(list.Items[i].Data)
		certificate, err := secrets.ServerCertificate(list.Items[i].Data[corev1.TLSCertKey])
		found.TLS, found.Certificate, found.Broken = true, certificate, err != nil
	}
	r.update(n.Ref, func(known *app.Named) {
		known.TLS, known.NotTLS, known.Certificate, known.Broken = found.TLS, found.NotTLS, found.Certificate, found.Broken
	})
	return nil
}
