package lifecycle

import (
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
)

func TestMissingReferences(t *testing.T) {
	yes := true
	secretKey := func(optional *bool) corev1.EnvVar {
		ref := &corev1.SecretKeySelector{Key: "password", Optional: optional}
		ref.Name = "db"
		return corev1.EnvVar{Name: "PASSWORD", ValueFrom: &corev1.EnvVarSource{SecretKeyRef: ref}}
	}
	configKey := corev1.EnvVar{Name: "MODE", ValueFrom: &corev1.EnvVarSource{ConfigMapKeyRef: &corev1.ConfigMapKeySelector{
		LocalObjectReference: corev1.LocalObjectReference{Name: "settings"}, Key: "mode",
	}}}
	env := func(vars ...corev1.EnvVar) func(*corev1.Pod) {
		return func(pod *corev1.Pod) { pod.Spec.Containers[0].Env = vars }
	}
	volume := func(source corev1.VolumeSource) func(*corev1.Pod) {
		return func(pod *corev1.Pod) {
			pod.Spec.Volumes = []corev1.Volume{{Name: "v", VolumeSource: source}}
		}
	}
	items := []corev1.KeyToPath{{Key: "tls.crt", Path: "tls.crt"}}
	for _, c := range []struct {
		name   string
		edit   func(*corev1.Pod)
		world  func(*objects)
		story  string
		reason string
		text   string
	}{
		{"secret", env(secretKey(nil)), nil, `waiting CreateContainerConfigError secret "db" not found`, "Failed", `Error: secret "db" not found`},
		{"optional secret", env(secretKey(&yes)), nil, "running", "Started", ""},
		{
			"secret key", env(secretKey(nil)), func(o *objects) { o.secrets["db"] = []string{"user"} },
			"waiting CreateContainerConfigError couldn't find key password in Secret shop/db", "Failed", "",
		},
		{
			"configmap key", env(configKey), func(o *objects) { o.configMaps["settings"] = nil },
			"waiting CreateContainerConfigError couldn't find key mode in ConfigMap shop/settings", "Failed", "",
		},
		{"configmap", env(configKey), nil, `waiting CreateContainerConfigError configmap "settings" not found`, "Failed", ""},
		{
			"secret volume", volume(corev1.VolumeSource{Secret: &corev1.SecretVolumeSource{SecretName: "tls"}}), nil,
			"waiting ContainerCreating", "FailedMount", `MountVolume.SetUp failed for volume "v" : secret "tls" not found`,
		},
		{
			"secret volume key", volume(corev1.VolumeSource{Secret: &corev1.SecretVolumeSource{SecretName: "tls", Items: items}}),
			func(o *objects) { o.secrets["tls"] = nil }, "waiting ContainerCreating", "FailedMount", "references non-existent secret key: tls.crt",
		},
		{
			"optional volume", volume(corev1.VolumeSource{Secret: &corev1.SecretVolumeSource{SecretName: "tls", Items: items, Optional: &yes}}), nil,
			"running", "Started", "",
		},
		{
			"projected", volume(corev1.VolumeSource{Projected: &corev1.ProjectedVolumeSource{Sources: []corev1.VolumeProjection{
				{Secret: &corev1.SecretProjection{LocalObjectReference: corev1.LocalObjectReference{Name: "a"}}},
				{ConfigMap: &corev1.ConfigMapProjection{LocalObjectReference: corev1.LocalObjectReference{Name: "b"}}},
			}}}), nil,
			"waiting ContainerCreating", "FailedMount", `[secret "a" not found, configmap "b" not found]`,
		},
		{
			"claim", volume(corev1.VolumeSource{PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{ClaimName: "data"}}), nil,
			"waiting ContainerCreating", "FailedMount", `persistentvolumeclaims "data" not found`,
		},
		{
			"unbound claim", volume(corev1.VolumeSource{PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{ClaimName: "data"}}),
			func(o *objects) { o.claims["data"] = false }, "waiting ContainerCreating", "FailedMount", "PVC is not bound",
		},
		{"root", func(pod *corev1.Pod) {
			pod.Spec.SecurityContext = &corev1.PodSecurityContext{RunAsNonRoot: &yes}
			pod.Spec.Containers[0].Image = "web:1-root"
		}, nil, "waiting CreateContainerConfigError container has runAsNonRoot and image will run as root", "Failed", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			var edits []func(*objects)
			if c.world != nil {
				edits = append(edits, c.world)
			}
			p := play(podOf("web:1.0", c.edit), edits...).until(4 * time.Second)
			p.want(t, c.story)
			p.wantEvent(t, c.reason, c.text)
			for _, name := range []string{"db", "tls", "a"} {
				p.world.secrets[name] = []string{"password", "tls.crt"}
			}
			for _, name := range []string{"settings", "b"} {
				p.world.configMaps[name] = []string{"mode"}
			}
			p.world.claims["data"] = true
			if c.name != "root" {
				p.until(30*time.Second).want(t, "running, restarts 0, ready true")
			}
		})
	}
}

func TestPullSecrets(t *testing.T) {
	named := func(pod *corev1.Pod) {
		pod.Spec.ImagePullSecrets = []corev1.LocalObjectReference{{Name: "registry"}}
	}
	p := play(podOf("web:1-private", named)).until(2 * time.Second)
	p.want(t, "waiting ErrImagePull")
	p.wantEvent(t, "FailedToRetrieveImagePullSecret", "(registry)")
	p.world.secrets["registry"] = nil
	p.until(30*time.Second).want(t, "running, restarts 0, ready true")
}

// A variable's value may say what the program does with it, at each start anew.
func TestValuesThatAreWords(t *testing.T) {
	ref := &corev1.SecretKeySelector{Key: "password"}
	ref.Name = "db"
	for name, test := range map[string]struct {
		secret  []string
		edit    func(*corev1.Container)
		crashes bool
	}{
		"of a key": {[]string{"password=lab:crash"}, func(c *corev1.Container) {
			c.Env = []corev1.EnvVar{{Name: "PASSWORD", ValueFrom: &corev1.EnvVarSource{SecretKeyRef: ref}}}
		}, true},
		"another key": {[]string{"password=good", "other=lab:crash"}, func(c *corev1.Container) {
			c.Env = []corev1.EnvVar{{Name: "PASSWORD", ValueFrom: &corev1.EnvVarSource{SecretKeyRef: ref}}}
		}, false},
		"of all keys": {[]string{"password=good", "other=lab:crash"}, func(c *corev1.Container) {
			c.EnvFrom = []corev1.EnvFromSource{{SecretRef: &corev1.SecretEnvSource{LocalObjectReference: ref.LocalObjectReference}}}
		}, true},
		"written out": {nil, func(c *corev1.Container) { c.Env = []corev1.EnvVar{{Name: "A", Value: "lab:oom-1s"}} }, true},
		"no words":    {nil, func(c *corev1.Container) { c.Env = []corev1.EnvVar{{Name: "A", Value: "crash"}} }, false},
	} {
		t.Run(name, func(t *testing.T) {
			p := play(podOf("web:1.0", func(pod *corev1.Pod) { test.edit(&pod.Spec.Containers[0]) }),
				func(o *objects) { o.secrets["db"] = test.secret }).until(time.Minute)
			if got := p.m.runtime.latest("web").restarts; got > 0 != test.crashes {
				t.Errorf("%d restarts", got)
			}
			p.world.secrets["db"] = []string{"password=good", "other=good"}
			if test.secret != nil {
				p.until(6*time.Minute).want(t, "running")
			}
		})
	}
}
