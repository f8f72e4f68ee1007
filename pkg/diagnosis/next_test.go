package diagnosis

import (
	"slices"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
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
		{SecretMissing, "db", "kubectl app create secret generic db --prompt=password --prompt=user -n shop"},
		{SecretMissing, "other", "kubectl app create secret generic other --prompt=KEY -n shop"},
		{ConfigMapMissing, "settings", "kubectl app create configmap settings level=VALUE -n shop"},
		{SecretKeyMissing, "password", "kubectl describe secret db -n shop"},
		{SecretKeyMissing, "tls.crt", "kubectl describe secret web-tls -n shop"},
		{ConfigMapKeyMissing, "level", "kubectl describe configmap settings -n shop"},
		{CrashLoop, "", "kubectl logs web-1 -c web --previous -n shop"},
		{InitRunning, "", "kubectl logs web-1 -c web -n shop"},
		{ImageNotFound, "", "kubectl app set image deployment/web web=IMAGE -n shop"},
		{ImageUnauthorized, "", "kubectl app create secret docker-registry regcred --docker-server=REGISTRY --docker-username=USER --docker-password-prompt -n shop"},
		{OOMKilled, "", "kubectl app set resources deployment/web -c web --limits=memory=MORE -n shop"},
		{ServiceAccountMissing, "", "kubectl create serviceaccount runner -n shop"},
		{VolumePending, "data", "kubectl describe pvc data -n shop"},
		{Unschedulable, "", "kubectl describe pod web-1 -n shop"},
		{QuotaExceeded, "", "kubectl describe resourcequota -n shop"},
		{Paused, "", "kubectl app rollout resume deployment/web -n shop"},
		{DeadlineExceeded, "", "kubectl describe deployment/web -n shop"},
		{Cause("unheard-of"), "", "kubectl describe pod web-1 -n shop"},
	}
	d := about(template)
	for _, tt := range tests {
		k := Problem{Finding: Finding{Cause: tt.cause, Container: "web", Exemplar: "web-1"}, Subject: tt.subject}
		k.Owner = (&symptom{cause: tt.cause, subject: tt.subject}).keyOwner(&template)
		if got := d.nextCommands(&k); len(got) == 0 || got[0] != tt.want {
			t.Errorf("%s: %q, want first %q", tt.cause, got, tt.want)
		}
	}
}

// Several objects can have a key of the same name: the evidence tells which one lacks it, or nobody is blamed.
func TestOwnerOfAMissingKey(t *testing.T) {
	secret := func(name string) corev1.Volume {
		return corev1.Volume{Name: "of-" + name, VolumeSource: corev1.VolumeSource{Secret: &corev1.SecretVolumeSource{SecretName: name, Items: []corev1.KeyToPath{{Key: "password"}}}}}
	}
	template := corev1.PodTemplateSpec{Spec: corev1.PodSpec{
		Volumes: []corev1.Volume{secret("mail"), secret("queue")},
		Containers: []corev1.Container{{Name: "web", Env: []corev1.EnvVar{
			{Name: "A", ValueFrom: secretKey("db", "password")}, {Name: "B", ValueFrom: secretKey("db2.eu", "password")}, {Name: "C", ValueFrom: secretKey("db", "user")},
		}}},
	}}
	for text, want := range map[string]string{
		`couldn't find key password in Secret shop/db2.eu`:                                              "db2.eu",
		`couldn't find key password in Secret shop/db (pod: "web_shop(1)", container: web)`:             "db",
		`MountVolume.SetUp failed for volume "of-queue" : references non-existent secret key: password`: "queue",
		`references non-existent secret key: password`:                                                  "",
		`references non-existent secret key: user`:                                                      "db",
		`secret "password" not found`:                                                                   "",
	} {
		if got, _ := missingObject(text, text); got.keyOwner(&template) != want {
			t.Errorf("%s: %q, want %q", text, got.keyOwner(&template), want)
		}
	}
}

func about(template corev1.PodTemplateSpec, pods ...*corev1.Pod) *Diagnosis {
	return &Diagnosis{in: &Input{Observed: Observed{Workload: &workload.Workload{Ref: shop, Template: template}, Pods: pods}}}
}

func secretKey(name, key string) *corev1.EnvVarSource {
	return &corev1.EnvVarSource{SecretKeyRef: &corev1.SecretKeySelector{
		LocalObjectReference: corev1.LocalObjectReference{Name: name}, Key: key,
	}}
}

