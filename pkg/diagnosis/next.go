package diagnosis

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// advise adds commands to each finding, the most useful first.
func (d *Diagnosis) advise() {
	for i := range d.Problems {
		d.Problems[i].Next = d.nextCommands(&d.Problems[i])
	}
}

// advice is the input of the rules for commands.
type advice struct {
	*Problem
	kind, name, namespace string
	template              *corev1.PodTemplateSpec
	maker                 string // the kind that makes the pods
	restarts              bool   // rollout restart works on the kind
}

// commands maps causes to commands. Other causes get a description of the exemplar.
var commands = map[Cause]func(advice) []string{
	ImageNotFound:        correctImage,
	ImageNameInvalid:     correctImage,
	ImageUnauthorized:    pullSecret,
	ImagePullFailed:      onNode,
	ExecFormat:           correctImage,
	CommandNotFound:      editCommand,
	ContainerStartFailed: startAgain,
	RejectedByKubelet:    onNode,
	PodSandboxFailed:     onNode,
	VolumeMountFailed:    claims,
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
		return []string{fmt.Sprintf("kubectl app rollout resume %s -n %s", a.workload(), a.namespace)}
	},
	StuckTerminating: stuckTerminating,
	BlockedByPod: func(a advice) []string {
		if a.Subject == "" { // this command deletes it
			return describe(a)
		}
		return []string{a.on("kubectl delete pod %s", a.Subject), describe(a)[0]}
	},
	OnDelete: oldPods,
	NoMatchingNode: func(a advice) []string {
		return []string{"kubectl get nodes --show-labels", a.on("kubectl get %s -o yaml", a.workload())}
	},
	DeadlineExceeded: func(a advice) []string { return []string{a.on("kubectl describe %s", a.workload())} },
}

func (d *Diagnosis) nextCommands(p *Problem) []string {
	w := d.in.Workload
	a := advice{Problem: p, kind: strings.ToLower(w.Kind), name: w.Name, namespace: w.Namespace, template: &w.Template, maker: makerOf(w)}
	if k := workload.KindNamed(w.Kind); k != nil {
		a.restarts = k.Releasable()
	}
	rule := commands[p.Cause]
	if rule == nil {
		rule = describe
	}
	all := rule(a)
	if slices.Contains(d.in.Forbidden, forbiddenLogs) {
		all = slices.DeleteFunc(all, func(command string) bool { return strings.HasPrefix(command, "kubectl logs ") })
	}
	if p.exemplar != nil && p.exemplar.pod != nil && !d.stillThere(p.exemplar.pod.UID) {
		// The pod is gone, as evicted ones soon are.
		all = slices.DeleteFunc(all, func(command string) bool { return strings.Contains(command, " "+a.Exemplar+" ") })
	}
	if len(all) == 0 {
		return []string{a.on("kubectl describe %s", a.workload())}
	}
	return all
}

// makerOf is the kind of object whose controller makes the pods of a workload.
func makerOf(w *workload.Workload) string {
	if k := workload.KindNamed(w.Kind); k != nil {
		return k.Maker()
	}
	return w.Kind
}

func (d *Diagnosis) stillThere(uid types.UID) bool {
	return slices.ContainsFunc(d.in.Pods, func(p *corev1.Pod) bool { return p.UID == uid && p.DeletionTimestamp == nil })
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

// editCommand edits the template if it names the command; else the command is in the image.
func editCommand(a advice) []string {
	if c := a.spec(); c != nil && namesCommand(c, a.Message) {
		return append([]string{a.on("kubectl edit %s", a.workload())}, describe(a)...)
	}
	return correctImage(a)
}

// startAgain corrects a command that may not be executed; all else that keeps a container from its start is the node's.
func startAgain(a advice) []string {
	if mayNotExecute(a.spec(), a.Message) {
		return editCommand(a)
	}
	return onNode(a)
}

// oldPods has one pod deleted, and lists the others: which of them, and when, is up to a person.
func oldPods(a advice) []string {
	all := []string{a.on("kubectl delete pod %s", a.Exemplar)}
	if a.Subject != "" {
		all = append(all, a.on("kubectl get pods -l '%s'", a.Subject))
	}
	return all
}

// spec is the container that a cause is about, as the template has it.
func (a advice) spec() *corev1.Container {
	if a.template == nil {
		return nil
	}
	spec := &a.template.Spec
	for _, all := range [][]corev1.Container{spec.InitContainers, spec.Containers} {
		for i := range all {
			if all[i].Name == a.Container {
				return &all[i]
			}
		}
	}
	return nil
}

// onNode describes the pod and its node: no change of the template helps.
func onNode(a advice) []string {
	if a.exemplar == nil || a.exemplar.pod == nil || a.exemplar.pod.Spec.NodeName == "" {
		return describe(a)
	}
	return append(describe(a), "kubectl describe node "+a.exemplar.pod.Spec.NodeName)
}

func previousLogs(a advice) []string {
	if a.exemplar != nil && a.exemplar.pod != nil && Ended(a.exemplar.pod) { // it has no later run
		return currentLogs(a)
	}
	return append([]string{a.on("kubectl logs %s -c %s --previous", a.Exemplar, a.Container)}, describe(a)...)
}

func currentLogs(a advice) []string {
	if a.Container == "" {
		return describe(a)
	}
	return append([]string{a.on("kubectl logs %s -c %s", a.Exemplar, a.Container)}, describe(a)...)
}

func raiseMemory(a advice) []string {
	return append([]string{a.on("kubectl app set resources %s -c %s --limits=memory=MORE", a.workload(), a.Container)}, previousLogs(a)...)
}

func nodes(a advice) []string {
	return append(describe(a), "kubectl describe nodes")
}

func claims(a advice) []string {
	switch {
	case a.Subject != "":
		return append([]string{a.on("kubectl describe pvc %s", a.Subject)}, describe(a)...)
	case a.Cause == VolumePending:
		return append([]string{a.on("kubectl get pvc")}, describe(a)...)
	}
	return onNode(a)
}

// eventsOf describes the object that has the events about the creation of pods: the revision, or the workload itself.
func eventsOf(a advice) []string {
	if workload.HistoryNamed(a.maker) != nil {
		return []string{a.on("kubectl describe %s %s", strings.ToLower(a.maker), a.Exemplar)}
	}
	return []string{a.on("kubectl describe %s", a.workload())}
}

func stuckTerminating(a advice) []string {
	if a.Subject != "" {
		return append([]string{"kubectl get node " + a.Subject}, describe(a)...)
	}
	return []string{a.on("kubectl get pod %s -o jsonpath={.metadata.finalizers}", a.Exemplar), describe(a)[0]}
}

func node(a advice) []string {
	if a.exemplar != nil && a.exemplar.pod != nil && a.exemplar.pod.Spec.NodeName != "" {
		return append([]string{"kubectl app why node/" + a.exemplar.pod.Spec.NodeName}, describe(a)...)
	}
	return append([]string{"kubectl get nodes"}, describe(a)...)
}
