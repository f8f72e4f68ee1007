package clustertest

import (
	"context"
	"errors"
	"testing"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-app/kubectl-app/internal/preflight"
)

// TestPreflightPolicy: what a policy refuses is known before anything is written, in its own words.
func TestPreflightPolicy(t *testing.T) {
	b := newBench(t)
	b.deploy("web", 0)
	b.forbidImages("web:2")
	report := b.preflight("web:2.0")
	for len(report.Checks) == 0 { // the API server takes a policy in with a watch of its own
		report = b.preflight("web:2.0")
	}
	b.want(report, "refuse Admission: deployment/web was rejected by admission:", "denied request: no web:2 here")
	if b.get("web").Generation != 1 {
		t.Error("the dry run was stored")
	}
	b.want(b.preflight("web:3.0"))
}

// forbidImages has the API server refuse Deployments of this namespace with such an image.
func (b *bench) forbidImages(prefix string) {
	b.t.Helper()
	policies, bindings := b.client.AdmissionregistrationV1().ValidatingAdmissionPolicies(), b.client.AdmissionregistrationV1().ValidatingAdmissionPolicyBindings()
	b.t.Cleanup(func() {
		ctx := context.WithoutCancel(b.ctx)
		if err := errors.Join(bindings.Delete(ctx, b.namespace, metav1.DeleteOptions{}), policies.Delete(ctx, b.namespace, metav1.DeleteOptions{})); err != nil {
			b.t.Error(err)
		}
	})
	here := &metav1.LabelSelector{MatchLabels: map[string]string{"kubernetes.io/metadata.name": b.namespace}}
	policy := &admissionv1.ValidatingAdmissionPolicy{
		ObjectMeta: metav1.ObjectMeta{Name: b.namespace},
		Spec: admissionv1.ValidatingAdmissionPolicySpec{
			MatchConstraints: &admissionv1.MatchResources{ResourceRules: []admissionv1.NamedRuleWithOperations{{RuleWithOperations: admissionv1.RuleWithOperations{
				Operations: []admissionv1.OperationType{admissionv1.Update},
				Rule:       admissionv1.Rule{APIGroups: []string{"apps"}, APIVersions: []string{"v1"}, Resources: []string{"deployments"}},
			}}}},
			Validations: []admissionv1.Validation{{
				Expression: "object.spec.template.spec.containers.all(c, !c.image.startsWith('" + prefix + "'))", Message: "no " + prefix + " here",
			}},
		},
	}
	binding := &admissionv1.ValidatingAdmissionPolicyBinding{
		ObjectMeta: metav1.ObjectMeta{Name: b.namespace},
		Spec: admissionv1.ValidatingAdmissionPolicyBindingSpec{
			PolicyName: b.namespace, ValidationActions: []admissionv1.ValidationAction{admissionv1.Deny},
			MatchResources: &admissionv1.MatchResources{NamespaceSelector: here},
		},
	}
	if _, err := policies.Create(b.ctx, policy, metav1.CreateOptions{}); err != nil {
		b.t.Fatal(err)
	}
	if _, err := bindings.Create(b.ctx, binding, metav1.CreateOptions{}); err != nil {
		b.t.Fatal(err)
	}
}

// TestPreflightWarnings: what the API server warns of is passed on.
func TestPreflightWarnings(t *testing.T) {
	b := newBench(t)
	b.deploy("web", 0)
	label := []byte(`{"metadata":{"labels":{"pod-security.kubernetes.io/warn":"restricted"}}}`)
	if _, err := b.client.CoreV1().Namespaces().Patch(b.ctx, b.namespace, types.MergePatchType, label, metav1.PatchOptions{}); err != nil {
		t.Fatal(err)
	}
	report := b.preflight("web:2.0")
	for len(report.Checks) == 0 {
		report = b.preflight("web:2.0")
	}
	b.want(report, `warn Admission: deployment/web: the API server warns: would violate PodSecurity "restricted:latest"`)
	if len(report.Refused()) > 0 || len(report.Checks) != 1 {
		t.Errorf("checks:\n%s", lines(report.Checks))
	}
}

