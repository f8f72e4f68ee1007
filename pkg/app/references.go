package app

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Need is an object that should be read, because an app or one of its Ingresses names it.
type Need struct {
	Ref workload.Ref
	// Keys that should be in it.
	Keys []string
	// TLS: its certificate matters, if it is of the type kubernetes.io/tls.
	TLS bool
}

// Needs lists what apps and the Ingresses around them name, each object once. What is read of ServiceAccounts and
// Ingresses can make it longer.
func Needs(apps []Observed, around *Around) []Need {
	at := map[workload.Ref]int{}
	var all []Need
	add := func(n Need) {
		i, known := at[n.Ref]
		if !known {
			at[n.Ref] = len(all)
			all = append(all, n)
			return
		}
		all[i].TLS = all[i].TLS || n.TLS
		for _, k := range n.Keys {
			all[i].Keys = appendNew(all[i].Keys, k)
		}
	}
	for i := range apps {
		l := &look{Observed: apps[i], around: around, w: apps[i].Object.Workload(), app: &App{}}
		for _, r := range l.named() {
			n := Need{Ref: l.ref(string(r.Kind), r.Name), TLS: r.Kind == workload.SecretReference && r.Use == workload.UseVolume}
			if r.Key != "" {
				n.Keys = []string{r.Key}
			}
			add(n)
		}
		l.app.Services = l.services()
		for j := range around.Ingresses {
			if _, leads := l.ingress(&around.Ingresses[j]); !leads {
				continue
			}
			for _, t := range around.Ingresses[j].Spec.TLS {
				if t.SecretName != "" {
					add(Need{Ref: l.ref(string(workload.SecretReference), t.SecretName), TLS: true})
				}
			}
		}
	}
	return all
}

// named are the references of the template, the pull secrets of its ServiceAccount, and the claims of the pods.
func (l *look) named() []workload.Reference {
	all := workload.References(&l.w.Template)
	pulls := slices.ContainsFunc(all, func(r workload.Reference) bool { return r.Use == workload.UsePullSecret })
	for _, pod := range l.Pods { // admission gives them those of the ServiceAccount
		for _, s := range pod.Spec.ImagePullSecrets {
			r := workload.Reference{Kind: workload.SecretReference, Name: s.Name, Use: workload.UsePullSecret}
			if !pulls && !slices.Contains(all, r) {
				all = append(all, r)
			}
		}
	}
	isOf := func(r workload.Reference) bool { return r.Kind == workload.ServiceAccountReference }
	if looked := l.Why.State != ""; looked && len(l.Pods) == 0 && !slices.ContainsFunc(all, isOf) {
		all = append(all, workload.Reference{Kind: workload.ServiceAccountReference, Name: "default", Use: workload.UseIdentity})
	}
	for _, r := range all {
		if r.Kind == workload.ServiceAccountReference && !pulls {
			for _, name := range l.around.Named[l.ref(string(r.Kind), r.Name)].PullSecrets {
				all = append(all, workload.Reference{Kind: workload.SecretReference, Name: name, Use: workload.UsePullSecret})
			}
		}
	}
	for _, pod := range l.Pods {
		for _, v := range pod.Spec.Volumes {
			if c := v.PersistentVolumeClaim; c != nil {
				all = append(all, workload.Reference{Kind: workload.ClaimReference, Name: c.ClaimName, Use: workload.UseVolume})
			}
		}
	}
	return all
}

// references tells of each named object whether it is there. The default ServiceAccount always is.
func (l *look) references() []Reference {
	at := map[workload.Ref]int{}
	var all []Reference
	var uses [][]workload.Reference
	for _, r := range l.named() {
		if r.Kind == workload.ServiceAccountReference && r.Name == "default" {
			continue
		}
		ref := l.ref(string(r.Kind), r.Name)
		i, known := at[ref]
		if !known {
			i = len(all)
			at[ref] = i
			all, uses = append(all, Reference{Object: ref, Optional: true}), append(uses, nil)
		}
		all[i].Optional = all[i].Optional && r.Optional
		all[i].Uses = appendNew(all[i].Uses, string(r.Use))
		if r.Key != "" {
			all[i].Keys = appendNew(all[i].Keys, r.Key)
		}
		uses[i] = append(uses[i], r)
	}
	for i := range all {
		l.judge(&all[i], uses[i])
	}
	rank := func(r *Reference) int {
		return slices.Index([]string{string(workload.SecretReference), string(workload.ConfigMapReference), string(workload.ClaimReference), string(workload.ServiceAccountReference)}, r.Object.Kind)
	}
	slices.SortStableFunc(all, func(a, b Reference) int {
		return cmp.Or(cmp.Compare(rank(&a), rank(&b)), -compareBool(len(a.Problems) > 0, len(b.Problems) > 0), cmp.Compare(a.Object.Name, b.Object.Name))
	})
	return all
}

// judge holds what is named against what is there.
func (l *look) judge(r *Reference, uses []workload.Reference) {
	named, read := l.around.Named[r.Object]
	if r.State = named.State; !read {
		r.State = RefUnread
	}
	switch r.State {
	case RefMissing:
		l.missing(r)
		return
	case RefUnread:
		return
	case RefPresent, RefKeyMissing:
	}
	if named.KeysKnown {
		l.missingKeys(r, uses, named.Keys)
	}
	if c := named.Claim; c != nil {
		l.judgeClaim(r, c)
	}
	if named.TLS {
		certificate, problems := l.certificate(r.Object.Name, nil, false)
		r.Certificate, r.Problems = &certificate, append(r.Problems, problems...)
	}
}

func (l *look) missing(r *Reference) {
	switch {
	case r.Optional:
	case slices.Equal(r.Uses, []string{string(workload.UsePullSecret)}):
		r.Problems = append(r.Problems, soon(Missing, "does not exist: images that need it can't be pulled"))
	default:
		r.Problems = append(r.Problems, severe(Missing, "does not exist: a new pod can't start without it"))
	}
}

func (l *look) missingKeys(r *Reference, uses []workload.Reference, keys []string) {
	var lacking []string
	for _, u := range uses {
		if u.Key != "" && !slices.Contains(keys, u.Key) {
			r.State = RefKeyMissing
			if !u.Optional {
				lacking = appendNew(lacking, fmt.Sprintf("%q", u.Key))
			}
		}
	}
	if len(lacking) > 0 {
		slices.Sort(lacking)
		r.Problems = append(r.Problems, severe(KeyMissing, "has no key "+strings.Join(lacking, ", ")+": a new pod can't start without it"))
	}
}

func (l *look) judgeClaim(r *Reference, c *corev1.PersistentVolumeClaim) {
	r.Detail = string(c.Status.Phase)
	if size, ok := c.Status.Capacity[corev1.ResourceStorage]; ok {
		r.Detail += " " + size.String()
	}
	switch {
	case c.DeletionTimestamp != nil:
		r.Problems = append(r.Problems, soon(ClaimPending, "is being deleted: it stays until no pod uses it"))
	case c.Status.Phase != corev1.ClaimBound && l.w.Desired > 0: // a claim may wait for its first pod
		r.Problems = append(r.Problems, severe(ClaimPending, "is not bound: "+string(c.Status.Phase)))
	}
}
