package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/pflag"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/kubectl-app/kubectl-app/internal/config"
	"github.com/kubectl-app/kubectl-app/internal/kustomize"
	"github.com/kubectl-app/kubectl-app/internal/page"
	"github.com/kubectl-app/kubectl-app/internal/release"
	"github.com/kubectl-app/kubectl-app/internal/source"
	"github.com/kubectl-app/kubectl-app/pkg/secrets"
	"github.com/kubectl-app/kubectl-app/pkg/secrets/kustomization"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// kustomizationFlags send what is created into a repository, in place of the cluster.
type kustomizationFlags struct {
	directory string
	behavior  string
	set       *pflag.FlagSet
}

func (f *kustomizationFlags) add(flags *pflag.FlagSet) {
	f.set = flags
	flags.StringVar(&f.directory, "to-kustomization", "", "Write it into the kustomization.yaml of this directory, not to the cluster. No API server is used")
	flags.StringVar(&f.behavior, "behavior", "", `With --to-kustomization, in an overlay: "create" a new object, or "replace" the object of the base, or "merge" into it`)
}

func (f *kustomizationFlags) wanted() bool { return f.directory != "" }

func (f *kustomizationFlags) validate(dryRun release.DryRun, format string) error {
	switch {
	case !f.wanted() && f.set.Changed("to-kustomization"):
		return usagef("--to-kustomization takes a directory")
	case !f.wanted() && f.behavior != "":
		return usagef("--behavior goes with --to-kustomization")
	case !f.wanted():
		return nil
	case dryRun == release.DryRunServer:
		return usagef("--to-kustomization uses no API server: --dry-run=client --diff shows what would change in the file")
	case format != "" && format != "name":
		return usagef("--to-kustomization has no object to print with -o: kubectl kustomize %s prints the result", f.directory)
	}
	return oneOf("behavior", f.behavior, "", "create", "replace", "merge")
}

// hash tells what the command line says of it, nil if nothing: kustomize appends it by default.
func (f *kustomizationFlags) hash(appendHash bool) *bool {
	if !f.set.Changed("append-hash") {
		return nil
	}
	return &appendHash
}

// plainText refuses, before anyone is asked, what would be in no other place than the repository.
func plainText(r source.Request) error {
	var faults []error
	refuse := func(key string, kind secrets.SourceKind, name string) {
		faults = append(faults, &kustomization.PlainTextError{Key: key, Origin: secrets.Origin{Kind: kind, Name: name}})
	}
	for _, v := range r.Variables {
		refuse(v.Key, secrets.Variable, v.Name)
	}
	for _, g := range r.Generate {
		refuse(g.Key, secrets.Generated, "")
	}
	for _, key := range r.Prompt {
		refuse(key, secrets.Prompt, "")
	}
	if r.Stdin != "" {
		refuse(r.Stdin, secrets.Stdin, "")
	}
	return errors.Join(faults...)
}

// toKustomization writes what the command line means into a kustomization file, or refuses before anything is
// written.
func (c *creation) toKustomization(ctx context.Context, g kustomization.Generator, entries []secrets.Entry) error {
	f := &c.flags.kustomization
	d, err := kustomize.Open(ctx, f.directory)
	if err != nil {
		return release.RefusedError{Err: err}
	}
	g.Name, g.Labels, g.Annotations, g.Immutable = c.meta.Name, c.meta.Labels, c.meta.Annotations, c.meta.Immutable
	g.Namespace, g.Behavior, g.Hash = *c.env.Flags.Namespace, f.behavior, f.hash(c.flags.appendHash)
	if g.Sources, err = kustomization.NewSources(g.Kind, entries, d.Relative); err != nil {
		return release.RefusedError{Err: err}
	}
	before, after, err := setIn(ctx, d, g, c.options.IfExists)
	if err != nil {
		if source := (*kustomization.ReadError)(nil); !errors.As(err, &source) {
			err = fmt.Errorf("%s: %w", d.Path, err)
		}
		return release.RefusedError{Err: err}
	}
	if err := c.tell(plainLiterals(g, d.Path)); err != nil {
		return err
	}
	return c.save(d, g, before, after)
}

// setIn computes the file with the generator in it.
func setIn(ctx context.Context, d *kustomize.Directory, g kustomization.Generator, ifExists config.IfExists) (before, after *kustomization.File, err error) {
	if before, err = kustomization.Parse(d.Text); err != nil {
		return nil, nil, err
	}
	switch had, err := before.Has(g); {
	case err != nil:
		return nil, nil, err
	case had && ifExists == config.FailOnExisting:
		return nil, nil, fmt.Errorf("%s exists already (--if-exists=fail)", g)
	case had && ifExists == config.SkipExisting:
		return before, before, nil
	}
	after, err = before.Set(g, d.Load(ctx))
	return before, after, err
}

// plainLiterals are those of a Secret: whoever reads the repository reads them.
func plainLiterals(g kustomization.Generator, path string) []secrets.Finding {
	var found []secrets.Finding
	for _, s := range g.Sources {
		if s.List == kustomization.Literals && g.Kind == workload.SecretReference {
			found = append(found, secrets.Finding{
				Problem: secrets.PlainText, Key: s.Keys()[0], Origin: secrets.Origin{Kind: secrets.Literal},
				Message: fmt.Sprintf("%s holds the value in plain text: keep it in a file that git ignores, and use --from-env-file", path),
			})
		}
	}
	return found
}

// save writes the file, as far as --dry-run lets it, and says what was done.
func (c *creation) save(d *kustomize.Directory, g kustomization.Generator, before, after *kustomization.File) error {
	operation := "created"
	if had, err := before.Has(g); after == before {
		operation = "unchanged"
	} else if had && err == nil {
		operation = "configured"
	}
	if c.flags.diff {
		first, next := kustomization.Masked(before, after)
		if err := page.FileDiff(c.env.Term.Err, d.Path, first, next); err != nil {
			return fmt.Errorf("writing the difference: %w", err)
		}
	}
	if operation != "unchanged" && c.flags.dryRun != release.DryRunClient {
		if err := d.Write(after.Text()); err != nil {
			return err
		}
	}
	return c.output.print(c.env, nameOnly(g), operation+" in "+d.Path, c.flags.dryRun)
}

// nameOnly is the object that the line on stdout names.
func nameOnly(g kustomization.Generator) runtime.Object {
	meta := metav1.ObjectMeta{Name: g.Name}
	if g.Kind == workload.SecretReference {
		return &corev1.Secret{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Secret"}, ObjectMeta: meta}
	}
	return &corev1.ConfigMap{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "ConfigMap"}, ObjectMeta: meta}
}
