package workload

import "testing"

func TestCanI(t *testing.T) {
	for want, got := range map[string]string{
		"kubectl auth can-i list pods -n shop":                          CanI("list", "pods", "shop"),
		"kubectl auth can-i get pods --subresource=log -n shop":         CanI("get", "pods/log", "shop"),
		"kubectl auth can-i patch deployments.apps --subresource=scale": CanI("patch", "deployments.apps/scale", ""),
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
