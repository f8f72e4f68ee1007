package workload

import (
	"path"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// Mount is where a container sees a volume.
type Mount struct {
	Container string
	Path      string // mountPath
	// SubPath is the one file or folder of the volume that is mounted, cleaned; "" is all of it.
	SubPath string
	// Expanded: subPathExpr names it, so that only a running container knows which one it is.
	Expanded bool
}

// Pinned tells whether the mount stays what it was when its container started: the kubelet updates the
// volume by switching a link, and a mount of what was behind the link does not follow (kubernetes.io,
// "ConfigMaps", "Mounted ConfigMaps are updated automatically"). A container that restarts is given a
// new mount (k8s.io/kubernetes, pkg/volume/util/subpath, prepareSubpathTarget).
func (m Mount) Pinned() bool { return m.SubPath != "" || m.Expanded }

// Shows tells whether the file at a path of the volume is seen through the mount.
func (m Mount) Shows(file string) bool {
	return m.SubPath == "" || file == m.SubPath || strings.HasPrefix(file, m.SubPath+"/")
}

// Mounts lists where the containers of a pod see one of its volumes, init containers first.
func Mounts(spec *corev1.PodSpec, volume string) []Mount {
	var mounts []Mount
	for _, c := range slices.Concat(spec.InitContainers, spec.Containers) {
		for _, m := range c.VolumeMounts {
			if m.Name != volume {
				continue
			}
			mount := Mount{Container: c.Name, Path: m.MountPath, Expanded: m.SubPathExpr != ""}
			if sub := path.Clean(m.SubPath); m.SubPath != "" && sub != "." {
				mount.SubPath = sub
			}
			mounts = append(mounts, mount)
		}
	}
	return mounts
}
