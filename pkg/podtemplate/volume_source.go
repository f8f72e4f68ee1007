package podtemplate

import (
	corev1 "k8s.io/api/core/v1"
)

// objectOf is the name of the one object that a volume holds; "" for none, or several.
func objectOf(s *corev1.VolumeSource) string {
	switch {
	case s == nil:
	case s.Secret != nil:
		return s.Secret.SecretName
	case s.ConfigMap != nil:
		return s.ConfigMap.Name
	case s.PersistentVolumeClaim != nil:
		return s.PersistentVolumeClaim.ClaimName
	}
	return ""
}

// Projected joins Secrets and ConfigMaps in one volume.
func Projected(secrets, configMaps []string, mode *int32) *corev1.VolumeSource {
	p := &corev1.ProjectedVolumeSource{DefaultMode: mode}
	for _, name := range secrets {
		p.Sources = append(p.Sources, corev1.VolumeProjection{Secret: &corev1.SecretProjection{LocalObjectReference: corev1.LocalObjectReference{Name: name}}})
	}
	for _, name := range configMaps {
		p.Sources = append(p.Sources, corev1.VolumeProjection{ConfigMap: &corev1.ConfigMapProjection{LocalObjectReference: corev1.LocalObjectReference{Name: name}}})
	}
	return &corev1.VolumeSource{Projected: p}
}

// SecretVolume holds a Secret.
func SecretVolume(name string, mode *int32) *corev1.VolumeSource {
	return &corev1.VolumeSource{Secret: &corev1.SecretVolumeSource{SecretName: name, DefaultMode: mode}}
}

// ConfigMapVolume holds a ConfigMap.
func ConfigMapVolume(name string, mode *int32) *corev1.VolumeSource {
	return &corev1.VolumeSource{ConfigMap: &corev1.ConfigMapVolumeSource{LocalObjectReference: corev1.LocalObjectReference{Name: name}, DefaultMode: mode}}
}

// ClaimVolume holds a claim that is there.
func ClaimVolume(name string) *corev1.VolumeSource {
	return &corev1.VolumeSource{PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{ClaimName: name}}
}
