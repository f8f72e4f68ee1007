package podtemplate

import (
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
)

// What someone has set otherwise stays, as far as it does not contradict the profile.
func TestSecurityOfOthers(t *testing.T) {
	const before = `{spec: {
		securityContext: {runAsNonRoot: false, seccompProfile: {type: Localhost, localhostProfile: web}},
		containers: [{name: web, image: a, resources: {}, securityContext: {privileged: true, runAsNonRoot: false, runAsUser: 0, seccompProfile: {type: Unconfined}, capabilities: {add: [NET_ADMIN, NET_BIND_SERVICE], drop: [MKNOD]}}}]}}`
	for profile, changed := range map[Security][]string{
		Unconfined: nil,
		Baseline:   nil, // the API takes allowPrivilegeEscalation: false beside privileged: true for a contradiction
		Restricted: {
			"runAsNonRoot: false, seccompProfile: {type: Localhost", "runAsNonRoot: true, seccompProfile: {type: Localhost",
			"privileged: true, runAsNonRoot: false, runAsUser: 0, seccompProfile: {type: Unconfined}, capabilities: {add: [NET_ADMIN, NET_BIND_SERVICE], drop: [MKNOD]}",
			"allowPrivilegeEscalation: false, capabilities: {add: [NET_BIND_SERVICE], drop: [ALL]}",
		},
	} {
		text := strings.ReplaceAll(before, "\t", "  ")
		got := templateOf(t, text)
		secure(&got.Spec, profile)
		expectTemplate(t, &corev1.PodTemplateSpec{Spec: got.Spec}, strings.NewReplacer(changed...).Replace(text))
	}
}