// TestPreflightOwner: who applies the file will revert the change.
func TestPreflightOwner(t *testing.T) {
	b := newBench(t)
	b.deploy("web", 0)
	manifest := `{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web"},"spec":{"template":{"spec":{"containers":[{"name":"web","image":"web:1.0"}]}}}}`
	force := true
	if _, err := b.client.AppsV1().Deployments(b.namespace).Patch(b.ctx, "web", types.ApplyPatchType, []byte(manifest), metav1.PatchOptions{FieldManager: "pipeline", Force: &force}); err != nil {
		t.Fatal(err)
	}
	report := b.preflight("web:2.0")
	b.want(report, `warn Owner: deployment/web is applied by "pipeline" (server-side): make this change there too, or its next apply reverts it`)
	for _, c := range report.Checks {
		if c.Check == preflight.CheckOwner && len(c.Next) == 0 {
			t.Error("it does not say what to do")
		}
	}
}

// TestPreflightOfAChangeThatIsSetBack: where a policy keeps the image, there would be no rollout.
func TestPreflightOfAChangeThatIsSetBack(t *testing.T) {
	b := newBench(t)
	b.deploy("web", 0)
	b.keepImage("web:1.0")
	report := b.preflight("web:2.0")
	for len(report.Checks) == 0 { // the API server takes a policy in with a watch of its own
		report = b.preflight("web:2.0")
	}
	b.want(report, "refuse Admission: the API server accepts the change of deployment/web, but keeps its template as it was")
}

// keepImage has the API server give every Deployment of this namespace that image.
func (b *bench) keepImage(image string) {
	b.t.Helper()
	policies, bindings := b.client.AdmissionregistrationV1().MutatingAdmissionPolicies(), b.client.AdmissionregistrationV1().MutatingAdmissionPolicyBindings()
	b.t.Cleanup(func() {
		ctx := context.WithoutCancel(b.ctx)
		if err := errors.Join(bindings.Delete(ctx, b.namespace, metav1.DeleteOptions{}), policies.Delete(ctx, b.namespace, metav1.DeleteOptions{})); err != nil {
			b.t.Error(err)
		}
	})
	policy := &admissionv1.MutatingAdmissionPolicy{
		ObjectMeta: metav1.ObjectMeta{Name: b.namespace},
		Spec: admissionv1.MutatingAdmissionPolicySpec{
			ReinvocationPolicy: admissionv1.NeverReinvocationPolicy,
			MatchConstraints: &admissionv1.MatchResources{ResourceRules: []admissionv1.NamedRuleWithOperations{{RuleWithOperations: admissionv1.RuleWithOperations{
				Operations: []admissionv1.OperationType{admissionv1.Update},
				Rule:       admissionv1.Rule{APIGroups: []string{"apps"}, APIVersions: []string{"v1"}, Resources: []string{"deployments"}},
			}}}},
			Mutations: []admissionv1.Mutation{{
				PatchType: admissionv1.PatchTypeJSONPatch,
				JSONPatch: &admissionv1.JSONPatch{Expression: `[JSONPatch{op: "replace", path: "/spec/template/spec/containers/0/image", value: "` + image + `"}]`},
			}},
		},
	}
	binding := &admissionv1.MutatingAdmissionPolicyBinding{
		ObjectMeta: metav1.ObjectMeta{Name: b.namespace},
		Spec: admissionv1.MutatingAdmissionPolicyBindingSpec{
			PolicyName:     b.namespace,
			MatchResources: &admissionv1.MatchResources{NamespaceSelector: &metav1.LabelSelector{MatchLabels: map[string]string{"kubernetes.io/metadata.name": b.namespace}}},
		},
	}
	if _, err := policies.Create(b.ctx, policy, metav1.CreateOptions{}); err != nil {
		b.t.Fatal(err)
	}
	if _, err := bindings.Create(b.ctx, binding, metav1.CreateOptions{}); err != nil {
		b.t.Fatal(err)
	}
}
