// Command bench measures the plugin side by side with kubectl's own code of the same version, on a
// lab of its own, and prints one table. `make bench` builds what it compares and runs it.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

func run(args []string, out, progress io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(progress)
	only := flags.String("only", "", "sections to run, with commas between them: "+sectionNames()+" (default: all)")
	quick := flags.Bool("quick", false, "fewer runs, and a tenth of the pods and Deployments")
	bin := flags.String("bin", "../bin", "folder of kubectl, kubectl-app and kubectl-app-lab")
	if err := flags.Parse(args); err != nil {
		return 2
	}
	chosen, err := choose(*only)
	if err != nil {
		fmt.Fprintln(progress, err)
		return 2
	}
	b, err := newBench(*bin, *quick, progress)
	if err != nil {
		fmt.Fprintln(progress, err)
		return 1
	}
	rows, failed := b.measure(ctx, chosen)
	if err := b.close(); err != nil {
		fmt.Fprintln(progress, err)
		failed = true
	}
	if err := b.print(out, rows); err != nil {
		fmt.Fprintln(progress, err)
		return 1
	}
	if failed {
		return 1
	}
	return 0
}
