package inspect

import (
	"context"
	"errors"
	"fmt"
	"slices"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/diagnosis/chain"
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

// unrecognized names the Secrets whose values could not be masked.
func (i *Inspector) unrecognized(r *chain.Report, s *chain.Subject) {
	secrets, why := i.cluster.Unrecognized()
	for k, secret := range secrets {
		if !s.Uses(secret) {
			continue
		}
		name := "secret/" + secret.Name
		if !cluster.Is(why[k], cluster.Forbidden) {
			r.Notes = append(r.Notes, name+" was not read ("+firstLine(why[k].Error())+"): "+valuesShown)
			continue
		}
		r.NotSeen = append(r.NotSeen, chain.NotSeen{
			Resource: name, Hides: valuesShown, Next: []string{"kubectl auth can-i get " + name + cluster.InFlag(secret.Namespace)},
		})
	}
}

// valuesShown is what not reading a Secret leads to.
const valuesShown = "its values can't be recognized in logs and messages"
