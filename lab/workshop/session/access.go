package session

import (
	"context"
	"fmt"
	"strings"

	authorizationv1 "k8s.io/api/authorization/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-app/kubectl-app/lab/workshop/check"
)

// allowed asks the API server what a ServiceAccount may do.
func (s *Session) allowed(ctx context.Context, namespace string, a check.Access) (bool, error) {
	resource, subresource, _ := strings.Cut(a.Resource, "/")
	resource, group, _ := strings.Cut(resource, ".")
	where := namespace
	if a.Elsewhere {
		where = metav1.NamespaceDefault
	}
	review, err := s.client.AuthorizationV1().SubjectAccessReviews().Create(ctx, &authorizationv1.SubjectAccessReview{
		Spec: authorizationv1.SubjectAccessReviewSpec{
			User:   "system:serviceaccount:" + namespace + ":" + a.ServiceAccount,
			Groups: []string{"system:serviceaccounts", "system:serviceaccounts:" + namespace, "system:authenticated"},
			ResourceAttributes: &authorizationv1.ResourceAttributes{
				Namespace: where, Verb: a.Verb, Group: group, Resource: resource, Subresource: subresource,
			},
		},
	}, metav1.CreateOptions{})
	if err != nil {
		return false, fmt.Errorf("asking what serviceaccount/%s may do: %w", a.ServiceAccount, err)
	}
	return review.Status.Allowed, nil
}
