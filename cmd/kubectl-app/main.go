// kubectl-app is the kubectl plugin `kubectl app`.
package main

import (
	"os"

	"github.com/kubectl-app/kubectl-app/internal/cli"
)

func main() {
	os.Exit(cli.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