// A node's fault is not mended in the template, and nobody is told to type what this program warns of.
func TestNextNeverBlamesTheUserForTheNode(t *testing.T) {
	pod := ownedPod("new", "web-1")
	d := about(corev1.PodTemplateSpec{}, pod)
	for _, cause := range []Cause{ImagePullFailed, ContainerStartFailed, PodSandboxFailed, VolumeMountFailed, RejectedByKubelet} {
		k := Problem{Finding: Finding{Cause: cause, Container: "web", Exemplar: "web-1"}, exemplar: &symptom{pod: pod}}
		want := []string{"kubectl describe pod web-1 -n shop", "kubectl describe node node-1"}
		if got := d.nextCommands(&k); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", cause, got, want)
		}
	}
	for cause := range commands {
		k := Problem{Finding: Finding{Cause: cause, Container: "web", Exemplar: "web-1"}, Subject: "db"}
		for _, command := range d.nextCommands(&k) {
			if strings.Contains(command, "--from-literal") || strings.Contains(command, "password=") || strings.Contains(command, "rollout status") {
				t.Errorf("%s: %s", cause, command)
			}
		}
	}
}

// Whoever may not read logs is not told to.
func TestNextWithoutLogs(t *testing.T) {
	d := about(corev1.PodTemplateSpec{}, ownedPod("new", "web-1"))
	d.in.Forbidden = []string{forbiddenLogs}
	k := Problem{Finding: Finding{Cause: CrashLoop, Container: "web", Exemplar: "web-1"}}
	if got := d.nextCommands(&k); !slices.Equal(got, []string{"kubectl describe pod web-1 -n shop"}) {
		t.Errorf("%q", got)
	}
}

// Without a pull secret in the template, the service account has to give the new one to the pods.
func TestNextLinksThePullSecret(t *testing.T) {
	for account, template := range map[string]corev1.PodTemplateSpec{"default": {}, "runner": {Spec: corev1.PodSpec{ServiceAccountName: "runner"}}} {
		k := Problem{Finding: Finding{Cause: ImageUnauthorized, Container: "web", Exemplar: "web-1"}}
		want := []string{
			"kubectl app create secret docker-registry PULL-SECRET --docker-server=REGISTRY --docker-username=USER --docker-password-prompt -n shop",
			`kubectl patch serviceaccount ` + account + ` -p '{"imagePullSecrets":[{"name":"PULL-SECRET"}]}' -n shop`,
			"kubectl app rollout restart deployment/web -n shop",
			"kubectl app set image deployment/web web=IMAGE -n shop", "kubectl describe pod web-1 -n shop",
		}
		if got := about(template).nextCommands(&k); !slices.Equal(got, want) {
			t.Errorf("%s: %q", account, got)
		}
	}
}

// A program that may not be executed is the image's or the template's; the node has nothing to do with it.
func TestNextOfADeniedCommand(t *testing.T) {
	const image, node = "kubectl app set image deployment/web web=IMAGE -n shop", "kubectl describe pod web-1 -n shop"
	for message, want := range map[string]string{
		`unable to start container process: error during container init: exec: "./run.sh": permission denied: unknown`: image,
		`runc create failed: unable to start container process: exec: "/srv/run": stat /srv/run: permission denied`:    image,
		`crun: open executable: Permission denied: OCI permission denied`:                                              image,
		"exec container process `/srv/run`: Permission denied":                                                         image,
		`unable to apply apparmor profile: open /proc/thread-self/attr/exec: permission denied`:                        node,
		`error running hook #0: fork/exec /usr/bin/nvidia-hook: permission denied`:                                     node,
		`mkdir /var/lib/app: permission denied`:                                                                        node,
		`failed to create shim task: exec: "runc": permission denied: failed to start shim: start shim`:                node,
	} {
		d := about(corev1.PodTemplateSpec{Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "web"}}}})
		k := Problem{Finding: Finding{Cause: ContainerStartFailed, Container: "web", Exemplar: "web-1", Message: message}}
		if got := d.nextCommands(&k); got[0] != want {
			t.Errorf("%s: %q, want first %q", message, got, want)
		}
	}
}

