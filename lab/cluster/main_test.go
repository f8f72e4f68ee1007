package cluster_test

import (
	"context"
	"fmt"
	"os"
	"testing"

	"github.com/kubectl-app/kubectl-app/lab/labtest"
)

// binary is the program under test.
var binary string

func TestMain(m *testing.M) {
	var err error
	if binary, err = labtest.Binary(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}
