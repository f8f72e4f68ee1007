package lifecycle

import (
	"strconv"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
)

// Annotations of a pod. Each holds for all its containers, or with .CONTAINER
// after its name for one.
const (
	// AnnotationBehavior holds the words that a tag could say, and replaces them. On a Node it
	// adds to those of each pod that comes there.
	AnnotationBehavior = "lab.kubectl-app.dev/behavior"
	// AnnotationLog is what the program prints, beside its first line.
	AnnotationLog = "lab.kubectl-app.dev/log"
	// AnnotationMessage is the termination message.
	AnnotationMessage = "lab.kubectl-app.dev/termination-message"
	// AnnotationExitCode is the exit code of a program that ends badly.
	AnnotationExitCode = "lab.kubectl-app.dev/exit-code"
	// AnnotationCPU and AnnotationMemory are the usage, as quantities.
	AnnotationCPU    = "lab.kubectl-app.dev/cpu"
	AnnotationMemory = "lab.kubectl-app.dev/memory"
)

// annotation is the value for one container, or the pod's.
func annotation(pod *corev1.Pod, key, container string) (string, bool) {
	if value, ok := pod.Annotations[key+"."+container]; ok {
		return value, true
	}
	value, ok := pod.Annotations[key]
	return value, ok
}

// exitCode is the annotated code, if it is one that a process can have.
func exitCode(pod *corev1.Pod, container string, otherwise int32) int32 {
	text, ok := annotation(pod, AnnotationExitCode, container)
	if !ok {
		return otherwise
	}
	code, err := strconv.ParseInt(text, 10, 32)
	if err != nil || code < 0 || code > 255 {
		return otherwise
	}
	return int32(code)
}

// Usage is what a container takes of its node at this moment.
type Usage struct {
	CPU    resource.Quantity
	Memory resource.Quantity
}

// usageOf reads the annotations of a container. The pod's own are shared out
// evenly among its containers, so that the pod's sum is what was written.
// Without any, a container takes a tenth of the CPU and half of the memory that
// it requests.
func usageOf(pod *corev1.Pod, c *corev1.Container) Usage {
	n := int64(max(len(pod.Spec.Containers), 1))
	one := func(key string, otherwise int64) int64 {
		if q, err := resource.ParseQuantity(pod.Annotations[key+"."+c.Name]); err == nil {
			return q.MilliValue()
		}
		if q, err := resource.ParseQuantity(pod.Annotations[key]); err == nil {
			return q.MilliValue() / n
		}
		return otherwise
	}
	cpu := one(AnnotationCPU, orDefaultInt(c.Resources.Requests.Cpu().MilliValue()/10, 1))
	memory := one(AnnotationMemory, orDefaultInt(c.Resources.Requests.Memory().MilliValue()/2, 8<<20*1000))
	return Usage{
		CPU:    *resource.NewMilliQuantity(cpu, resource.DecimalSI),
		Memory: *resource.NewQuantity(memory/1000, resource.BinarySI),
	}
}

func orDefaultInt(value, otherwise int64) int64 {
	if value > 0 {
		return value
	}
	return otherwise
}

// A Running is a container that runs.
type Running struct {
	Name, ID string
	Started  time.Time
	Usage
}

// Running lists the containers that run, with what they use by the annotations of the pod, which may be newer than the
// machine's.
func (m *Machine) Running(pod *corev1.Pod) []Running {
	var all []Running
	for _, u := range m.units() {
		if i := m.runtime.latest(u.Name); i != nil && i.state == stateRunning {
			all = append(all, Running{u.Name, i.id, i.started, usageOf(pod, u.Container)})
		}
	}
	return all
}
