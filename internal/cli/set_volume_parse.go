package cli

import (
	"encoding/json"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/pflag"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/kubectl-app/kubectl-app/pkg/podtemplate"
	"github.com/kubectl-app/kubectl-app/pkg/redact"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// addFlags are those that only --add has.
var addFlags = []string{"type", "sub-path", "read-only", "claim-name", "claim-size", "claim-class", "claim-mode", "secret-name", "configmap-name", "path", "default-mode", "source", "overwrite"}

// only refuses flags that say nothing here.
func only(flags *pflag.FlagSet, operation string, names ...string) error {
	for _, name := range names {
		if flags.Changed(name) {
			return usagef("--%s is for %s", name, operation)
		}
	}
	return nil
}

func (f *setVolumeFlags) listed(flags *pflag.FlagSet) error {
	if err := only(flags, "--add", addFlags...); err != nil {
		return err
	}
	if err := only(flags, "--add and --remove", "name", "mount-path", "containers", "dry-run", "output"); err != nil {
		return err
	}
	return only(flags, "--remove", "confirm")
}

func (f *setVolumeFlags) removal(flags *pflag.FlagSet) (*podtemplate.VolumeRemoval, error) {
	if err := only(flags, "--add", addFlags...); err != nil {
		return nil, err
	}
	switch {
	case f.name == "" && !f.confirm:
		return nil, usagef("--remove without --name removes all volumes: name one or, if all are meant, add --confirm")
	case f.name != "" && f.confirm:
		return nil, usagef("--confirm is for --remove without --name")
	}
	at := f.mountPath
	if at != "" {
		at = path.Clean(at)
	}
	return &podtemplate.VolumeRemoval{Name: f.name, MountPath: at, Containers: f.containers}, f.checkContainers()
}

func (f *setVolumeFlags) checkContainers() error {
	if _, err := path.Match(f.containers, ""); err != nil || f.containers == "" {
		return usagef("--containers=%s is not a pattern: it takes a name, with * for any letters", redact.Argument(f.containers))
	}
	return nil
}

func (f *setVolumeFlags) volume(flags *pflag.FlagSet) (*podtemplate.Volume, error) {
	v := &podtemplate.Volume{Name: f.name, SubPath: f.subPath, ReadOnly: f.readOnly, Containers: f.containers, Overwrite: f.overwrite}
	if err := podtemplate.CheckMount(f.mountPath, f.subPath); err != nil {
		return nil, usagef("--mount-path: %w", err)
	}
	if f.mountPath != "" {
		v.MountPath = path.Clean(f.mountPath)
	}
	if err := podtemplate.CheckVolumeName(f.name); err != nil {
		return nil, usagef("--name: %w", err)
	}
	if f.confirm {
		return nil, usagef("--confirm is for --remove")
	}
	if err := f.checkContainers(); err != nil {
		return nil, err
	}
	kind, err := f.holds(flags)
	if err != nil {
		return nil, err
	}
	mode, err := f.mode(kind)
	if err != nil {
		return nil, err
	}
	switch kind {
	case "emptydir":
		v.Source = &corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}}
	case "pvc":
		err = f.claim(flags, v)
	case "secret":
		v.Source = podtemplate.SecretVolume(f.secretNames[0], mode)
	case "configmap":
		v.Source = podtemplate.ConfigMapVolume(f.configMapNames[0], mode)
	case "projected":
		v.Source = podtemplate.Projected(f.secretNames, f.configMapNames, mode)
	case "hostpath":
		v.Source = &corev1.VolumeSource{HostPath: &corev1.HostPathVolumeSource{Path: f.path}}
	case "source":
		v.Source, err = parseSource(f.source)
	}
	return v, err
}

// volumeTypes are the words of --type, with the flags that each needs.
var volumeTypes = map[string][]string{
	"emptydir": nil, "pvc": {"claim-name", "claim-size"}, "secret": {"secret-name"}, "configmap": {"configmap-name"},
	"projected": {"secret-name", "configmap-name"}, "hostpath": {"path"},
}

// holds finds what the volume holds, by --type or by the other flags; "" if nothing is said.
func (f *setVolumeFlags) holds(flags *pflag.FlagSet) (kind string, err error) {
	said := f.saidBy(flags)
	if len(said) > 1 {
		return "", usagef("a volume holds one thing: give %s, not all of them", strings.Join(flagNames(said), " or "))
	}
	if len(said) == 1 {
		kind = said[0]
	}
	typed := strings.ToLower(f.kind)
	if typed == "persistentvolumeclaim" {
		typed = "pvc"
	}
	needs, known := volumeTypes[typed]
	several := len(f.secretNames)+len(f.configMapNames) > 1
	switch {
	case typed == "":
	case !known:
		return "", usagef("--type=%s: it is emptyDir, persistentVolumeClaim (or pvc), secret, configmap, projected or hostPath; --source takes all others", redact.Argument(f.kind))
	case typed == "projected" && (kind == "secret" || kind == "configmap"):
		kind = typed
	case kind != "" && kind != typed:
		return "", usagef("--type=%s does not go with %s", f.kind, flagNames([]string{kind})[0])
	case kind == "" && len(needs) > 0:
		return "", usagef("--type=%s needs --%s", f.kind, strings.Join(needs, " or --"))
	default:
		kind = typed
		if several && kind != "projected" {
			return "", usagef("--type=%s holds one object: give --type=projected for several", f.kind)
		}
	}
	if (kind == "secret" || kind == "configmap") && several {
		kind = "projected"
	}
	return kind, f.checkNames()
}

