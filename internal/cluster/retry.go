package cluster

import (
	"context"
	"errors"
	"io"
	"net/http"
	"regexp"
	"syscall"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	utilnet "k8s.io/apimachinery/pkg/util/net"
)

// Reads are repeated after these pauses. client-go itself repeats what carries a Retry-After header
// (429 and 5xx, up to ten times, rest/with_retry.go); what is left are 5xx answers without one and
// connections that broke off.
func readPauses() []time.Duration {
	return []time.Duration{100 * time.Millisecond, 300 * time.Millisecond, time.Second}
}

// Read runs an idempotent read, repeated while the server has a bad moment.
func Read[T any](ctx context.Context, get func(context.Context) (T, error)) (T, error) {
	value, err := get(ctx)
	for _, pause := range readPauses() {
		if err == nil || !passing(err) {
			break
		}
		if waitErr := wait(ctx, pause); waitErr != nil {
			return value, waitErr
		}
		value, err = get(ctx)
	}
	return value, err
}

// passing tells errors that may be gone a moment later. A refused connection is not among them: an
// address that nobody listens on is reported at once.
func passing(err error) bool {
	var status apierrors.APIStatus
	if errors.As(err, &status) {
		// A proxy's refusal has no Status of Kubernetes, which client-go calls unexpected.
		if code := status.Status().Code; code >= 400 && code < 500 && code != http.StatusRequestTimeout && code != http.StatusTooManyRequests {
			return false
		}
	}
	switch {
	case apierrors.IsInternalError(err), apierrors.IsServiceUnavailable(err), apierrors.IsServerTimeout(err),
		apierrors.IsTimeout(err), apierrors.IsTooManyRequests(err), apierrors.IsUnexpectedServerError(err):
		return true
	}
	return broken(err)
}

// broken tells that the connection, or its HTTP/2 stream, ended before the answer.
func broken(err error) bool {
	return utilnet.IsConnectionReset(err) || utilnet.IsProbableEOF(err) || utilnet.IsHTTP2ConnectionLost(err) ||
		errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.EPIPE) || brokenStream.MatchString(err.Error())
}

// brokenStream are the words of net/http, and those of client-go where the answer had begun (rest/request.go).
var brokenStream = regexp.MustCompile(`stream error: stream ID|error when reading response body`)

func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		return nil
	}
}
