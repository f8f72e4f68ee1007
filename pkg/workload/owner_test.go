package workload

import (
	"fmt"
	"slices"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"
)

func TestOwners(t *testing.T) {
	const image = `fieldsV1: {"f:spec": {"f:template": {"f:spec": {"f:containers": {'k:{"name":"web"}': {"f:image": {}}}}}}}`
	const replicas = `fieldsV1: {"f:spec": {"f:replicas": {}}}`
	for name, test := range map[string]struct {
		metadata string
		want     []string
	}{
		"kubectl create":               {`managedFields: [{manager: kubectl-create, operation: Update, ` + image + `}]`, nil},
		"kubectl apply":                {`annotations: {kubectl.kubernetes.io/last-applied-configuration: "{}"}`, []string{"kubectl apply   "}},
		"apply, annotation removed":    {`managedFields: [{manager: kubectl-client-side-apply, operation: Update, ` + image + `}]`, []string{"kubectl apply   "}},
		"apply, image since set":       {`{annotations: {kubectl.kubernetes.io/last-applied-configuration: "{}"}, managedFields: [{manager: kubectl-set, operation: Update, ` + image + `}]}`, []string{"kubectl apply   "}},
		"server-side apply":            {`managedFields: [{manager: kubectl, operation: Apply, ` + image + `}]`, []string{"server-side apply   kubectl"}},
		"an applier of replicas":       {`managedFields: [{manager: scaler, operation: Apply, ` + replicas + `}]`, nil},
		"the controller's status":      {`managedFields: [{manager: kube-controller-manager, operation: Update, subresource: status, ` + image + `}]`, nil},
		"Helm":                         {`{labels: {app.kubernetes.io/managed-by: Helm}, annotations: {meta.helm.sh/release-name: shop, meta.helm.sh/release-namespace: prod}}`, []string{"Helm release prod shop"}},
		"Helm, by its manager":         {`managedFields: [{manager: helm, operation: Update, ` + image + `}]`, []string{"Helm release  "}},
		"a Kustomization":              {`labels: {kustomize.toolkit.fluxcd.io/name: apps, kustomize.toolkit.fluxcd.io/namespace: flux-system}`, []string{"Flux Kustomization flux-system apps"}},
		"a Kustomization switched off": {`{labels: {kustomize.toolkit.fluxcd.io/name: apps}, annotations: {kustomize.toolkit.fluxcd.io/reconcile: disabled}}`, nil},
		"a HelmRelease": {
			`{labels: {app.kubernetes.io/managed-by: Helm, helm.toolkit.fluxcd.io/name: shop, helm.toolkit.fluxcd.io/namespace: prod}, annotations: {meta.helm.sh/release-name: shop}}`,
			[]string{"Flux HelmRelease prod shop"},
		},
		"Flux, by its manager":           {`managedFields: [{manager: kustomize-controller, operation: Apply, ` + image + `}]`, []string{"Flux Kustomization  "}},
		"Argo CD":                        {`annotations: {argocd.argoproj.io/tracking-id: "shop:apps/Deployment:prod/web", kubectl.kubernetes.io/last-applied-configuration: "{}"}`, []string{"Argo CD Application  shop"}},
		"Argo CD, any namespace":         {`annotations: {argocd.argoproj.io/tracking-id: "team_shop:apps/Deployment:prod/web"}`, []string{"Argo CD Application team shop"}},
		"an operator":                    {`{namespace: prod, ownerReferences: [{apiVersion: monitoring.coreos.com/v1, kind: Prometheus, name: k8s, uid: u, controller: true}]}`, []string{"controller Prometheus prod k8s"}},
		"an owner that controls nothing": {`{ownerReferences: [{apiVersion: shop.example/v1, kind: Shop, name: k8s, uid: u}]}`, nil},
		"a workload of the table":        {`{ownerReferences: [{apiVersion: apps/v1, kind: Deployment, name: web, uid: u, controller: true}]}`, nil},
		"Argo CD, by its manager":        {`managedFields: [{manager: argocd-controller, operation: Update, ` + image + `}]`, []string{"Argo CD Application  "}},
	} {
		t.Run(name, func(t *testing.T) {
			var o metav1.ObjectMeta
			if err := yaml.UnmarshalStrict([]byte(test.metadata), &o); err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, w := range Owners(&o) {
				got = append(got, fmt.Sprintf("%s %s %s %s", w.Tool, w.Kind, w.Namespace, w.Name))
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("got %q", got)
			}
		})
	}
}

func TestContentOwners(t *testing.T) {
	const password = `fieldsV1: {"f:data": {".": {}, "f:password": {}}}`
	const blob = `fieldsV1: {"f:binaryData": {"f:password": {}}}`
	const url = `fieldsV1: {"f:data": {"f:url": {}}}`
	for name, test := range map[string]struct {
		metadata string
		want     []string
	}{
		"kubectl create":      {`managedFields: [{manager: kubectl-create, operation: Update, ` + password + `}]`, nil},
		"an applier":          {`managedFields: [{manager: other, operation: Apply, ` + password + `}]`, []string{"server-side apply   other"}},
		"of binaryData":       {`managedFields: [{manager: other, operation: Apply, ` + blob + `}]`, []string{"server-side apply   other"}},
		"of other keys":       {`managedFields: [{manager: other, operation: Apply, ` + url + `}]`, nil},
		"oneself":             {`managedFields: [{manager: me, operation: Apply, ` + password + `}]`, nil},
		"kubectl apply":       {`annotations: {kubectl.kubernetes.io/last-applied-configuration: "{}"}`, []string{"kubectl apply   "}},
		"Helm":                {`{labels: {app.kubernetes.io/managed-by: Helm}, annotations: {meta.helm.sh/release-name: shop}}`, []string{"Helm release  shop"}},
		"made of another one": {`{namespace: prod, ownerReferences: [{kind: ExternalSecret, name: db, controller: true, apiVersion: external-secrets.io/v1, uid: u}]}`, []string{"controller ExternalSecret prod db"}},
		"owned, not made":     {`ownerReferences: [{kind: App, name: shop, apiVersion: example.com/v1, uid: u}]`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			var o metav1.ObjectMeta
			if err := yaml.UnmarshalStrict([]byte(test.metadata), &o); err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, w := range ContentOwners(&o, []string{"password", "new"}, "me") {
				got = append(got, fmt.Sprintf("%s %s %s %s", w.Tool, w.Kind, w.Namespace, w.Name))
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("got %q", got)
			}
		})
	}
}
