package watch

import (
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// The functions below cut an object that has just been decoded, in place, down to what pkg/rollout
// reads. Templates of workloads and revisions stay whole: the engine compares them.

func trimDeployment(d *appsv1.Deployment) {
	trimMeta(&d.ObjectMeta)
	d.Annotations = keepAnnotations(d.Annotations)
}

func trimReplicaSet(rs *appsv1.ReplicaSet) {
	trimMeta(&rs.ObjectMeta)
	rs.Annotations = keepAnnotations(rs.Annotations)
}

func trimEvent(e *corev1.Event) {
	trimMeta(&e.ObjectMeta)
	e.Labels, e.Annotations = nil, nil
}

func trimMeta(m *metav1.ObjectMeta) {
	m.ManagedFields = nil
	m.Finalizers = nil
	m.SelfLink = ""
}

// keepAnnotations leaves out what other tools note on a workload, which may be a whole manifest.
func keepAnnotations(all map[string]string) map[string]string {
	kept := map[string]string{}
	for key, value := range all {
		switch {
		case strings.HasPrefix(key, "deployment.kubernetes.io/"), strings.HasPrefix(key, "kubectl-app.dev/"),
			key == workload.AnnotationChangeCause, key == workload.AnnotationRestartedAt:
			kept[key] = value
		}
	}
	return kept
}

func trimPod(p *corev1.Pod) {
	trimMeta(&p.ObjectMeta)
	p.Annotations, p.GenerateName = nil, ""
	s := &p.Spec
	p.Spec = corev1.PodSpec{
		InitContainers:                trimContainers(s.InitContainers),
		Containers:                    trimContainers(s.Containers),
		RestartPolicy:                 s.RestartPolicy,
		TerminationGracePeriodSeconds: s.TerminationGracePeriodSeconds,
		NodeName:                      s.NodeName,
		ServiceAccountName:            s.ServiceAccountName,
		ReadinessGates:                s.ReadinessGates,
		SchedulingGates:               s.SchedulingGates,
	}
	st := &p.Status
	st.HostIP, st.HostIPs, st.PodIP, st.PodIPs = "", nil, "", nil
	st.ResourceClaimStatuses, st.EphemeralContainerStatuses = nil, nil
	trimStatuses(st.InitContainerStatuses)
	trimStatuses(st.ContainerStatuses)
}

// trimContainers drops what a container is given (environment, mounts), which the template holds too.
func trimContainers(all []corev1.Container) []corev1.Container {
	if len(all) == 0 {
		return nil
	}
	kept := make([]corev1.Container, len(all))
	for i := range all {
		c := &all[i]
		kept[i] = corev1.Container{
			Name: c.Name, Image: c.Image, Command: c.Command, Args: c.Args, Resources: c.Resources,
			LivenessProbe: c.LivenessProbe, ReadinessProbe: c.ReadinessProbe, StartupProbe: c.StartupProbe,
			Lifecycle: c.Lifecycle, RestartPolicy: c.RestartPolicy, Ports: c.Ports,
		}
	}
	return kept
}

func trimStatuses(all []corev1.ContainerStatus) {
	for i := range all {
		c := &all[i]
		c.AllocatedResources, c.Resources, c.VolumeMounts, c.User, c.AllocatedResourcesStatus = nil, nil, nil, nil, nil
	}
}
