package podtemplate

import (
	"cmp"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Volume is a volume that a template is to have, and where its containers see it.
type Volume struct {
	// Name is "" for a name that is made of what the volume holds, or of the path.
	Name string
	// Source is what it holds; nil for a volume that the template has already, or else an emptyDir.
	Source *corev1.VolumeSource
	// Claim is to be created for it; nil elsewhere. Source is then nil.
	Claim *Claim
	// MountPath is "" for a volume that is mounted nowhere.
	MountPath, SubPath string
	ReadOnly           bool
	// Containers is a name, or a pattern as path.Match takes it; rollout.AllContainers is all of them.
	Containers string
	// Overwrite replaces what the volume holds, and its mounts.
	Overwrite bool
}

// Plan adds a volume to a template, and mounts it. The notes warn of what is likely wrong. The error is a *PlanError or, if no
// container matches, a *rollout.UnknownContainerError.
func (v *Volume) Plan(o workload.Object, before *corev1.PodTemplateSpec) (planned corev1.PodTemplateSpec, notes []string, err error) {
	planned = *before.DeepCopy()
	containers, err := chosen(o.Ref(), &planned.Spec, v.Containers)
	if err != nil {
		return planned, nil, err
	}
	notes, err = v.add(o.Ref(), claimTemplates(o), &planned.Spec, containers)
	return planned, notes, err
}

// add adds the volume, and mounts it in the containers. made are the volumes that are made of claim templates.
func (v *Volume) add(ref workload.Ref, made []string, spec *corev1.PodSpec, containers []*corev1.Container) (notes []string, err error) {
	name, source, err := v.in(ref, made, spec)
	if err != nil {
		return nil, err
	}
	if source != nil {
		put(&spec.Volumes, corev1.Volume{Name: name, VolumeSource: *source})
	}
	if v.MountPath == "" && len(workload.Mounts(spec, name)) == 0 {
		notes = append(notes, fmt.Sprintf("no container of %s mounts volume %s: --mount-path does", ref, name))
	}
	for _, c := range containers {
		if v.MountPath == "" {
			break
		}
		replaced, err := v.mount(ref, c, name)
		if err != nil {
			return nil, err
		}
		if replaced != "" && len(workload.Mounts(spec, replaced)) == 0 {
			notes = append(notes, fmt.Sprintf("no container of %s mounts volume %s any more", ref, replaced))
		}
		notes = append(notes, nested(spec, c, v.MountPath)...)
	}
	return notes, nil
}

// put sets a volume in its place, or adds it.
func put(all *[]corev1.Volume, v corev1.Volume) {
	at := slices.IndexFunc(*all, func(have corev1.Volume) bool { return have.Name == v.Name })
	switch {
	case at < 0:
		*all = append(*all, v)
	case !sameVolume(&(*all)[at].VolumeSource, &v.VolumeSource):
		(*all)[at] = v
	}
}

// in finds the name of the volume in a template, and what it is to hold; a nil source is one that stays.
func (v *Volume) in(ref workload.Ref, made []string, spec *corev1.PodSpec) (name string, source *corev1.VolumeSource, err error) {
	if v.Name == "" {
		name = v.freeName(ref, spec)
		return name, v.source(ref, name), nil
	}
	have := volumeNamed(spec, v.Name)
	fixed, unsaid := slices.Contains(made, v.Name), v.Source == nil && v.Claim == nil
	near := workload.Nearest(v.Name, volumeNames(made, spec))
	switch want := v.source(ref, v.Name); {
	case fixed && unsaid, have != nil && unsaid:
		return v.Name, nil, nil
	case fixed:
		return "", nil, fromClaimTemplate(ref, v.Name)
	case have == nil && unsaid && near != "":
		return "", nil, refuse(ref, "%s has no volume %s; did you mean %s? A new one needs --type", ref, v.Name, near)
	case have == nil, v.Overwrite, sameVolume(&have.VolumeSource, want):
		return v.Name, want, nil
	}
	return "", nil, refuse(ref, "volume %s of %s exists, and is %s: --overwrite replaces it, another --name adds one", v.Name, ref, workload.VolumeText(&have.VolumeSource))
}

// source is what the volume holds under a name.
func (v *Volume) source(ref workload.Ref, name string) *corev1.VolumeSource {
	switch {
	case v.Claim != nil:
		return &corev1.VolumeSource{PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{ClaimName: v.Claim.nameFor(ref, name)}}
	case v.Source != nil:
		return v.Source
	}
	return &corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}}
}

