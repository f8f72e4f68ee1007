package inspect

import (
	"context"
	"errors"
	"fmt"
	"slices"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
)

// unread notes that something could not be read, and why: a part of the evidence is missing.
func (i *Inspector) unread(err error, verb, what, namespace string) {
	if err == nil {
		return
	}
	err = cluster.APIError(cluster.Call{Verb: verb, Resource: what, Namespace: namespace, Object: what}, err)
	if cluster.Is(err, cluster.NotFound) {
		return
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	if !slices.Contains(i.seen.Forbidden, what) {
		i.seen.Forbidden = append(i.seen.Forbidden, what)
	}
	if !cluster.Is(err, cluster.Forbidden) {
		i.seen.Silent[what] = silence(err)
	}
}

// silence says how a read failed that is allowed.
func silence(err error) string {
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Sprintf("did not come within %s", readTime)
	case apierrors.IsServiceUnavailable(err), apierrors.IsTimeout(err), apierrors.IsServerTimeout(err):
		return "did not come: their API does not answer (" + firstLine(err.Error()) + ")"
	}
	return "can't be read now (" + firstLine(err.Error()) + ")"
}
