package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/pflag"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/internal/config"
	"github.com/kubectl-app/kubectl-app/internal/release"
	"github.com/kubectl-app/kubectl-app/pkg/redact"
	"github.com/kubectl-app/kubectl-app/pkg/secrets"
)

// creationFlags are those of every verb that creates a Secret or a ConfigMap: kubectl's, and ours.
type creationFlags struct {
	appendHash   bool
	dryRun       release.DryRun
	fieldManager string
	validate     string
	saveConfig   bool

	labels      []string
	annotations []string
	immutable   bool
	ifExists    config.IfExists
	force       bool
	remove      bool
	diff        bool

	kustomization kustomizationFlags
}

func (f *creationFlags) add(flags *pflag.FlagSet) {
	flags.BoolVar(&f.appendHash, "append-hash", false, "Append a hash of the data to the name")
	addDryRun(flags, &f.dryRun)
	addFieldManager(flags, &f.fieldManager)
	addValidate(flags, &f.validate)
	flags.BoolVar(&f.saveConfig, "save-config", false, "Not supported: it would write the values into an annotation")
	flags.StringSliceVarP(&f.labels, "labels", "l", nil, "Labels of the object: KEY=VALUE,KEY=VALUE")
	flags.StringArrayVar(&f.annotations, "annotations", nil, "An annotation of the object: KEY=VALUE")
	flags.BoolVar(&f.immutable, "immutable", false, "Make the object immutable: it can only be deleted, not changed")
	addChoice(flags, &f.ifExists, "if-exists", config.UpdateExisting, `What to do if the object exists: "update", "fail" or "skip"`,
		config.UpdateExisting, config.FailOnExisting, config.SkipExisting)
	flags.BoolVar(&f.force, "force-conflicts", false, "Take over keys that another manager set to other values")
	flags.BoolVar(&f.remove, "force", false, "Also remove keys that workloads use, if an earlier command set them and this one does not")
	flags.BoolVar(&f.diff, "diff", false, "Show on stderr what changes for each key, also in a dry run and for a new object")
	f.kustomization.add(flags)
}

func addValidate(flags *pflag.FlagSet, value *string) {
	flags.StringVar(value, "validate", "strict", `Must be one of: strict (or true), warn, ignore (or false).`)
	flags.Lookup("validate").NoOptDefVal = "strict"
}

// validations are kubectl's values of --validate.
var validations = map[string]string{
	"strict": "Strict", "true": "Strict", "warn": "Warn", "ignore": "Ignore", "false": "Ignore",
}

func (f *creationFlags) options() (config.ApplyOptions, error) {
	o := config.ApplyOptions{
		WriteOptions: cluster.WriteOptions{FieldManager: f.fieldManager, DryRun: f.dryRun == release.DryRunServer},
		IfExists:     f.ifExists, Force: f.force, Remove: f.remove, Validation: validations[f.validate],
	}
	if f.saveConfig {
		return o, usagef("--save-config is not supported: it would write the values into an annotation. Remove it; server-side apply does not need it")
	}
	return o, checkValidate(f.validate)
}

func checkValidate(value string) error {
	return oneOf("validate", value, "strict", "true", "warn", "ignore", "false")
}

func (f *creationFlags) meta(args []string) (secrets.Meta, error) {
	name, err := objectName(args)
	if err != nil {
		return secrets.Meta{}, err
	}
	labels, err := pairsOf("labels", f.labels, func(value string) bool { return len(validation.IsValidLabelValue(value)) == 0 })
	if err != nil {
		return secrets.Meta{}, err
	}
	annotations, err := pairsOf("annotations", f.annotations, func(string) bool { return true })
	return secrets.Meta{Name: name, Labels: labels, Annotations: annotations, Immutable: f.immutable}, err
}

// objectName is the first argument. What may be a value is not shown.
func objectName(args []string) (string, error) {
	if len(args) == 0 {
		return "", usagef("no name: NAME comes first")
	}
	name := args[0]
	switch {
	case strings.Contains(name, "="):
		return "", usagef("no name: NAME comes first, then KEY=VALUE")
	case len(validation.IsDNS1123Subdomain(name)) == 0:
		return name, nil
	}
	shown := redact.ArgumentOr(name, "NAME")
	text := shown + " is not a valid name: use lower-case letters, digits, '-' and '.'; begin and end with a letter or a digit"
	near := strings.Trim(strings.ReplaceAll(strings.ToLower(name), "_", "-"), "-.")
	if shown != "NAME" && near != name && len(validation.IsDNS1123Subdomain(near)) == 0 {
		text += fmt.Sprintf("; did you mean %q?", near)
	}
	return "", usageError{errors.New(text)}
}

func pairsOf(flag string, texts []string, legal func(value string) bool) (map[string]string, error) {
	pairs := make(map[string]string, len(texts))
	for i, text := range texts {
		key, value, found := strings.Cut(text, "=")
		if !found || len(validation.IsQualifiedName(key)) > 0 || !legal(value) {
			// It may hold a secret, and is not shown.
			return nil, usagef("--%s: number %d is not a valid KEY=VALUE", flag, i+1)
		}
		pairs[key] = value
	}
	return pairs, nil
}