// freeName makes a name. A volume that holds the same already is the one.
func (v *Volume) freeName(ref workload.Ref, spec *corev1.PodSpec) string {
	if v.Source != nil && v.Source.EmptyDir == nil {
		for i := range spec.Volumes {
			if sameVolume(&spec.Volumes[i].VolumeSource, v.Source) {
				return spec.Volumes[i].Name
			}
		}
	}
	first := v.Label()
	for n, name := 2, first; ; n++ {
		have := volumeNamed(spec, name)
		if have == nil || sameVolume(&have.VolumeSource, v.source(ref, name)) && (v.shared() || v.mountedIn(spec, name)) {
			return name
		}
		name = fmt.Sprintf("%s-%d", first, n)
	}
}

// Label is the name of a new volume, if it is free.
func (v *Volume) Label() string {
	return cmp.Or(v.Name, label(objectOf(v.Source)), label(path.Base(v.MountPath)), "volume")
}

// shared tells whether the volume is an object that has a name of its own: at another path it is the same one. A new claim or
// an emptyDir is another for each path.
func (v *Volume) shared() bool {
	if v.Claim != nil {
		return v.Claim.Name != ""
	}
	return v.Source != nil && v.Source.EmptyDir == nil
}

func (v *Volume) mountedIn(spec *corev1.PodSpec, name string) bool {
	return slices.ContainsFunc(workload.Mounts(spec, name), func(m workload.Mount) bool { return path.Clean(m.Path) == v.MountPath })
}

// Clashes tells whether two new volumes would get one name.
func (v *Volume) Clashes(other *Volume) bool {
	return v.Label() == other.Label() && (v.Name != "" && other.Name != "" || !v.shared() || !other.shared())
}

// mount mounts the volume in a container. replaced is the volume that was at the path; "" for none other.
func (v *Volume) mount(ref workload.Ref, c *corev1.Container, name string) (replaced string, err error) {
	want := corev1.VolumeMount{Name: name, MountPath: v.MountPath, SubPath: v.SubPath, ReadOnly: v.ReadOnly}
	at := slices.IndexFunc(c.VolumeMounts, func(m corev1.VolumeMount) bool { return path.Clean(m.MountPath) == v.MountPath })
	switch {
	case at < 0 && v.Overwrite: // it moves
		at = slices.IndexFunc(c.VolumeMounts, func(m corev1.VolumeMount) bool { return m.Name == name })
	case at < 0:
	case c.VolumeMounts[at].Name == name && c.VolumeMounts[at].SubPath == v.SubPath && c.VolumeMounts[at].ReadOnly == v.ReadOnly:
		want = c.VolumeMounts[at]
	case !v.Overwrite && c.VolumeMounts[at].Name == name:
		return "", refuse(ref, "volume %s is mounted at %s of container %s of %s in another way: --overwrite replaces the mount", name, v.MountPath, c.Name, ref)
	case !v.Overwrite:
		return "", refuse(ref, "path %s of container %s of %s is taken: volume %s is mounted there. Choose another --mount-path, or replace the mount by --overwrite", v.MountPath, c.Name, ref, c.VolumeMounts[at].Name)
	case c.VolumeMounts[at].Name != name:
		replaced = c.VolumeMounts[at].Name
	}
	if at < 0 {
		c.VolumeMounts = append(c.VolumeMounts, want)
		return "", nil
	}
	c.VolumeMounts[at] = want
	if v.Overwrite {
		others := slices.DeleteFunc(slices.Clone(c.VolumeMounts[at+1:]), func(m corev1.VolumeMount) bool { return m.Name == name })
		before := slices.DeleteFunc(slices.Clone(c.VolumeMounts[:at]), func(m corev1.VolumeMount) bool { return m.Name == name })
		c.VolumeMounts = slices.Concat(before, []corev1.VolumeMount{want}, others)
	}
	return replaced, nil
}

