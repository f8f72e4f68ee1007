package config

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/secrets"
	"github.com/kubectl-app/kubectl-app/pkg/secrets/consumers"
)

// Object is a Secret or a ConfigMap: one of the two is set, or none for an object that is not there.
type Object struct {
	Secret    *corev1.Secret
	ConfigMap *corev1.ConfigMap
}

// Exists tells whether there is an object.
func (c Object) Exists() bool { return c.Secret != nil || c.ConfigMap != nil }

// Object is the one that is set.
func (c Object) Object() runtime.Object {
	if c.Secret != nil {
		return c.Secret
	}
	return c.ConfigMap
}

// Meta is that of the object.
func (c Object) Meta() *metav1.ObjectMeta {
	if c.Secret != nil {
		return &c.Secret.ObjectMeta
	}
	return &c.ConfigMap.ObjectMeta
}

// meta is empty of an object that is not there.
func (c Object) meta() metav1.ObjectMeta {
	if !c.Exists() {
		return metav1.ObjectMeta{}
	}
	return *c.Meta()
}

// Data is all that it holds, by key; nothing if it is not there.
func (c Object) Data() map[string][]byte {
	switch {
	case c.Secret != nil:
		return c.Secret.Data
	case c.ConfigMap != nil:
		return secrets.ConfigMapData(c.ConfigMap)
	}
	return nil
}

// without is a copy that lacks some keys.
func (c Object) without(keys []string) Object {
	copied := Object{Secret: c.Secret.DeepCopy(), ConfigMap: c.ConfigMap.DeepCopy()}
	for _, key := range keys {
		if copied.Secret != nil {
			delete(copied.Secret.Data, key)
		} else {
			delete(copied.ConfigMap.Data, key)
			delete(copied.ConfigMap.BinaryData, key)
		}
	}
	return copied
}

// String is the object as kubectl names it: "secret/db".
func (c Object) String() string { return c.kind() + "/" + c.Meta().Name }

func (c Object) kind() string {
	if c.Secret != nil {
		return "secret"
	}
	return "configmap"
}

func (c Object) call(verb string) cluster.Call {
	return cluster.Call{Verb: verb, Resource: c.kind() + "s", Namespace: c.Meta().Namespace, Object: c.String()}
}

func (c Object) immutable() *bool {
	if c.Secret != nil {
		return c.Secret.Immutable
	}
	return c.ConfigMap.Immutable
}

// fixed tells whether the data can't be changed.
func (c Object) fixed() bool {
	if !c.Exists() {
		return false
	}
	fixed := c.immutable()
	return fixed != nil && *fixed
}

// secretType is that of a Secret, with the server's default; "" of a ConfigMap.
func (c Object) secretType() corev1.SecretType {
	if c.Secret == nil {
		return ""
	}
	return cmp.Or(c.Secret.Type, corev1.SecretTypeOpaque)
}

// same tells that nobody who reads the two would see a difference.
func (c Object) same(other Object) bool {
	a, b := c.Meta(), other.Meta()
	return equality.Semantic.DeepEqual(c.Data(), other.Data()) && maps.Equal(a.Labels, b.Labels) && maps.Equal(a.Annotations, b.Annotations) &&
		equality.Semantic.DeepEqual(c.immutable(), other.immutable())
}

// holds tells whether an apply of want by this field manager would change nothing.
func (c Object) holds(want Object, manager string) bool {
	if !c.Exists() || len(consumers.LeftOut(c.Meta(), manager, want.Data())) > 0 {
		return false
	}
	data := c.Data()
	for key, value := range want.Data() {
		if is, there := data[key]; !there || !bytes.Equal(is, value) {
			return false
		}
	}
	return c.secretType() == want.secretType() && contains(c.Meta().Labels, want.Meta().Labels) &&
		contains(c.Meta().Annotations, want.Meta().Annotations) && (want.immutable() == nil || equality.Semantic.DeepEqual(c.immutable(), want.immutable()))
}

func contains(all, some map[string]string) bool {
	for key, value := range some {
		if is, there := all[key]; !there || is != value {
			return false
		}
	}
	return true
}

// typed gives the object the kind and version that the client leaves out.
func (c Object) typed() Object {
	if c.Secret != nil {
		c.Secret.TypeMeta = metav1.TypeMeta{APIVersion: "v1", Kind: "Secret"}
	} else {
		c.ConfigMap.TypeMeta = metav1.TypeMeta{APIVersion: "v1", Kind: "ConfigMap"}
	}
	return c
}

// patch sends a patch of the object of that kind and name. The error is the server's own.
func (c Client) patch(ctx context.Context, of Object, kind types.PatchType, patch any, options metav1.PatchOptions) (after Object, err error) {
	client, err := c.Typed()
	if err != nil {
		return Object{}, err
	}
	body, err := json.Marshal(patch)
	if err != nil {
		return Object{}, fmt.Errorf("encoding %s: %w", of, err)
	}
	meta := of.Meta()
	if of.Secret != nil {
		after.Secret, err = client.CoreV1().Secrets(meta.Namespace).Patch(ctx, meta.Name, kind, body, options)
	} else {
		after.ConfigMap, err = client.CoreV1().ConfigMaps(meta.Namespace).Patch(ctx, meta.Name, kind, body, options)
	}
	if err != nil {
		return Object{}, err
	}
	return after.typed(), nil
}

// over is what to apply where before was read: it is guarded by the resourceVersion.
func (c Object) over(before Object) Object {
	copied := Object{Secret: c.Secret.DeepCopy(), ConfigMap: c.ConfigMap.DeepCopy()}
	if !before.Exists() {
		return copied
	}
	copied.Meta().ResourceVersion = before.Meta().ResourceVersion
	if fixed := before.immutable(); before.fixed() {
		// It is never taken off again; to leave it out would ask for that.
		if copied.Secret != nil {
			copied.Secret.Immutable = fixed
		} else {
			copied.ConfigMap.Immutable = fixed
		}
	}
	return copied
}
