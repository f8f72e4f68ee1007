package cli

import (
	"context"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/internal/resolve"
	"github.com/kubectl-app/kubectl-app/pkg/podtemplate"
	"github.com/kubectl-app/kubectl-app/pkg/redact"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

const setVolumeLong = `List, add, change or remove volumes of pods, with the flags of oc set volume. Without --add or --remove, list them.

A change is a release: it is checked, written and watched. If it fails, the cause is named, the template goes back, and that
is checked, too. With --claim-size, a PersistentVolumeClaim is created first. If the release is rolled back, the claim is
deleted again if no volume was made for it; otherwise it stays, with its data. No command deletes data.`

const setVolumeExample = `  # List the volumes, where containers mount them, and the state of the claims
  kubectl app set volume deployment/web

  # An empty folder that ends with the pod
  kubectl app set volume deployment/web --add --mount-path=/cache

  # A claim of 1 GiB that is created for it
  kubectl app set volume deployment/redis --add --name=data --claim-size=1Gi --mount-path=/data

  # The files of a Secret, read-only, and one file of a ConfigMap
  kubectl app set volume deployment/web --add --secret-name=tls --mount-path=/etc/tls --read-only
  kubectl app set volume deployment/web --add --configmap-name=settings --mount-path=/etc/app.conf --sub-path=app.conf

  # Mount it somewhere else
  kubectl app set volume deployment/redis --add --name=data --mount-path=/data/redis --overwrite

  # Remove a volume; its claim stays
  kubectl app set volume deployment/redis --remove --name=data`

type setVolumeFlags struct {
	changeFlags
	add, remove, list, confirm, overwrite, readOnly bool

	name, kind, mountPath, subPath, containers    string
	path, source, defaultMode                     string
	secretNames, configMapNames                   []string
	claimName, claimSize, claimClass, claimModeOf string
}

func newSetVolume(env *Env) *cobra.Command {
	var flags setVolumeFlags
	cmd := &cobra.Command{
		Use:     "volume (-f FILENAME | TYPE/NAME | TYPE NAME | TYPE -l SELECTOR) [--add | --remove | --list]",
		Aliases: []string{"volumes"},
		Short:   "List, add or remove volumes, create claims, watch the rollout, and roll back if it fails",
		Long:    setVolumeLong, Example: setVolumeExample,
	}
	flags.addOwn(cmd.Flags())
	return newSetVerb(env, cmd, "volume updated", &flags.changeFlags, func(args []string) (setting, error) {
		return flags.parse(cmd.Flags(), args)
	})
}

func (f *setVolumeFlags) addOwn(flags *pflag.FlagSet) {
	flags.BoolVar(&f.add, "add", false, "Add a volume and mount it, or mount one that is there")
	flags.BoolVar(&f.remove, "remove", false, "Remove a volume and its mounts")
	flags.BoolVar(&f.list, "list", false, "List the volumes; the same as neither --add nor --remove")
	flags.BoolVar(&f.confirm, "confirm", false, "Confirm that --remove without --name removes all volumes")
	flags.BoolVar(&f.overwrite, "overwrite", false, "Replace what a volume of this name holds, and where it is mounted")
	flags.StringVar(&f.name, "name", "", "The name of the volume. Without it, --add takes that of what it holds, or the last part of the path")
	flags.StringVarP(&f.kind, "type", "t", "", "What it holds: emptyDir, persistentVolumeClaim (or pvc), secret, configmap, projected or hostPath. The flags below say it, too; without any, it is an emptyDir")
	flags.StringVarP(&f.mountPath, "mount-path", "m", "", "The path in the containers. With --remove, only the mount there is removed")
	flags.StringVar(&f.subPath, "sub-path", "", "The file or folder of the volume that is mounted, in place of all of it")
	flags.BoolVar(&f.readOnly, "read-only", false, "Mount it read-only")
	flags.StringVarP(&f.containers, "containers", "c", rollout.AllContainers, "The names of containers in the selected pod templates to change - may use wildcards")
	flags.StringVar(&f.claimName, "claim-name", "", "A PersistentVolumeClaim that is there or, with --claim-size, the name of the new one; its default is WORKLOAD-VOLUME")
	flags.StringVar(&f.claimSize, "claim-size", "", "Create a PersistentVolumeClaim of this size, as 1Gi")
	flags.StringVar(&f.claimClass, "claim-class", "", "The StorageClass of the new claim. Without it, it is the default one")
	flags.StringVar(&f.claimModeOf, "claim-mode", string(corev1.ReadWriteOnce), "The access mode of the new claim: ReadWriteOnce (rwo), ReadWriteOncePod (rwop), ReadWriteMany (rwx) or ReadOnlyMany (rox)")
	flags.StringSliceVar(&f.secretNames, "secret-name", nil, "A Secret. Several, or one with a ConfigMap, are joined in a projected volume")
	flags.StringSliceVar(&f.configMapNames, "configmap-name", nil, "A ConfigMap. Several, or one with a Secret, are joined in a projected volume")
	flags.StringVar(&f.path, "path", "", "The folder on the node, for --type=hostPath")
	flags.StringVar(&f.defaultMode, "default-mode", "", "The mode of the files of Secrets and ConfigMaps, in octal digits: 0400")
	flags.StringVar(&f.source, "source", "", `What it holds, as JSON, for all other types: {"nfs":{"server":"10.0.0.1","path":"/"}}`)
}

func (f *setVolumeFlags) parse(flags *pflag.FlagSet, args []string) (setting, error) {
	s := setting{resources: args, own: f.typedOwn(flags)}
	switch {
	case f.add && f.remove, f.add && f.list, f.remove && f.list:
		return s, usagef("--add, --remove and --list can't be used together")
	case f.add:
		v, err := f.volume(flags)
		s.run = func(ctx context.Context, r *transaction, selection resolve.Selection) error {
			return r.addVolume(ctx, selection, v)
		}
		return s, err
	case f.remove:
		removal, err := f.removal(flags)
		s.run = func(ctx context.Context, r *transaction, selection resolve.Selection) error {
			return r.run(ctx, selection, r.noted(removal.Plan))
		}
		return s, err
	}
	s.run = func(ctx context.Context, r *transaction, selection resolve.Selection) error {
		return r.listVolumes(ctx, selection)
	}
	return s, f.listed(flags)
}

// noted is the plan of an edit that has something to say.
func (r *transaction) noted(edit func(workload.Object, *corev1.PodTemplateSpec) (corev1.PodTemplateSpec, []string, error)) cluster.Plan {
	return r.planned(func(o cluster.Object) (corev1.PodTemplateSpec, error) {
		template, notes, err := edit(o, o.Template())
		r.Note(notes...)
		return template, err
	})
}

// addVolume releases a volume, with the claims that are created for it.
func (r *transaction) addVolume(ctx context.Context, selection resolve.Selection, v *podtemplate.Volume) error {
	return r.runPrepared(ctx, selection, func(ctx context.Context, captured []cluster.Captured) error {
		var wanted []wantedClaim
		for _, c := range captured {
			if claim := v.NewClaim(c.Ref(), c.Template()); claim != nil {
				wanted = append(wanted, wantedClaim{claim, c.Ref()})
			}
		}
		return r.createClaims(ctx, wanted)
	}, r.noted(v.Plan))
}

// typedOwn are this verb's own flags as they could be typed again.
func (f *setVolumeFlags) typedOwn(flags *pflag.FlagSet) (words []string) {
	for _, name := range []string{"add", "remove", "list", "confirm", "overwrite", "read-only"} {
		if flags.Changed(name) {
			words = append(words, "--"+name)
		}
	}
	for _, name := range []string{"name", "type", "mount-path", "sub-path", "containers", "claim-name", "claim-size", "claim-class", "claim-mode", "path", "default-mode"} {
		if flag := flags.Lookup(name); flag.Changed {
			words = append(words, "--"+name+"="+shellWord(flag.Value.String()))
		}
	}
	if f.source != "" { // it may hold a password
		words = append(words, "--source="+redact.Placeholder)
	}
	for _, name := range f.secretNames {
		words = append(words, "--secret-name="+shellWord(name))
	}
	for _, name := range f.configMapNames {
		words = append(words, "--configmap-name="+shellWord(name))
	}
	return words
}
