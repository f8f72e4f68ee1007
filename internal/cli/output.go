package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/cli-runtime/pkg/genericclioptions"
	"k8s.io/cli-runtime/pkg/printers"
	"k8s.io/client-go/kubernetes/scheme"

	"github.com/kubectl-app/kubectl-app/internal/release"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// outputResult is the value of -o that is ours; all others are kubectl's.
const outputResult = "result"

// output is what -o asks for on stdout: kubectl's formats of the object as written, or the result
// of the whole transaction.
type output struct {
	print *genericclioptions.PrintFlags
	// printer is kubectl's, once complete has run; nil with -o result.
	printer printers.ResourcePrinter
	// template follows kubectl's line, where no format is asked for.
	template bool
}

// newOutput takes what was done to the object, as kubectl says it: "image updated".
func newOutput(operation string) *output {
	return &output{print: genericclioptions.NewPrintFlags(operation).WithTypeSetter(scheme.Scheme)}
}

func (o *output) add(cmd *cobra.Command) {
	o.print.AddFlags(cmd)
	flag := cmd.Flags().Lookup("output")
	flag.Usage = strings.TrimSuffix(flag.Usage, ".") + "; or result, the outcome of the whole transaction as JSON."
	printsResult(cmd.Flags())
}

func (o *output) wantsResult() bool { return *o.print.OutputFormat == outputResult }

// complete makes the printer; dryRun adds kubectl's words to the line that it prints.
func (o *output) complete(dryRun release.DryRun) error {
	if o.wantsResult() {
		return nil
	}
	if err := o.print.Complete(dryRun.Operation("%s")); err != nil {
		return usageError{err}
	}
	printer, err := o.print.ToPrinter()
	if genericclioptions.IsNoCompatiblePrinterError(err) {
		return usagef("%w; or result", err)
	}
	if err != nil {
		return usageError{err}
	}
	o.printer = printer
	return nil
}

// named is complete for another thing that was done to the object.
func (o *output) named(operation string, dryRun release.DryRun) error {
	o.print.NamePrintFlags.Operation = operation
	return o.complete(dryRun)
}

// object prints one object in kubectl's way; with -o result it prints nothing.
func (o *output) object(env *Env, obj runtime.Object) error {
	if o.printer == nil {
		return nil
	}
	if err := o.printer.PrintObj(obj, env.Term.Out); err != nil {
		return fmt.Errorf("writing the object: %w", err)
	}
	if w, ok := workload.ObjectOf(obj); ok && o.template && o.plain() {
		return encode(env, "yaml", "template", w.Template())
	}
	return nil
}

// plain: no format is asked for, and kubectl's line is printed.
func (o *output) plain() bool {
	return *o.print.OutputFormat == "" && *o.print.TemplatePrinterFlags.TemplateArgument == ""
}

// result prints the outcome where -o asks for it, and turns it into the verb's error.
func (o *output) result(env *Env, r rollout.Result) error {
	var err error
	if o.wantsResult() {
		err = env.result(r)
	}
	if r.ExitCode != exitOK {
		return errors.Join(err, decidedError{r.ExitCode})
	}
	return err
}
