package watch

import (
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// The functions below cut an object that has just been decoded, in place, down to what pkg/diagnosis and pkg/rollout
// reads. The templates of workloads and revisions stay whole, since the engine compares them, and so
// do their annotations, which an undo restores, but for the one that is a copy of the whole object.

// Trimmer trims the objects of one stream, or of one list.
type Trimmer struct{ kin siblings }

// NewTrimmer makes a Trimmer.
func NewTrimmer() Trimmer { return Trimmer{siblings{}} }

// Trim cuts a workload, a revision, or a pod of which the template is known from elsewhere.
func (t Trimmer) Trim(o workload.API) {
	pod, ok := o.(*corev1.Pod)
	if !ok {
		trimRevision(o)
		return
	}
	trimPod(pod)
	t.kin.share(pod)
}

func trimWorkload(o workload.API) {
	managers := workload.SpecManagers(o.GetManagedFields())
	trimRevision(o)
	o.SetManagedFields(managers) // tell who changed the template or the replicas
}

func trimRevision(o workload.API) {
	o.SetManagedFields(nil)
	o.SetFinalizers(nil)
	delete(o.GetAnnotations(), workload.AnnotationLastApplied)
}

func trimEvent(e *corev1.Event) {
	trimMeta(&e.ObjectMeta)
	e.Labels, e.Annotations = nil, nil
}

func trimClaim(c *corev1.PersistentVolumeClaim) {
	trimMeta(&c.ObjectMeta)
	c.Labels = nil
	maps.DeleteFunc(c.Annotations, func(name, _ string) bool { return !strings.HasPrefix(name, "volume.") })
	c.Spec = corev1.PersistentVolumeClaimSpec{
		AccessModes: c.Spec.AccessModes, StorageClassName: c.Spec.StorageClassName, VolumeName: c.Spec.VolumeName,
	}
	c.Status = corev1.PersistentVolumeClaimStatus{Phase: c.Status.Phase}
}

func trimMeta(m *metav1.ObjectMeta) {
	m.ManagedFields = nil
	m.Finalizers = nil
}

func trimPod(p *corev1.Pod) {
	finalizers := p.Finalizers
	trimMeta(&p.ObjectMeta)
	if p.DeletionTimestamp != nil {
		p.Finalizers = finalizers // tell why it stays
	}
	p.Annotations, p.GenerateName = nil, ""
	p.Namespace = one(p.Namespace)
	s := &p.Spec
	p.Spec = corev1.PodSpec{
		Volumes:                       claims(s.Volumes),
		InitContainers:                trimContainers(s.InitContainers),
		Containers:                    trimContainers(s.Containers),
		RestartPolicy:                 one(s.RestartPolicy),
		TerminationGracePeriodSeconds: s.TerminationGracePeriodSeconds,
		NodeName:                      one(s.NodeName),
		ServiceAccountName:            one(s.ServiceAccountName),
		ReadinessGates:                s.ReadinessGates,
		SchedulingGates:               s.SchedulingGates,
	}
	st := &p.Status
	p.Status = corev1.PodStatus{
		ObservedGeneration:    st.ObservedGeneration,
		Phase:                 one(st.Phase),
		Conditions:            trimConditions(st.Conditions),
		Message:               st.Message,
		Reason:                one(st.Reason),
		NominatedNodeName:     one(st.NominatedNodeName),
		StartTime:             st.StartTime,
		InitContainerStatuses: st.InitContainerStatuses,
		ContainerStatuses:     st.ContainerStatuses,
	}
	trimStatuses(st.InitContainerStatuses)
	trimStatuses(st.ContainerStatuses)
}

// claims are the volumes that are claims.
func claims(all []corev1.Volume) (kept []corev1.Volume) {
	for _, v := range all {
		if v.PersistentVolumeClaim != nil || v.Ephemeral != nil {
			kept = append(kept, v)
		}
	}
	return kept
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
			Name: one(c.Name), Image: one(c.Image), Command: c.Command, Args: c.Args, Resources: c.Resources,
			LivenessProbe: c.LivenessProbe, ReadinessProbe: c.ReadinessProbe, StartupProbe: c.StartupProbe,
			Lifecycle: c.Lifecycle, RestartPolicy: c.RestartPolicy, Ports: c.Ports,
		}
	}
	return kept
}

// trimConditions leaves out what says no more than another condition does. Once the pod is ready, as most pods are, it has
// what it needs to start its containers.
func trimConditions(all []corev1.PodCondition) []corev1.PodCondition {
	ready := slices.ContainsFunc(all, func(c corev1.PodCondition) bool {
		return c.Type == corev1.PodReady && c.Status == corev1.ConditionTrue
	})
	// The node controller gives no reason, and the containers of the pod stay ready.
	lost := slices.ContainsFunc(all, func(c corev1.PodCondition) bool {
		return c.Type == corev1.PodReady && c.Status == corev1.ConditionFalse && c.Reason == ""
	})
	kept := slices.Clip(slices.DeleteFunc(all, func(c corev1.PodCondition) bool {
		return c.Type == corev1.PodInitialized || c.Type == corev1.ContainersReady && (!lost || c.Status != corev1.ConditionTrue) ||
			ready && c.Status == corev1.ConditionTrue && c.Type == corev1.PodReadyToStartContainers
	}))
	if len(kept) < len(all) { // the rest of the array would stay with it
		kept = slices.Clone(kept)
	}
	for i := range kept {
		c := &kept[i]
		c.Type, c.Status, c.Reason = one(c.Type), one(c.Status), one(c.Reason)
	}
	return kept
}

func trimStatuses(all []corev1.ContainerStatus) {
	for i := range all {
		c := &all[i]
		all[i] = corev1.ContainerStatus{
			Name: one(c.Name), Image: one(c.Image), State: c.State, LastTerminationState: c.LastTerminationState,
			Ready: c.Ready, RestartCount: c.RestartCount, Started: c.Started,
		}
		for _, t := range []*corev1.ContainerStateTerminated{c.State.Terminated, c.LastTerminationState.Terminated} {
			if t != nil {
				t.ContainerID = ""
			}
		}
	}
}
