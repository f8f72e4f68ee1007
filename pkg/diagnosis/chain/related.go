package chain

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/duration"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Related is an object that a cause points to, as it was read.
type Related struct {
	// Object is nil where it is absent, or where only its keys matter.
	Object runtime.Object
	// Keys of a Secret or ConfigMap.
	Keys []string
	// Absent: it is not there. Unread: it may not be read.
	Absent, Unread bool
}

// The kinds of related objects without a row in the table of kinds.
const (
	kindNode      = "Node"
	kindQuota     = "ResourceQuota"
	kindNamespace = "Namespace"
	kindClass     = "StorageClass"
	kindDriver    = "CSIDriver"
	kindPod       = "Pod"
)

// ofNode are the causes that lie with the pod's node, or may.
var ofNode = map[diagnosis.Cause]bool{
	diagnosis.NodeLost: true, diagnosis.PodSandboxFailed: true, diagnosis.VolumeMountFailed: true, diagnosis.Evicted: true,
	diagnosis.RejectedByKubelet: true, diagnosis.ContainerStartFailed: true, diagnosis.ImagePullFailed: true, diagnosis.StuckTerminating: true,
}

var configKinds = map[diagnosis.Cause]workload.ReferenceKind{
	diagnosis.SecretMissing: workload.SecretReference, diagnosis.SecretKeyMissing: workload.SecretReference,
	diagnosis.ConfigMapMissing: workload.ConfigMapReference, diagnosis.ConfigMapKeyMissing: workload.ConfigMapReference,
	diagnosis.ServiceAccountMissing: workload.ServiceAccountReference, diagnosis.VolumePending: workload.ClaimReference,
}

var quotaNamed = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?:exceeded|insufficient) quota: ([a-z0-9.-]+)`) })

const beingTerminated = "because it is being terminated"

// about names the object that a problem points to; the zero Ref where it is the pod or the template itself.
func (l *look) about(p *diagnosis.Problem) workload.Ref {
	namespace := l.in.Workload.Namespace
	switch {
	case strings.Contains(p.Message, beingTerminated):
		return workload.Ref{Kind: kindNamespace, Name: namespace}
	case p.Cause == diagnosis.QuotaExceeded:
		if m := quotaNamed().FindStringSubmatch(p.Message); m != nil {
			return workload.Ref{Kind: kindQuota, Namespace: namespace, Name: m[1]}
		}
	case configKinds[p.Cause] != "":
		if name := l.configName(p); name != "" {
			return workload.Ref{Kind: string(configKinds[p.Cause]), Namespace: namespace, Name: name}
		}
	case ofNode[p.Cause]:
		if name := l.nodeOf(p.Exemplar); name != "" {
			return workload.Ref{Kind: kindNode, Name: name}
		}
	}
	return workload.Ref{}
}

// configName is the object that is missing, or that lacks a key.
func (l *look) configName(p *diagnosis.Problem) string {
	switch p.Cause {
	case diagnosis.SecretKeyMissing, diagnosis.ConfigMapKeyMissing:
		return p.Owner
	case diagnosis.ServiceAccountMissing:
		return l.in.Workload.Template.Spec.ServiceAccountName
	}
	return p.Subject
}

func (l *look) nodeOf(pod string) string {
	for _, p := range l.in.Pods {
		if p.Name == pod {
			return p.Spec.NodeName
		}
	}
	return ""
}

// step describes a related object; ok is false where it explains nothing.
func (r Related) step(ref workload.Ref, p *diagnosis.Problem, now time.Time) (Step, bool) {
	s := Step{Object: ref}
	switch {
	case r.Unread:
		return s, false
	case r.Absent:
		s.Says = "does not exist"
		return s, true
	case p.Cause == diagnosis.SecretKeyMissing, p.Cause == diagnosis.ConfigMapKeyMissing:
		if slices.Contains(r.Keys, p.Subject) {
			return s, false
		}
		s.Field, s.Says = "data", fmt.Sprintf("has no key %q", p.Subject)
		if len(r.Keys) > 0 {
			s.Says += "; it has " + strings.Join(r.Keys[:min(8, len(r.Keys))], ", ")
		}
		return s, true
	}
	switch o := r.Object.(type) {
	case *corev1.Node:
		return nodeStep(s, o, now)
	case *corev1.ResourceQuota:
		return quotaStep(s, o, p.Message)
	case *corev1.Namespace:
		s.Field, s.Says = "status.phase", "is being deleted: nothing new can be created in it"
		return s, o.DeletionTimestamp != nil
	case *corev1.PersistentVolumeClaim:
		s.Field, s.Says = "status.phase", "is "+string(o.Status.Phase)
		return s, o.Status.Phase != corev1.ClaimBound
	}
	return s, false
}

// quotaStep lists what is used up of the resources that the message names.
func quotaStep(s Step, q *corev1.ResourceQuota, message string) (Step, bool) {
	var full []string
	for name, hard := range q.Status.Hard {
		if used := q.Status.Used[name]; strings.Contains(message, string(name)+"=") {
			full = append(full, fmt.Sprintf("%s of %s %s", used.String(), hard.String(), name))
		}
	}
	slices.Sort(full)
	s.Field, s.Says = "status.used", "has used "+strings.Join(full, ", ")
	return s, len(full) > 0
}

// nodeStep names what is wrong with a node, by its conditions.
func nodeStep(s Step, n *corev1.Node, now time.Time) (Step, bool) {
	c := sickCondition(n)
	if c == nil {
		return s, false
	}
	s.Field, s.Message = fmt.Sprintf("status.conditions[%s]", c.Type), c.Message
	s.Says = fmt.Sprintf("%s is %s%s", c.Type, c.Status, forTime(c.LastTransitionTime.Time, now))
	return s, true
}

// sickCondition is Ready if it is not True, or another condition that says that something is wrong.
func sickCondition(n *corev1.Node) *corev1.NodeCondition {
	var found *corev1.NodeCondition
	for i := range n.Status.Conditions {
		c := &n.Status.Conditions[i]
		switch {
		case c.Type == corev1.NodeReady && c.Status != corev1.ConditionTrue:
			return c
		case found == nil && wrong(c):
			found = c
		}
	}
	return found
}

// faults are the ends of conditions that are bad news when True: those of the kubelet, the cloud's controllers, the node
// problem detector and AKS.
var faults = []string{"Pressure", "NetworkUnavailable", "Problem", "Deadlock", "Unhealthy", "Restart", "ReadonlyFilesystem", "CorruptDockerOverlay2", "FrequentUnregisterNetDevice"}

// wrong tells whether a condition is bad news. Some are good news when True: EtcdIsVoter (k3s, RKE2) and those that end in
// Ready (EKS). What an unknown one means is not known.
func wrong(c *corev1.NodeCondition) bool {
	name := string(c.Type)
	if strings.HasSuffix(name, "Ready") {
		return c.Status == corev1.ConditionFalse
	}
	return c.Status == corev1.ConditionTrue && slices.ContainsFunc(faults, func(end string) bool { return strings.HasSuffix(name, end) })
}

// forTime is " for 4m", or nothing where that is not known.
func forTime(since, now time.Time) string {
	if since.IsZero() {
		return ""
	}
	return " for " + duration.HumanDuration(max(now.Sub(since), 0))
}
