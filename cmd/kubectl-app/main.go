// kubectl-app is the kubectl plugin `kubectl app`, and kubectl_complete-app its shell completion.
package main

import (
	"os"

	"github.com/kubectl-app/kubectl-app/internal/cli"
)

func main() {
	os.Exit(cli.Main(cli.CommandLine(os.Args), os.Stdin, os.Stdout, os.Stderr))
}
