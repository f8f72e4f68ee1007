package cluster

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

func TestAPIError(t *testing.T) {
	deployments := schema.GroupResource{Group: "apps", Resource: "deployments"}
	status := func(code int32, message string) error {
		return &apierrors.StatusError{ErrStatus: metav1.Status{Code: code, Message: message, Reason: metav1.StatusReason(http.StatusText(int(code)))}}
	}
	dial := func(err error) error {
		return &url.Error{Op: "Get", URL: "https://api.example.org:6443/apis", Err: &net.OpError{Op: "dial", Net: "tcp", Err: err}}
	}
	for name, test := range map[string]struct {
		err    error
		reason Reason
		want   string
		next   bool
	}{
		"401":                 {apierrors.NewUnauthorized("Unauthorized"), Unauthorized, "the server does not accept the credentials (401): they are missing, wrong or expired", true},
		"403":                 {apierrors.NewForbidden(deployments, "web", errors.New(`User "dev" cannot patch resource "deployments"`)), Forbidden, `no permission to patch deployment/web in namespace "shop": deployments.apps "web" is forbidden: User "dev" cannot patch`, true},
		"404":                 {apierrors.NewNotFound(deployments, "web"), NotFound, `no deployment/web in namespace "shop"`, false},
		"409":                 {apierrors.NewConflict(deployments, "web", errors.New("the object has been modified")), Conflict, "deployment/web was changed by someone else at the same time", false},
		"422":                 {apierrors.NewInvalid(schema.GroupKind{Kind: "Deployment"}, "web", nil), Invalid, "the API server rejected the change of deployment/web", false},
		"429":                 {apierrors.NewTooManyRequests("slow down", 1), Throttled, "the API server is overloaded (429)", false},
		"500":                 {apierrors.NewInternalError(errors.New("etcd is gone")), ServerFault, "the API server could not patch deployment/web", false},
		"503":                 {apierrors.NewServiceUnavailable("starting"), ServerFault, "the API server could not patch deployment/web: starting", false},
		"a webhook":           {status(400, `admission webhook "policy.example.org" denied the request: no latest tags`), Denied, "deployment/web was rejected by admission: admission webhook \"policy.example.org\" denied the request: no latest tags", false},
		"a policy":            {status(422, `deployments.apps "web" is forbidden: ValidatingAdmissionPolicy 'x' with binding 'y' denied request: no`), Denied, "ValidatingAdmissionPolicy 'x'", false},
		"nobody listens":      {dial(syscall.ECONNREFUSED), Unreachable, "the server api.example.org:6443 can't be reached: connection refused; is it running?", true},
		"no such host":        {dial(&net.DNSError{Err: "no such host", Name: "api.example.org"}), Unreachable, "the server api.example.org:6443 can't be reached: no such host", true},
		"no answer":           {&url.Error{Op: "Get", URL: "https://api.example.org/apis", Err: context.DeadlineExceeded}, Unreachable, "the server api.example.org did not answer in time", true},
		"a strange CA":        {&url.Error{Op: "Get", URL: "https://api.example.org/apis", Err: x509.UnknownAuthorityError{}}, Untrusted, "the certificate of the server api.example.org is not trusted: x509: certificate signed by unknown authority", true},
		"a plugin that fails": {&url.Error{Op: "Get", URL: "https://api.example.org/apis", Err: errors.New("getting credentials: exec: executable aws not found")}, Unauthorized, "the kubeconfig's credential plugin failed: getting credentials: exec: executable aws not found", true},
		"something else":      {errors.New("odd"), Failed, "patch deployment/web: odd", false},
	} {
		t.Run(name, func(t *testing.T) {
			err := APIError(Call{"patch", "deployments", "shop", "deployment/web"}, fmt.Errorf("wrapped: %w", test.err))
			var e *Error
			if !errors.As(err, &e) || e.Reason != test.reason || e.Object != "deployment/web" {
				t.Fatalf("got %#v", err)
			}
			if !strings.Contains(strings.ReplaceAll(e.Message, "wrapped: ", ""), test.want) {
				t.Errorf("message: %s", e.Message)
			}
			if (len(e.Next) > 0) != test.next || !errors.Is(err, test.err) {
				t.Errorf("next %q, wraps %v", e.Next, errors.Unwrap(err))
			}
		})
	}
}

func TestAPIErrorLeavesWhatIsOurs(t *testing.T) {
	if err := APIError(Call{}, nil); err != nil {
		t.Errorf("no error became %v", err)
	}
	if err := APIError(Call{}, context.Canceled); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancellation became %v", err)
	}
	ours := &Error{Reason: NoConfig, Message: "no kubeconfig"}
	if err := APIError(Call{}, ours); !errors.Is(err, ours) {
		t.Errorf("ours became %v", err)
	}
}
