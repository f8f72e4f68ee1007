package workload

import (
	"cmp"
	"slices"

	corev1 "k8s.io/api/core/v1"
)

// ReferenceKind is a kind of object that a pod template may name.
type ReferenceKind string

// The kinds, as in the API.
const (
	SecretReference         ReferenceKind = "Secret"
	ConfigMapReference      ReferenceKind = "ConfigMap"
	ServiceAccountReference ReferenceKind = "ServiceAccount"
	ClaimReference          ReferenceKind = "PersistentVolumeClaim"
)

// ReferenceUse is how a template uses an object: it decides what happens when the object is missing.
type ReferenceUse string

// Env, EnvFrom and Volume keep a container from starting; PullSecret only shows when the registry
// asks for it; Identity keeps pods from being created.
const (
	UseEnv        ReferenceUse = "env"
	UseEnvFrom    ReferenceUse = "envFrom"
	UseVolume     ReferenceUse = "volume"
	UsePullSecret ReferenceUse = "imagePullSecrets"
	UseIdentity   ReferenceUse = "serviceAccountName"
)

// Reference is one place in a pod template that names another object of its namespace.
type Reference struct {
	Kind ReferenceKind
	Name string
	// Key of the Secret or ConfigMap; "" when the object as a whole is meant.
	Key string
	// Optional: the kubelet starts the pod without it.
	Optional  bool
	Use       ReferenceUse
	Container string // "" for what belongs to the pod
	Field     string // the variable or the volume
	// Prefix is put before each variable of an envFrom.
	Prefix string
	// Path is where the volume holds the file of the key; "" when the object as a whole is meant.
	Path string
	// Projected: the volume joins several sources.
	Projected bool
}

// References lists what a template names, sorted by kind, name and key; the places of one key stay
// in the template's order.
func References(t *corev1.PodTemplateSpec) []Reference {
	var refs []Reference
	for _, c := range slices.Concat(t.Spec.InitContainers, t.Spec.Containers) {
		refs = append(refs, containerReferences(&c)...)
	}
	for i := range t.Spec.Volumes {
		refs = append(refs, volumeReferences(&t.Spec.Volumes[i])...)
	}
	for _, s := range t.Spec.ImagePullSecrets {
		refs = append(refs, Reference{Kind: SecretReference, Name: s.Name, Use: UsePullSecret})
	}
	if name := t.Spec.ServiceAccountName; name != "" {
		refs = append(refs, Reference{Kind: ServiceAccountReference, Name: name, Use: UseIdentity})
	}
	refs = slices.DeleteFunc(refs, func(r Reference) bool { return r.Name == "" })
	slices.SortStableFunc(refs, func(a, b Reference) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Key, b.Key))
	})
	return refs
}

func containerReferences(c *corev1.Container) []Reference {
	var refs []Reference
	for _, e := range c.EnvFrom {
		if s := e.SecretRef; s != nil {
			refs = append(refs, Reference{Kind: SecretReference, Name: s.Name, Optional: isTrue(s.Optional), Use: UseEnvFrom, Container: c.Name, Prefix: e.Prefix})
		}
		if m := e.ConfigMapRef; m != nil {
			refs = append(refs, Reference{Kind: ConfigMapReference, Name: m.Name, Optional: isTrue(m.Optional), Use: UseEnvFrom, Container: c.Name, Prefix: e.Prefix})
		}
	}
	for _, e := range c.Env {
		if e.ValueFrom == nil {
			continue
		}
		if s := e.ValueFrom.SecretKeyRef; s != nil {
			refs = append(refs, Reference{Kind: SecretReference, Name: s.Name, Key: s.Key, Optional: isTrue(s.Optional), Use: UseEnv, Container: c.Name, Field: e.Name})
		}
		if m := e.ValueFrom.ConfigMapKeyRef; m != nil {
			refs = append(refs, Reference{Kind: ConfigMapReference, Name: m.Name, Key: m.Key, Optional: isTrue(m.Optional), Use: UseEnv, Container: c.Name, Field: e.Name})
		}
	}
	return refs
}

// volumeReferences knows the volumes that are mounted from the pod's namespace. Names inside of CSI
// and in-tree storage drivers are theirs to judge.
func volumeReferences(v *corev1.Volume) []Reference {
	var refs []Reference
	if s := v.Secret; s != nil {
		refs = append(refs, itemReferences(SecretReference, s.SecretName, s.Items, s.Optional, v.Name)...)
	}
	if m := v.ConfigMap; m != nil {
		refs = append(refs, itemReferences(ConfigMapReference, m.Name, m.Items, m.Optional, v.Name)...)
	}
	if p := v.PersistentVolumeClaim; p != nil {
		refs = append(refs, Reference{Kind: ClaimReference, Name: p.ClaimName, Use: UseVolume, Field: v.Name})
	}
	if v.Projected == nil {
		return refs
	}
	var projected []Reference
	for _, source := range v.Projected.Sources {
		if s := source.Secret; s != nil {
			projected = append(projected, itemReferences(SecretReference, s.Name, s.Items, s.Optional, v.Name)...)
		}
		if m := source.ConfigMap; m != nil {
			projected = append(projected, itemReferences(ConfigMapReference, m.Name, m.Items, m.Optional, v.Name)...)
		}
	}
	for i := range projected {
		projected[i].Projected = true
	}
	return append(refs, projected...)
}

func itemReferences(kind ReferenceKind, name string, items []corev1.KeyToPath, optional *bool, volume string) []Reference {
	whole := Reference{Kind: kind, Name: name, Optional: isTrue(optional), Use: UseVolume, Field: volume}
	if len(items) == 0 {
		return []Reference{whole}
	}
	refs := make([]Reference, 0, len(items))
	for _, item := range items {
		r := whole
		r.Key, r.Path = item.Key, item.Path
		refs = append(refs, r)
	}
	return refs
}

func isTrue(b *bool) bool { return b != nil && *b }
