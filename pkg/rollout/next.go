package rollout

import (
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// advise adds to each finding the commands to type, the most useful first.
func (j *judge) advise() {
	for i := range j.complaints {
		j.next.Findings[i].Next = j.nextCommands(&j.complaints[i])
		j.complaints[i].Next = j.next.Findings[i].Next
	}
}

// advice is what commands are made from.
type advice struct {
	*complaint
	kind, name, namespace string
	template              *corev1.PodTemplateSpec
}

// commands holds what helps with each cause. All others get the description of the exemplar.
var commands = map[Cause]func(advice) []string{
	ImageNotFound:        correctImage,
	ImageNameInvalid:     correctImage,
	ImageUnauthorized:    pullSecret,
	ImagePullFailed:      describe,
	RegistryUnreachable:  describe,
	ExecFormat:           correctImage,
	CommandNotFound:      editContainer,
	ContainerStartFailed: describe,
	LifecycleHookFailed:  describe,
	SecretMissing:        createSecret,
	ConfigMapMissing:     createConfigMap,
	SecretKeyMissing:     addKey("secret"),
	ConfigMapKeyMissing:  addKey("configmap"),
	CrashLoop:            previousLogs,
	InitFailed:           previousLogs,
	OOMKilled:            raiseMemory,
	LivenessFailing:      previousLogs,
	StartupFailing:       previousLogs,
	InitRunning:          currentLogs,
	ReadinessFailing:     currentLogs,
	Unschedulable:        nodes,
	VolumePending:        claims,
	QuotaExceeded:        on("kubectl describe resourcequota"),
	AdmissionDenied:      eventsOf,
	WebhookUnavailable: func(advice) []string {
		return []string{"kubectl get validatingwebhookconfigurations,mutatingwebhookconfigurations"}
	},
	ServiceAccountMissing: createServiceAccount,
	NodeLost:              node,
	Paused: func(a advice) []string {
		return []string{fmt.Sprintf("kubectl rollout resume %s -n %s", a.workload(), a.namespace)}
	},
	DeadlineExceeded:       status,
	PodSandboxFailed:       describe,
	VolumeMountFailed:      describe,
	Evicted:                describe,
	ContainerConfigInvalid: describe,
	ImagePulling:           describe,
}

func (j *judge) nextCommands(k *complaint) []string {
	t := j.next.Target
	a := advice{complaint: k, kind: strings.ToLower(t.Kind), name: t.Name, namespace: t.Namespace, template: t.Template}
	if rule := commands[k.Cause]; rule != nil {
		return rule(a)
	}
	return describe(a)
}

func (a advice) workload() string { return a.kind + "/" + a.name }

func (a advice) on(format string, args ...any) string {
	return fmt.Sprintf(format, args...) + " -n " + a.namespace
}

func on(command string) func(advice) []string {
	return func(a advice) []string { return []string{a.on("%s", command)} }
}

func describe(a advice) []string { return []string{a.on("kubectl describe pod %s", a.Exemplar)} }

func correctImage(a advice) []string {
	return append([]string{a.on("kubectl app set image %s %s=IMAGE", a.workload(), a.Container)}, describe(a)...)
}

func pullSecret(a advice) []string {
	secret := "PULL-SECRET"
	if a.template != nil && len(a.template.Spec.ImagePullSecrets) > 0 {
		secret = a.template.Spec.ImagePullSecrets[0].Name
	}
	return append([]string{
		a.on("kubectl create secret docker-registry %s --docker-server=REGISTRY --docker-username=USER --docker-password=PASSWORD", secret),
	}, correctImage(a)...)
}

func editContainer(a advice) []string {
	return append([]string{a.on("kubectl edit %s", a.workload())}, describe(a)...)
}

func createSecret(a advice) []string {
	return []string{a.on("kubectl create secret generic %s%s", a.subject, literals(a.keysOf(a.subject, true)))}
}

func createConfigMap(a advice) []string {
	return []string{a.on("kubectl create configmap %s%s", a.subject, literals(a.keysOf(a.subject, false)))}
}

func literals(keys []string) string {
	if len(keys) == 0 {
		keys = []string{"KEY"}
	}
	var b strings.Builder
	for _, k := range keys {
		b.WriteString(" --from-literal=" + k + "=VALUE")
	}
	return b.String()
}

// keysOf are the keys that the template's variables take from an object.
func (a advice) keysOf(name string, secret bool) []string {
	if a.template == nil {
		return nil
	}
	var keys []string
	seen := map[string]bool{}
	spec := &a.template.Spec
	for _, all := range [][]corev1.Container{spec.InitContainers, spec.Containers} {
		for i := range all {
			for _, v := range all[i].Env {
				if key := keyFrom(v.ValueFrom, name, secret); key != "" && !seen[key] {
					seen[key] = true
					keys = append(keys, key)
				}
			}
		}
	}
	return keys
}

func keyFrom(s *corev1.EnvVarSource, name string, secret bool) string {
	switch {
	case s == nil:
		return ""
	case secret && s.SecretKeyRef != nil && s.SecretKeyRef.Name == name:
		return s.SecretKeyRef.Key
	case !secret && s.ConfigMapKeyRef != nil && s.ConfigMapKeyRef.Name == name:
		return s.ConfigMapKeyRef.Key
	}
	return ""
}

func addKey(kind string) func(advice) []string {
	return func(a advice) []string {
		name := a.ownerOfKey(a.subject, kind == "secret")
		return []string{a.on("kubectl describe %s %s", kind, name), a.on("kubectl edit %s %s", kind, name)}
	}
}

// ownerOfKey finds the object that a variable of the template takes the key from.
func (a advice) ownerOfKey(key string, secret bool) string {
	if a.template == nil {
		return "NAME"
	}
	spec := &a.template.Spec
	for _, all := range [][]corev1.Container{spec.InitContainers, spec.Containers} {
		for i := range all {
			for _, v := range all[i].Env {
				switch s := v.ValueFrom; {
				case s == nil:
				case secret && s.SecretKeyRef != nil && s.SecretKeyRef.Key == key:
					return s.SecretKeyRef.Name
				case !secret && s.ConfigMapKeyRef != nil && s.ConfigMapKeyRef.Key == key:
					return s.ConfigMapKeyRef.Name
				}
			}
		}
	}
	return a.volumeWithKey(key, secret)
}

func (a advice) volumeWithKey(key string, secret bool) string {
	for _, v := range a.template.Spec.Volumes {
		switch {
		case secret && v.Secret != nil && hasKey(v.Secret.Items, key):
			return v.Secret.SecretName
		case !secret && v.ConfigMap != nil && hasKey(v.ConfigMap.Items, key):
			return v.ConfigMap.Name
		}
	}
	return "NAME"
}

func hasKey(items []corev1.KeyToPath, key string) bool {
	for _, i := range items {
		if i.Key == key {
			return true
		}
	}
	return false
}

func previousLogs(a advice) []string {
	return append([]string{a.on("kubectl logs %s -c %s --previous", a.Exemplar, a.Container)}, describe(a)...)
}

func currentLogs(a advice) []string {
	if a.Container == "" {
		return describe(a)
	}
	return append([]string{a.on("kubectl logs %s -c %s", a.Exemplar, a.Container)}, describe(a)...)
}

func raiseMemory(a advice) []string {
	return append([]string{a.on("kubectl set resources %s -c %s --limits=memory=MORE", a.workload(), a.Container)}, previousLogs(a)...)
}

func nodes(a advice) []string {
	return append(describe(a), "kubectl describe nodes")
}

func claims(a advice) []string {
	if a.subject == "" {
		return append([]string{a.on("kubectl get pvc")}, describe(a)...)
	}
	return []string{a.on("kubectl describe pvc %s", a.subject), a.on("kubectl get pvc")}
}

func createServiceAccount(a advice) []string {
	name := "NAME"
	if a.template != nil && a.template.Spec.ServiceAccountName != "" {
		name = a.template.Spec.ServiceAccountName
	}
	return []string{a.on("kubectl create serviceaccount %s", name)}
}

func eventsOf(a advice) []string {
	return []string{a.on("kubectl describe replicaset %s", a.Exemplar)}
}

func node(a advice) []string {
	return append([]string{"kubectl get nodes"}, describe(a)...)
}

func status(a advice) []string {
	return []string{a.on("kubectl app rollout status %s", a.workload()), a.on("kubectl describe %s", a.workload())}
}
