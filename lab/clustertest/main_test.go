// Package clustertest runs internal/cluster and internal/config against the lab's real API server.
package clustertest

import (
	"context"
	"flag"
	"fmt"
	"os"
	"testing"

	"github.com/kubectl-app/kubectl-app/lab/labtest"
)

// kubeconfig is the lab's, for all tests of this process.
var kubeconfig string

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(run(m))
}

func run(m *testing.M) int {
	lab, err := labtest.Start(context.Background(), labtest.Options{})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() {
		if err := lab.Stop(); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
	}()
	kubeconfig = lab.Kubeconfig
	return m.Run()
}
