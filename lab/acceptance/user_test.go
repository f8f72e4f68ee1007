package acceptance

import (
	"context"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
	authorizationv1 "k8s.io/api/authorization/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// user grants someone VERBS (joined by commas) on RESOURCES (as in RBAC: pods/log) in the script's
// namespace; several calls add up. --as=NAME acts as this user.
func user(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: user NAME VERBS RESOURCES…")
	}
	s := of(ts)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	role := &rbacv1.Role{
		ObjectMeta: metav1.ObjectMeta{GenerateName: args[0] + "-"},
		Rules: []rbacv1.PolicyRule{{
			Verbs: strings.Split(args[1], ","), Resources: args[2:],
			APIGroups: []string{"", "apps", "autoscaling", "batch", "networking.k8s.io", "policy"},
		}},
	}
	role, err := s.client.RbacV1().Roles(s.namespace).Create(ctx, role, metav1.CreateOptions{})
	ts.Check(err)
	binding := &rbacv1.RoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: role.Name},
		Subjects:   []rbacv1.Subject{{Kind: rbacv1.UserKind, APIGroup: rbacv1.GroupName, Name: args[0]}},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: role.Name},
	}
	_, err = s.client.RbacV1().RoleBindings(s.namespace).Create(ctx, binding, metav1.CreateOptions{})
	ts.Check(err)
	ts.Check(s.granted(ctx, args[0], role.Rules[0]))
}

// granted waits until the API server's authorizer has seen a rule.
func (s *story) granted(ctx context.Context, name string, rule rbacv1.PolicyRule) error {
	resource, sub, _ := strings.Cut(rule.Resources[0], "/")
	review := &authorizationv1.SubjectAccessReview{Spec: authorizationv1.SubjectAccessReviewSpec{
		User: name,
		ResourceAttributes: &authorizationv1.ResourceAttributes{
			Namespace: s.namespace, Verb: rule.Verbs[0], Resource: resource, Subresource: sub,
		},
	}}
	for {
		answer, err := s.client.AuthorizationV1().SubjectAccessReviews().Create(ctx, review, metav1.CreateOptions{})
		if err != nil || answer.Status.Allowed {
			return err
		}
	}
}
