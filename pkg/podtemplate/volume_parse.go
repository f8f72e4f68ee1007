package podtemplate

import (
	"fmt"
	"path"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

// volumeForms are the words that ParseVolume knows.
const volumeForms = "NAME=SIZE:/PATH, NAME=emptyDir:/PATH, secret/NAME:/PATH, configmap/NAME:/PATH or pvc/NAME:/PATH"

// ParseVolume reads [NAME=]WHAT:/PATH[:ro]. WHAT is the size of a claim that is to be created, "emptyDir", or an object that
// is there.
func ParseVolume(text string) (*Volume, error) {
	v := &Volume{Containers: rollout.AllContainers}
	what, rest, found := strings.Cut(text, ":")
	if name, of, named := strings.Cut(what, "="); named && !strings.ContainsAny(name, ",/") {
		v.Name, what = name, of
		if name == "" {
			return nil, fmt.Errorf("%q has no name before =", text)
		}
	}
	if !found || what == "" || rest == "" {
		return nil, fmt.Errorf("%q is not a volume: write %s", text, volumeForms)
	}
	var ok bool
	if v.MountPath, ok = strings.CutSuffix(rest, ":ro"); ok {
		v.ReadOnly = true
	} else {
		v.MountPath = strings.TrimSuffix(v.MountPath, ":rw")
	}
	if err := CheckMount(v.MountPath, ""); err != nil {
		return nil, err
	}
	v.MountPath = path.Clean(v.MountPath)
	if err := CheckVolumeName(v.Name); err != nil {
		return nil, err
	}
	return v, v.parse(what)
}

// parse reads what the volume holds.
func (v *Volume) parse(what string) (err error) {
	kind, name, named := strings.Cut(what, "/")
	switch strings.ToLower(kind) {
	case "emptydir":
		if named {
			return fmt.Errorf("%q: an emptyDir has no name behind it: write NAME=emptyDir:/PATH", what)
		}
		v.Source = &corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}}
		return nil
	case "secret", "secrets":
		v.Source = SecretVolume(name, nil)
	case "configmap", "configmaps", "cm":
		v.Source = ConfigMapVolume(name, nil)
	case "pvc", "persistentvolumeclaim", "persistentvolumeclaims", "claim":
		v.Source = ClaimVolume(name)
	case "":
		return fmt.Errorf("%q is a folder of the node: pods have none of them by this flag. For data that stays give a size, as 1Gi; for data that ends with the pod, emptyDir", what)
	default:
		v.Claim, err = parseClaim(what)
		return err
	}
	if name == "" {
		return fmt.Errorf("%q names no object: write %s/NAME", what, kind)
	}
	return nil
}

// parseClaim reads SIZE[,class=CLASS][,mode=MODE].
func parseClaim(text string) (*Claim, error) {
	size, settings, _ := strings.Cut(text, ",")
	if size == "" || size[0] < '0' || size[0] > '9' {
		return nil, fmt.Errorf("%q is neither a size nor emptyDir nor an object: write %s", text, volumeForms)
	}
	c := &Claim{}
	var err error
	if c.Size, err = ParseSize(size); err != nil {
		return nil, err
	}
	for _, setting := range strings.Split(settings, ",") {
		switch key, value, _ := strings.Cut(setting, "="); key {
		case "":
		case "class":
			c.Class = &value
		case "mode":
			if c.Mode, err = ParseMode(value); err != nil {
				return nil, err
			}
		default:
			return nil, fmt.Errorf("%q is not a setting of a claim: it is class=NAME or mode=MODE", setting)
		}
	}
	return c, nil
}
