package workload

import (
	"path"
	"reflect"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
)

// VolumeText names what a volume holds, as kubectl names objects: "secret/db", "emptyDir".
func VolumeText(s *corev1.VolumeSource) string {
	switch {
	case s.Secret != nil:
		return "secret/" + s.Secret.SecretName
	case s.ConfigMap != nil:
		return "configmap/" + s.ConfigMap.Name
	case s.PersistentVolumeClaim != nil:
		return "persistentvolumeclaim/" + s.PersistentVolumeClaim.ClaimName
	case s.HostPath != nil:
		return "hostPath " + s.HostPath.Path
	case s.EmptyDir != nil && s.EmptyDir.Medium == corev1.StorageMediumMemory:
		return "emptyDir in memory"
	case s.Projected != nil:
		return "projected " + strings.Join(projections(s.Projected), " ")
	}
	v := reflect.ValueOf(s).Elem()
	for i := range v.NumField() {
		if !v.Field(i).IsNil() {
			name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
			return name
		}
	}
	return "emptyDir" // the API's default
}

func projections(p *corev1.ProjectedVolumeSource) (all []string) {
	for _, s := range p.Sources {
		switch {
		case s.Secret != nil:
			all = append(all, "secret/"+s.Secret.Name)
		case s.ConfigMap != nil:
			all = append(all, "configmap/"+s.ConfigMap.Name)
		case s.DownwardAPI != nil:
			all = append(all, "downwardAPI")
		case s.ServiceAccountToken != nil:
			all = append(all, "serviceAccountToken")
		}
	}
	return all
}

// OfVolumes: a volume or a mount has changed.
func (c TemplateChange) OfVolumes() bool {
	return strings.HasPrefix(c.Field, "volume ") || strings.HasPrefix(c.Field, "mount ")
}

// compareVolumes compares the volumes of two templates by their names.
func compareVolumes(before, after any) (all []TemplateChange) {
	texts := func(volumes []corev1.Volume) map[string]string {
		by := map[string]string{}
		for i := range volumes {
			by[volumes[i].Name] = VolumeText(&volumes[i].VolumeSource)
		}
		return by
	}
	a, b := before.([]corev1.Volume), after.([]corev1.Volume)
	from, to := texts(a), texts(b)
	for _, name := range keysOf(from, to) {
		if from[name] != to[name] {
			all = append(all, TemplateChange{Field: "volume " + name, From: textOrNone(from[name]), To: textOrNone(to[name])})
		} else if !equality.Semantic.DeepEqual(volumeOf(a, name), volumeOf(b, name)) {
			all = append(all, TemplateChange{Field: "volume " + name})
		}
	}
	return all
}

func volumeOf(all []corev1.Volume, name string) corev1.Volume {
	return all[slices.IndexFunc(all, func(v corev1.Volume) bool { return v.Name == name })]
}

// compareMounts compares the mounts of a container by their paths.
func compareMounts(before, after any) (all []TemplateChange) {
	texts := func(mounts []corev1.VolumeMount) map[string]string {
		by := map[string]string{}
		for _, m := range mounts {
			text := "volume " + m.Name
			if m.SubPath != "" {
				text += "/" + m.SubPath
			}
			if m.ReadOnly {
				text += " (read-only)"
			}
			by[path.Clean(m.MountPath)] = text
		}
		return by
	}
	from, to := texts(before.([]corev1.VolumeMount)), texts(after.([]corev1.VolumeMount))
	for _, at := range keysOf(from, to) {
		if from[at] != to[at] {
			all = append(all, TemplateChange{Field: "mount " + at, From: textOrNone(from[at]), To: textOrNone(to[at])})
		}
	}
	if len(all) == 0 { // propagation, order
		all = []TemplateChange{{Field: "volumeMounts"}}
	}
	return all
}

func textOrNone(text string) string {
	if text == "" {
		return none
	}
	return text
}
