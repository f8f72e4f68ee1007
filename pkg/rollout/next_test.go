package rollout

import (
	"testing"

	corev1 "k8s.io/api/core/v1"
)

// The commands name what they are about, and what makes the most difference comes first.
func TestNext(t *testing.T) {
	template := corev1.PodTemplateSpec{Spec: corev1.PodSpec{
		ServiceAccountName: "runner",
		ImagePullSecrets:   []corev1.LocalObjectReference{{Name: "regcred"}},
		Volumes: []corev1.Volume{{Name: "tls", VolumeSource: corev1.VolumeSource{Secret: &corev1.SecretVolumeSource{
			SecretName: "web-tls", Items: []corev1.KeyToPath{{Key: "tls.crt"}},
		}}}},
		Containers: []corev1.Container{{Name: "web", Env: []corev1.EnvVar{
			{Name: "PASSWORD", ValueFrom: secretKey("db", "password")},
			{Name: "USER", ValueFrom: secretKey("db", "user")},
			{Name: "AGAIN", ValueFrom: secretKey("db", "user")},
			{Name: "LEVEL", ValueFrom: &corev1.EnvVarSource{ConfigMapKeyRef: &corev1.ConfigMapKeySelector{
				LocalObjectReference: corev1.LocalObjectReference{Name: "settings"}, Key: "level",
			}}},
		}}},
	}}
	tests := []struct {
		cause   Cause
		subject string
		want    string
	}{
		{SecretMissing, "db", "kubectl create secret generic db --from-literal=password=VALUE --from-literal=user=VALUE -n shop"},
		{SecretMissing, "other", "kubectl create secret generic other --from-literal=KEY=VALUE -n shop"},
		{ConfigMapMissing, "settings", "kubectl create configmap settings --from-literal=level=VALUE -n shop"},
		{SecretKeyMissing, "password", "kubectl describe secret db -n shop"},
		{SecretKeyMissing, "tls.crt", "kubectl describe secret web-tls -n shop"},
		{ConfigMapKeyMissing, "level", "kubectl describe configmap settings -n shop"},
		{CrashLoop, "", "kubectl logs web-1 -c web --previous -n shop"},
		{InitRunning, "", "kubectl logs web-1 -c web -n shop"},
		{ImageNotFound, "", "kubectl app set image deployment/web web=IMAGE -n shop"},
		{ImageUnauthorized, "", "kubectl create secret docker-registry regcred --docker-server=REGISTRY --docker-username=USER --docker-password=PASSWORD -n shop"},
		{OOMKilled, "", "kubectl set resources deployment/web -c web --limits=memory=MORE -n shop"},
		{ServiceAccountMissing, "", "kubectl create serviceaccount runner -n shop"},
		{VolumePending, "data", "kubectl describe pvc data -n shop"},
		{Unschedulable, "", "kubectl describe pod web-1 -n shop"},
		{QuotaExceeded, "", "kubectl describe resourcequota -n shop"},
		{Paused, "", "kubectl rollout resume deployment/web -n shop"},
		{DeadlineExceeded, "", "kubectl app rollout status deployment/web -n shop"},
		{Cause("unheard-of"), "", "kubectl describe pod web-1 -n shop"},
	}
	j := judge{next: &WorkloadState{Target: Target{Ref: shop, Template: &template}}}
	for _, tt := range tests {
		k := complaint{Finding: Finding{Cause: tt.cause, Container: "web", Exemplar: "web-1"}, subject: tt.subject}
		if got := j.nextCommands(&k); len(got) == 0 || got[0] != tt.want {
			t.Errorf("%s: %q, want first %q", tt.cause, got, tt.want)
		}
	}
}

func secretKey(name, key string) *corev1.EnvVarSource {
	return &corev1.EnvVarSource{SecretKeyRef: &corev1.SecretKeySelector{
		LocalObjectReference: corev1.LocalObjectReference{Name: name}, Key: key,
	}}
}
