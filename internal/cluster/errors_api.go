package cluster

import (
	"context"
	"errors"
	"fmt"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
)

// Call is a request as an error message names it.
type Call struct {
	Verb, Resource, Namespace string
	Object                    string // "deployment/web"
}

// APIError explains what came back instead of an answer. Cancellation stays what it is.
func APIError(c Call, err error) error {
	var ours *Error
	if err == nil || errors.As(err, &ours) || errors.Is(err, context.Canceled) {
		return err
	}
	e := &Error{Reason: Failed, Object: c.Object, Message: fmt.Sprintf("%s %s: %v", c.Verb, c.Object, err), Err: err}
	var status apierrors.APIStatus
	if errors.As(err, &status) {
		e.explainStatus(c, err)
		return e
	}
	e.explainConnection(err)
	return e
}

func (e *Error) set(reason Reason, format string, args ...any) {
	e.Reason, e.Message = reason, fmt.Sprintf(format, args...)
}

// explainStatus maps an answer of the API server. Its own message is kept whole: it names the user,
// the webhook, the field.
func (e *Error) explainStatus(c Call, err error) {
	text := err.Error()
	switch {
	case apierrors.IsUnauthorized(err):
		e.set(Unauthorized, "the server does not accept the credentials (401): they are missing, wrong or expired")
		e.Next = []string{"kubectl auth whoami", "kubectl config view --minify"}
	case deniedByAdmission(text):
		e.set(Denied, "%s was rejected by admission: %s", c.Object, text)
	case apierrors.IsForbidden(err):
		if strings.Contains(text, ` cannot create resource "`) { // an apply of an object that is not there
			c.Verb = "create"
		}
		e.set(Forbidden, "no permission to %s %s%s: %s", c.Verb, c.Object, InNamespace(c.Namespace), text)
		e.Next = []string{"kubectl auth can-i " + c.Verb + " " + c.Resource + InFlag(c.Namespace), "kubectl auth whoami"}
	case apierrors.IsNotFound(err):
		e.set(NotFound, "no %s%s", c.Object, InNamespace(c.Namespace))
	case apierrors.IsConflict(err):
		e.set(Conflict, "%s was changed by someone else at the same time: %s", c.Object, text)
	case apierrors.IsInvalid(err), apierrors.IsBadRequest(err):
		e.set(Invalid, "the API server rejected the change of %s: %s", c.Object, text)
	case apierrors.IsTooManyRequests(err):
		e.set(Throttled, "the API server is overloaded (429): %s", text)
	default:
		e.set(ServerFault, "the API server could not %s %s: %s", c.Verb, c.Object, text)
	}
}

// deniedByAdmission: webhooks and policies choose any status code, so that only their fixed words
// tell them apart (apiserver: webhook/errors.ToStatusErr, policy/validating dispatcher, quota).
func deniedByAdmission(text string) bool {
	return strings.Contains(text, "denied the request") || strings.Contains(text, "denied request") ||
		strings.Contains(text, "exceeded quota") || strings.Contains(text, "violates PodSecurity")
}

func isCancelled(err error) bool {
	return errors.Is(err, context.Canceled)
}

// InNamespace is the end of a message.
func InNamespace(namespace string) string {
	if namespace == "" {
		return ""
	}
	return fmt.Sprintf(" in namespace %q", namespace)
}

// InFlag is -n of a command to type.
func InFlag(namespace string) string {
	if namespace == "" {
		return ""
	}
	return " -n " + namespace
}