// nested warns of mounts of a container that lie in one another.
func nested(spec *corev1.PodSpec, c *corev1.Container, at string) (notes []string) {
	own := c.VolumeMounts[slices.IndexFunc(c.VolumeMounts, func(m corev1.VolumeMount) bool { return path.Clean(m.MountPath) == at })]
	for _, m := range c.VolumeMounts {
		other := path.Clean(m.MountPath)
		switch {
		case other == at:
		case strings.HasPrefix(other, at+"/"):
			notes = append(notes, inside(spec, c.Name, &m, &own))
		case strings.HasPrefix(at, strings.TrimSuffix(other, "/")+"/"):
			notes = append(notes, inside(spec, c.Name, &own, &m))
		}
	}
	return notes
}

func inside(spec *corev1.PodSpec, container string, inner, outer *corev1.VolumeMount) string {
	text := fmt.Sprintf("in container %s, %s (volume %s) is inside %s (volume %s)", container, inner.MountPath, inner.Name, outer.MountPath, outer.Name)
	if v := volumeNamed(spec, outer.Name); outer.ReadOnly || v != nil && (v.Secret != nil || v.ConfigMap != nil || v.Projected != nil) {
		text += fmt.Sprintf(": volume %s is read-only, and the container can't start if it does not have this folder", outer.Name)
	}
	return text
}

// sameVolume tells whether a volume holds what is wanted. A setting that is not wanted otherwise stays as it is.
func sameVolume(have, want *corev1.VolumeSource) bool {
	have = have.DeepCopy()
	if have.EmptyDir != nil && equality.Semantic.DeepEqual(want, &corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}}) {
		return true
	}
	if has, wants := defaultMode(have), defaultMode(want); has != nil && wants != nil && *wants == nil {
		*has = nil
	}
	if have.HostPath != nil && want.HostPath != nil && want.HostPath.Type == nil {
		have.HostPath.Type = nil
	}
	return equality.Semantic.DeepEqual(have, want)
}

// defaultMode is the field with the mode of the files; nil where the volume has none.
func defaultMode(s *corev1.VolumeSource) **int32 {
	switch {
	case s.Secret != nil:
		return &s.Secret.DefaultMode
	case s.ConfigMap != nil:
		return &s.ConfigMap.DefaultMode
	case s.Projected != nil:
		return &s.Projected.DefaultMode
	}
	return nil
}

// CheckMount finds a path that no container can have.
func CheckMount(mountPath, subPath string) error {
	switch {
	case mountPath == "" && subPath != "":
		return errors.New("a sub path needs a mount path")
	case mountPath == "":
		return nil
	case strings.Contains(mountPath, ":"):
		return fmt.Errorf("%q: a path in a container can't have a colon", mountPath)
	case !strings.HasPrefix(mountPath, "/"):
		return fmt.Errorf("%q: a path in a container begins with /: did you mean %q?", mountPath, path.Clean("/"+mountPath))
	case path.Clean(mountPath) == "/":
		return fmt.Errorf("%q would hide all files of the image: choose a folder", mountPath)
	case strings.HasPrefix(subPath, "/") || slices.Contains(strings.Split(subPath, "/"), ".."):
		return fmt.Errorf("%q: a sub path is a path inside the volume: it does not begin with / and has no part .. in it", subPath)
	}
	return nil
}
