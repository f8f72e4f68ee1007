package diagnosis

import (
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"
)

// What the claims of a pod tell where the pod, and often the scheduler, says nothing.
func TestClaimsExplain(t *testing.T) {
	const (
		unplaced = `{spec: {nodeName: ""}, status: {phase: Pending, nominatedNodeName: node-1}}`
		timedOut = `{spec: {nodeName: ""}, status: {phase: Pending, conditions: [{type: PodScheduled, status: "False", reason: SchedulerError, message: "running PreBind plugin \"VolumeBinding\": binding volumes: timed out waiting for the condition"}]}}`
		creating = `{status: {phase: Pending, conditions: [{type: PodReadyToStartContainers, status: "False"}], containerStatuses: [{name: web, state: {waiting: {reason: ContainerCreating}}}]}}`
		pending  = `{metadata: {name: data}, spec: {storageClassName: fast, accessModes: [ReadWriteOnce]}, status: {phase: Pending}}`
		bound    = `{metadata: {name: data}, spec: {storageClassName: fast, accessModes: [ReadWriteOnce]}, status: {phase: Bound}}`
		selected = `{metadata: {name: data, annotations: {volume.kubernetes.io/selected-node: node-1, volume.kubernetes.io/storage-provisioner: csi.example.com}}, status: {phase: Pending}}`
		waits    = `[{reason: ExternalProvisioning, message: "Waiting for a volume to be created by the external provisioner 'csi.example.com'", involvedObject: {uid: c, kind: PersistentVolumeClaim, name: data}}]`
		old      = `{metadata: {name: web-old-1}, spec: {nodeName: node-2}, status: {phase: Running}}`
	)
	tests := []struct {
		name, pod, claim, events, other string
		cause                           Cause
		message, next                   string
	}{
		{"the scheduler is silent, the claim's event tells", unplaced, "", waits, "", VolumePending, "claim data: Waiting for a volume to be created by the external provisioner 'csi.example.com'", "kubectl describe pvc data -n shop"},
		{"the scheduler is silent, the claim tells", unplaced, pending, "", "", VolumePending, "claim data is Pending (StorageClass fast)", "kubectl describe pvc data -n shop"},
		{"no provisioner takes it up, and the event is gone", unplaced, selected, "", "", VolumePending, "claim data is Pending, waiting for csi.example.com to make a volume for node node-1", "kubectl describe pvc data -n shop"},
		{"the scheduler gave up binding", timedOut, pending, waits, "", VolumePending, "'csi.example.com'", "kubectl describe pvc data -n shop"},
		{"the claim is bound: its events are of the past", unplaced, bound, waits, "", Unschedulable, "the scheduler has chosen node node-1, and has not bound the pod to it", ""},
		{"the volume is in use on another node", creating, bound, "", old, VolumeMountFailed, "claim data is ReadWriteOnce, and pod web-old-1 on node node-2 uses it, too", "kubectl describe pvc data -n shop"},
		{"nothing but the condition tells", creating, bound, "", "", PodSandboxFailed, "PodReadyToStartContainers is False on node node-1", "kubectl describe pod web-1 -n shop"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := watch(t, 1, FailFastOff)
			d := w.Workload
			d.Template.Spec.Volumes = []corev1.Volume{{Name: "v", VolumeSource: corev1.VolumeSource{
				PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{ClaimName: "data"},
			}}}
			w.Revisions[1].Template = d.Template
			w.Revisions[0].Template.Spec.Volumes = d.Template.Spec.Volumes
			w.pods(podFrom(t, tt.pod)).after(0)
			if tt.other != "" {
				other := podFrom(t, tt.other)
				other.OwnerReferences[0].UID = "old"
				w.Pods = append(w.Pods, other)
			}
			if tt.claim != "" {
				claim := &corev1.PersistentVolumeClaim{}
				if err := yaml.UnmarshalStrict([]byte(tt.claim), claim); err != nil {
					t.Fatal(err)
				}
				w.Claims = append(w.Claims, claim)
			}
			w.after(3 * time.Second)
			w.Events = eventsFrom(t, tt.events)
			w.after(10 * time.Second)
			if got := w.last.Wants.Claims[shop]; len(got) != 1 || got[0] != "data" {
				t.Errorf("wants claims %q", got)
			}
			if tt.cause == VolumeMountFailed || tt.cause == PodSandboxFailed { // most sandboxes take some seconds
				if f := w.last.Findings(); len(f) > 0 {
					t.Errorf("blames %s without evidence: %s", f[0].Cause, f[0].Message)
				}
			}
			f := w.after(silentTime).first()
			if f.Cause != tt.cause || f.Grade != Waiting || !strings.Contains(f.Message, tt.message) || tt.next != "" && f.Next[0] != tt.next {
				t.Errorf("%s/%s, message %q, next %q", f.Cause, f.Grade, f.Message, f.Next)
			}
		})
	}
}

// A volume of its own for each pod has a claim that is named after the pod.
func TestClaimNames(t *testing.T) {
	template := &corev1.PodTemplateSpec{Spec: corev1.PodSpec{Volumes: []corev1.Volume{
		{Name: "scratch", VolumeSource: corev1.VolumeSource{Ephemeral: &corev1.EphemeralVolumeSource{}}},
		{Name: "cfg", VolumeSource: corev1.VolumeSource{ConfigMap: &corev1.ConfigMapVolumeSource{}}},
	}}}
	if got := claimNames(template, ownedPod("new", "web-1")); len(got) != 1 || got[0] != "web-1-scratch" {
		t.Errorf("%q", got)
	}
}

// A selector that no node has is named as the template writes it.
func TestAskedSelector(t *testing.T) {
	c := &evidence{template: &corev1.PodTemplateSpec{Spec: corev1.PodSpec{NodeSelector: map[string]string{"disk": "ssd"}}}}
	if got := c.asked(ownedPod("new", "web-1"), "3 node(s) didn't match pod's node affinity/selector"); got != "; the pod asks for node label disk=ssd" {
		t.Errorf("%q", got)
	}
}
