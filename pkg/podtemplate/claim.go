package podtemplate

import (
	"cmp"
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Claim is a PersistentVolumeClaim that is to be created.
type Claim struct {
	// Name is "" for WORKLOAD-VOLUME.
	Name string
	Size resource.Quantity
	// Class is nil for the default StorageClass, "" for a volume without one.
	Class *string
	Mode  corev1.PersistentVolumeAccessMode
}

// OneNode tells whether pods on several nodes can't share it.
func (c *Claim) OneNode() bool {
	return c.Mode == "" || c.Mode == corev1.ReadWriteOnce || c.Mode == corev1.ReadWriteOncePod
}

func (c *Claim) nameFor(ref workload.Ref, volume string) string {
	return cmp.Or(c.Name, ref.Name+"-"+volume)
}

// NewClaim is the claim that is to be created for the volume in a template; nil for none.
func (v *Volume) NewClaim(ref workload.Ref, template *corev1.PodTemplateSpec) *corev1.PersistentVolumeClaim {
	if v.Claim == nil {
		return nil
	}
	name := v.Name
	if name == "" {
		name = v.freeName(ref, &template.Spec)
	}
	return &corev1.PersistentVolumeClaim{
		TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: string(workload.ClaimReference)},
		ObjectMeta: metav1.ObjectMeta{Namespace: ref.Namespace, Name: v.Claim.nameFor(ref, name)},
		Spec: corev1.PersistentVolumeClaimSpec{
			AccessModes: []corev1.PersistentVolumeAccessMode{cmp.Or(v.Claim.Mode, corev1.ReadWriteOnce)}, StorageClassName: v.Claim.Class,
			Resources: corev1.VolumeResourceRequirements{Requests: corev1.ResourceList{corev1.ResourceStorage: v.Claim.Size}},
		},
	}
}

// ClaimDiffers says how a claim that exists differs from one that is wanted; "" if it does for both. The server sets a class
// where none is asked for.
func ClaimDiffers(have, want *corev1.PersistentVolumeClaim) string {
	size := func(c *corev1.PersistentVolumeClaim) resource.Quantity {
		return c.Spec.Resources.Requests[corev1.ResourceStorage]
	}
	has, wants := size(have), size(want)
	switch class := want.Spec.StorageClassName; {
	case has.Cmp(wants) != 0:
		return fmt.Sprintf("its size is %s, not %s", has.String(), wants.String())
	case class != nil && (have.Spec.StorageClassName == nil || *have.Spec.StorageClassName != *class):
		return fmt.Sprintf("its StorageClass is %q, not %q", deref(have.Spec.StorageClassName), *class)
	case len(have.Spec.AccessModes) != 1 || have.Spec.AccessModes[0] != want.Spec.AccessModes[0]:
		return fmt.Sprintf("its access mode is %s, not %s", Modes(have), Modes(want))
	}
	return ""
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// Modes are the access modes of a claim.
func Modes(c *corev1.PersistentVolumeClaim) string {
	var modes []string
	for _, m := range c.Spec.AccessModes {
		modes = append(modes, string(m))
	}
	return strings.Join(modes, ", ")
}

// leastSize is the smallest size that can be meant: fewer bytes are a number without its unit.
const leastSize = 1 << 10

// ParseSize reads the size of a claim.
func ParseSize(text string) (resource.Quantity, error) {
	size, err := resource.ParseQuantity(text)
	switch {
	case err != nil:
		return size, fmt.Errorf("%q is not a size: write a number and its unit: %s", text, cmp.Or(nearSize(text), "1Gi"))
	case size.Sign() <= 0:
		return size, fmt.Errorf("the size %s is not above 0", text)
	case size.CmpInt64(leastSize) < 0:
		return size, fmt.Errorf("%s is less than %d bytes: write the unit, as in %sGi", text, leastSize, strings.TrimRight(text, "mun"))
	}
	return size, nil
}

// nearSize is what may be meant by the units of others: 10GB, 10gb, 10gi, 10 Gi.
func nearSize(text string) string {
	text = strings.ReplaceAll(text, " ", "")
	number := strings.TrimRight(text, "kKmMgGtTpPiIbB")
	unit := strings.ToUpper(strings.TrimPrefix(text, number))
	if number == "" || unit == "" {
		return ""
	}
	near := number + strings.ReplaceAll(unit[:1], "B", "") + "i"
	if _, err := resource.ParseQuantity(near); err != nil {
		return ""
	}
	return near
}

var accessModes = map[string]corev1.PersistentVolumeAccessMode{
	"rwo": corev1.ReadWriteOnce, "readwriteonce": corev1.ReadWriteOnce,
	"rwop": corev1.ReadWriteOncePod, "readwriteoncepod": corev1.ReadWriteOncePod,
	"rwx": corev1.ReadWriteMany, "rwm": corev1.ReadWriteMany, "readwritemany": corev1.ReadWriteMany,
	"rox": corev1.ReadOnlyMany, "rom": corev1.ReadOnlyMany, "readonlymany": corev1.ReadOnlyMany,
}

// AccessModes are those that can be typed.
func AccessModes() []string {
	return []string{string(corev1.ReadWriteOnce), string(corev1.ReadWriteOncePod), string(corev1.ReadWriteMany), string(corev1.ReadOnlyMany)}
}

// ParseMode reads an access mode by its name, or as kubectl get abbreviates it.
func ParseMode(text string) (corev1.PersistentVolumeAccessMode, error) {
	mode, known := accessModes[strings.ToLower(text)]
	if !known {
		return "", fmt.Errorf("%q is not an access mode: it is %s (rwo), %s (rwop), %s (rwx) or %s (rox)", text,
			corev1.ReadWriteOnce, corev1.ReadWriteOncePod, corev1.ReadWriteMany, corev1.ReadOnlyMany)
	}
	return mode, nil
}
