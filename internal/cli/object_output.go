package cli

import (
	"fmt"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/cli-runtime/pkg/genericclioptions"
	"k8s.io/client-go/kubernetes/scheme"

	"github.com/kubectl-app/kubectl-app/internal/release"
)

// objectOutput is -o of a verb that writes one object: kubectl's formats, and its line without one.
type objectOutput struct{ flags *genericclioptions.PrintFlags }

func newObjectOutput() *objectOutput {
	return &objectOutput{genericclioptions.NewPrintFlags("created").WithTypeSetter(scheme.Scheme)}
}

func (o *objectOutput) add(cmd *cobra.Command) { o.flags.AddFlags(cmd) }

// validate finds a format that does not exist before anything is done.
func (o *objectOutput) validate() error {
	if _, err := o.flags.ToPrinter(); err != nil {
		return usageError{err}
	}
	return nil
}

// print writes the object, or the line that says what was done with it.
func (o *objectOutput) print(env *Env, object runtime.Object, operation string, dryRun release.DryRun) error {
	o.flags.NamePrintFlags.Operation = dryRun.Operation(operation)
	printer, err := o.flags.ToPrinter()
	if err != nil {
		return usageError{err}
	}
	if err := printer.PrintObj(object, env.Term.Out); err != nil {
		return fmt.Errorf("writing the object: %w", err)
	}
	return nil
}
