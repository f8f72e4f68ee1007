package watch

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Error is why a watch had to end. Unwrapped it is the API's error, so apierrors.IsForbidden and
// its siblings tell the kinds apart.
type Error struct {
	Verb      string
	Resource  string // "pods", "deployments.apps"
	Namespace string
	Err       error
}

// Error names what was refused, and by which permission it would be allowed.
func (e *Error) Error() string {
	switch {
	case apierrors.IsForbidden(e.Err):
		return fmt.Sprintf("no permission to %s %s in namespace %q: %v", e.Verb, e.Resource, e.Namespace, e.Err)
	case apierrors.IsUnauthorized(e.Err):
		return fmt.Sprintf("the server no longer accepts the credentials (%s %s in namespace %q): %v", e.Verb, e.Resource, e.Namespace, e.Err)
	default:
		return fmt.Sprintf("cannot %s %s in namespace %q: %v", e.Verb, e.Resource, e.Namespace, e.Err)
	}
}

// Unwrap returns the API's error.
func (e *Error) Unwrap() error { return e.Err }

// Hints are the commands that show what is missing.
func (e *Error) Hints() []string {
	switch {
	case apierrors.IsForbidden(e.Err):
		return []string{workload.CanI(e.Verb, e.Resource, e.Namespace), "kubectl auth whoami"}
	case apierrors.IsUnauthorized(e.Err):
		return []string{"kubectl auth whoami", "kubectl config view --minify"}
	}
	return nil
}

// fault is what to do about an error of a list or watch.
type fault int

const (
	retry   fault = iota // the server or the way to it is troubled
	expired              // the version is too old: list again
	plain                // the list cannot be streamed: list by pages
	refused              // the credentials are not accepted, or do not suffice
	fatal                // asking again would not help
)

var (
	errShort = errors.New("the server closed the watch at once")
	errCut   = errors.New("the server closed the list before its end")
)

func classify(err error, streamingList bool) fault {
	switch {
	case apierrors.IsResourceExpired(err), apierrors.IsGone(err):
		return expired
	case apierrors.IsForbidden(err), apierrors.IsUnauthorized(err):
		return refused
	// Servers without the feature call sendInitialEvents and resourceVersionMatch invalid. And where
	// something between closes streams early, pages are short enough to come through.
	case streamingList && (apierrors.IsInvalid(err) || apierrors.IsBadRequest(err) || errors.Is(err, errCut)):
		return plain
	case apierrors.IsTooManyRequests(err), apierrors.IsTimeout(err), apierrors.IsServerTimeout(err):
		return retry
	}
	if status := apierrors.APIStatus(nil); errors.As(err, &status) {
		if code := status.Status().Code; code >= http.StatusBadRequest && code < http.StatusInternalServerError {
			return fatal
		}
	}
	return retry
}

// delay is how long the server asked to stay away; 0 if it did not say.
func delay(err error) time.Duration {
	seconds, _ := apierrors.SuggestsClientDelay(err)
	return time.Duration(seconds) * time.Second
}
