package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/internal/page"
	"github.com/kubectl-app/kubectl-app/internal/resolve"
)

func TestResolveErrors(t *testing.T) {
	var usage usageError
	if err := resolveError(fmt.Errorf("resolving: %w", &resolve.ArgumentError{Message: "no name"})); !errors.As(err, &usage) {
		t.Errorf("%v is the user's to mend", err)
	}
	if err := resolveError(&cluster.Error{Reason: cluster.NotFound}); errors.As(err, &usage) {
		t.Errorf("%v is no matter of the command line", err)
	}
}

func TestHintsOfAnError(t *testing.T) {
	cause := errors.New("gone")
	err := fmt.Errorf("status: %w", hintedError{cause, []string{"kubectl get pods"}})
	var hinter page.Hinter
	if !errors.As(err, &hinter) || !slices.Equal(hinter.Hints(), []string{"kubectl get pods"}) || !errors.Is(err, cause) || err.Error() != "status: gone" {
		t.Errorf("%v", err)
	}
}

// The command holds no value, and an image in it stays readable; a reason may hold one.
func TestReasonIsMasked(t *testing.T) {
	var out, errOut strings.Builder
	r := offlineRelease(t, &out, &errOut, &releaseFlags{})
	r.Redactor.Secret(map[string][]byte{"k": []byte("shop/web")})
	r.command = []string{"set", "image", "deployment/web", "web=shop/web:2.0"}
	if got := r.Reason(); got != "kubectl app set image deployment/web web=shop/web:2.0" {
		t.Errorf("got %q", got)
	}
	r.flags.reason = "it is shop/web now"
	if got := r.Reason(); got != "it is *** now" {
		t.Errorf("got %q", got)
	}
}
