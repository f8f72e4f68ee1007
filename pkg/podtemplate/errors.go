package podtemplate

import (
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// PlanError says why a template can't be edited as it was asked for.
type PlanError struct {
	Workload workload.Ref
	Message  string
	Next     []string
}

func (e *PlanError) Error() string { return e.Message }

func refuse(ref workload.Ref, format string, args ...any) *PlanError {
	return &PlanError{Workload: ref, Message: fmt.Sprintf(format, args...)}
}

// list names several things: "a, b or c".
func list(names []string, last string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " " + last + " " + names[len(names)-1]
}

// isSidecar tells whether an init container runs beside the containers, until the pod ends.
func isSidecar(c *corev1.Container) bool {
	return c.RestartPolicy != nil && *c.RestartPolicy == corev1.ContainerRestartPolicyAlways
}