// saidBy are the kinds that flags say something of.
func (f *setVolumeFlags) saidBy(flags *pflag.FlagSet) (kinds []string) {
	for _, by := range []struct{ flag, kind string }{
		{"source", "source"},
		{"path", "hostpath"},
		{"claim-name", "pvc"},
		{"claim-size", "pvc"},
		{"claim-class", "pvc"},
		{"claim-mode", "pvc"},
		{"secret-name", "secret"},
		{"configmap-name", "configmap"},
	} {
		if flags.Changed(by.flag) && !slices.Contains(kinds, by.kind) {
			kinds = append(kinds, by.kind)
		}
	}
	if slices.Equal(kinds, []string{"secret", "configmap"}) {
		kinds = []string{"projected"}
	}
	return kinds
}

func flagNames(kinds []string) (names []string) {
	for _, kind := range kinds {
		names = append(names, map[string]string{
			"source": "--source", "hostpath": "--path", "pvc": "--claim-name or --claim-size", "secret": "--secret-name",
			"configmap": "--configmap-name", "projected": "--secret-name and --configmap-name",
		}[kind])
	}
	return names
}

// checkNames finds names that no object can have.
func (f *setVolumeFlags) checkNames() error {
	for flag, names := range map[string][]string{"secret-name": f.secretNames, "configmap-name": f.configMapNames, "claim-name": {f.claimName}} {
		for _, name := range names {
			if name == "" && flag == "claim-name" {
				continue
			}
			if len(validation.IsDNS1123Subdomain(name)) > 0 {
				_, err := objectName([]string{name})
				return usagef("--%s: %w", flag, err)
			}
		}
	}
	return nil
}

// mode is the mode of files; nil for the API's default.
func (f *setVolumeFlags) mode(kind string) (*int32, error) {
	if f.defaultMode == "" {
		return nil, nil
	}
	mode, err := strconv.ParseInt(f.defaultMode, 8, 32)
	switch {
	case err != nil || mode < 0 || mode > 0o777:
		return nil, usagef("--default-mode=%s: it is three octal digits, from 0000 to 0777", redact.Argument(f.defaultMode))
	case kind != "secret" && kind != "configmap" && kind != "projected":
		return nil, usagef("--default-mode is for Secrets and ConfigMaps")
	}
	return new(int32(mode)), nil
}

// claim is one that is there, or one that is to be created.
func (f *setVolumeFlags) claim(flags *pflag.FlagSet, v *podtemplate.Volume) (err error) {
	if f.claimSize != "" && f.local {
		return usagef("--claim-size creates a claim in the cluster, and --local does not contact it: give --claim-name")
	}
	if f.claimSize == "" {
		for _, name := range []string{"claim-class", "claim-mode"} {
			if flags.Changed(name) {
				return usagef("--%s is for a new claim: give --claim-size, too", name)
			}
		}
		v.Source = podtemplate.ClaimVolume(f.claimName)
		return nil
	}
	v.Claim = &podtemplate.Claim{Name: f.claimName, Class: given(flags, "claim-class", &f.claimClass)}
	if v.Claim.Size, err = podtemplate.ParseSize(f.claimSize); err != nil {
		return usagef("--claim-size: %w", err)
	}
	if v.Claim.Mode, err = podtemplate.ParseMode(f.claimModeOf); err != nil {
		return usagef("--claim-mode: %w", err)
	}
	return nil
}

// parseSource reads a volume source of the API.
func parseSource(text string) (*corev1.VolumeSource, error) {
	var fields map[string]json.RawMessage
	source := &corev1.VolumeSource{}
	err := json.Unmarshal([]byte(text), &fields)
	if err == nil {
		err = json.Unmarshal([]byte(text), source)
	}
	switch {
	case err != nil:
		return nil, usagef(`--source is no volume source in JSON, as {"nfs":{"server":"10.0.0.1","path":"/"}}: %w`, err)
	case len(fields) != 1 || workload.VolumeText(source) == "emptyDir" && source.EmptyDir == nil:
		return nil, usagef(`--source takes an object with one type of volume, as {"nfs":{"server":"10.0.0.1","path":"/"}}`)
	}
	return source, nil
}