// An evicted pod is soon gone, and so is what could be typed about it.
func TestNextIsAboutWhatIsThere(t *testing.T) {
	d := about(corev1.PodTemplateSpec{})
	k := Problem{Finding: Finding{Cause: Evicted, Exemplar: "web-1"}, exemplar: &symptom{pod: ownedPod("new", "web-1")}}
	if got := d.nextCommands(&k); !slices.Equal(got, []string{"kubectl describe deployment/web -n shop"}) {
		t.Errorf("%q", got)
	}
}

// A command that the template names is mended there, one of the image's in the image.
func TestNextOfAMissingCommand(t *testing.T) {
	for want, c := range map[string]corev1.Container{
		"kubectl edit deployment/web -n shop":                    {Name: "web", Command: []string{"/srv/run"}},
		"kubectl app set image deployment/web web=IMAGE -n shop": {Name: "web", Args: []string{"--verbose"}},
	} {
		d := about(corev1.PodTemplateSpec{Spec: corev1.PodSpec{Containers: []corev1.Container{c}}})
		k := Problem{Finding: Finding{Cause: CommandNotFound, Container: "web", Exemplar: "web-1", Message: `exec: "/srv/run": stat /srv/run: no such file or directory`}}
		if got := d.nextCommands(&k); got[0] != want {
			t.Errorf("%q, want first %q", got, want)
		}
	}
}

// With OnDelete somebody deletes the old pods: one command deletes the first, another one lists them all.
func TestNextOfOnDelete(t *testing.T) {
	for names, want := range map[string]string{"0": "1 old (web-0)", "0 1 2": "3 old (web-2, web-1, web-0)", "0 1 2 3 4": "5 old (web-4, web-3, web-2 and 2 more)"} {
		w := watch(t, 5, FailFastAuto).pods()
		w.Workload.Strategy, w.Workload.Updated = workload.Strategy{InPlace: true, OnDelete: true}, 0
		w.Workload.Selector = &metav1.LabelSelector{MatchLabels: map[string]string{"app": "web"}}
		w.Revision.Key.Hash = "6c9d"
		for _, name := range strings.Fields(names) {
			w.Pods = append(w.Pods, ownedPod("old", "web-"+name))
		}
		f := w.after(time.Hour).first()
		next := []string{"kubectl delete pod " + w.Pods[len(w.Pods)-1].Name + " -n shop", "kubectl get pods -l 'app=web,controller-revision-hash!=6c9d' -n shop"}
		if f.Cause != OnDelete || !strings.HasSuffix(f.Message, want) || !slices.Equal(f.Next, next) {
			t.Errorf("%s: %s: %s, next %q", names, f.Cause, f.Message, f.Next)
		}
	}
}

// A pod that holds up an update is to be deleted by a person, but not where this command deletes it.
func TestNextOfABlockingPod(t *testing.T) {
	for takenBack, want := range map[bool]string{false: "kubectl delete pod web-1 -n shop", true: "kubectl describe pod web-1 -n shop"} {
		w := watch(t, 2, FailFastAuto).pods()
		w.Workload.Strategy, w.Workload.Updated = workload.Strategy{InPlace: true, Ordered: true}, 0
		pod := ownedPod("old", "web-1")
		pod.CreationTimestamp = *at(0)
		w.Pods = []*corev1.Pod{pod}
		if takenBack {
			w.Deletable = func(*corev1.Pod) bool { return true }
		}
		f := w.after(time.Hour).first()
		if f.Cause != BlockedByPod || f.Next[0] != want || strings.Contains(f.Message, "kubectl delete") == takenBack {
			t.Errorf("taken back %v: %s: %s, next %q", takenBack, f.Cause, f.Message, f.Next)
		}
	}
}

// The partition counts from the first ordinal on: a pod that it keeps blocks no update, ready or not.
func TestAKeptPodBlocksNothing(t *testing.T) {
	for first, blocks := range map[int32]bool{0: true, 1: false} {
		w := watch(t, 2, FailFastAuto).pods()
		w.Workload.Strategy, w.Workload.Updated = workload.Strategy{InPlace: true, Ordered: true, Partition: 1, FirstOrdinal: first}, 0
		pod := ownedPod("old", "web-1")
		pod.CreationTimestamp = *at(0)
		w.Pods = []*corev1.Pod{pod}
		w.after(time.Hour)
		if found := len(w.last.Blocking) > 0; found != blocks {
			t.Errorf("from ordinal %d on: blocks %v", first, found)
		}
	}
}
