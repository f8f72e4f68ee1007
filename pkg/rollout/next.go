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

func editContainer(a advice) []string {
	return append([]string{a.on("kubectl edit %s", a.workload())}, describe(a)...)
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

func eventsOf(a advice) []string {
	return []string{a.on("kubectl describe replicaset %s", a.Exemplar)}
}

func node(a advice) []string {
	return append([]string{"kubectl get nodes"}, describe(a)...)
}

func status(a advice) []string {
	return []string{a.on("kubectl app rollout status %s", a.workload()), a.on("kubectl describe %s", a.workload())}
}
