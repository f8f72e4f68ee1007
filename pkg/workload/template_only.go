package workload

import (
	"time"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

// The kinds of this file have a pod template and no rollouts: nothing replaces their pods after a change.
// effect says what a change does instead.

var replicaSetKind = &Kind{
	Resource: replicaSets.Resource,
	Short:    []string{"rs"},
	parts: func(o API) parts {
		rs := o.(*appsv1.ReplicaSet)
		return parts{spec: &rs.Spec, template: &rs.Spec.Template, selector: rs.Spec.Selector, replicas: &rs.Spec.Replicas, messages: replicaSets.messages(o)}
	},
	title: "replicaset",
	read: func(o API, w *Workload) {
		rs := o.(*appsv1.ReplicaSet)
		w.readReplicas(rs.Spec.MinReadySeconds, rs.Status.ObservedGeneration, rs.Status.Replicas, rs.Status.ReadyReplicas, rs.Status.AvailableReplicas)
		for _, c := range rs.Status.Conditions {
			w.Conditions = append(w.Conditions, Condition{string(c.Type), string(c.Status), c.Reason, c.Message, c.LastTransitionTime.Time})
		}
	},
	effect:  func(API) string { return "only its new pods get this change" },
	remakes: "which makes a new replicaset and scales this one down",
}

var replicationControllerKind = &Kind{
	Resource: Resource{
		GroupVersionKind: corev1.SchemeGroupVersion.WithKind("ReplicationController"), Plural: "replicationcontrollers",
		Make:     func() API { return &corev1.ReplicationController{} },
		MakeList: func() runtime.Object { return &corev1.ReplicationControllerList{} },
	},
	Short: []string{"rc"},
	parts: func(o API) parts {
		rc := o.(*corev1.ReplicationController)
		p := parts{spec: &rc.Spec, template: rc.Spec.Template, selector: &metav1.LabelSelector{MatchLabels: rc.Spec.Selector}, replicas: &rc.Spec.Replicas}
		if p.template == nil { // only of a file
			rc.Spec.Template = &corev1.PodTemplateSpec{}
			p.template = rc.Spec.Template
		}
		for i := range rc.Status.Conditions {
			p.messages = append(p.messages, &rc.Status.Conditions[i].Message)
		}
		return p
	},
	title: "replicationcontroller",
	read: func(o API, w *Workload) {
		rc := o.(*corev1.ReplicationController)
		w.readReplicas(rc.Spec.MinReadySeconds, rc.Status.ObservedGeneration, rc.Status.Replicas, rc.Status.ReadyReplicas, rc.Status.AvailableReplicas)
		for _, c := range rc.Status.Conditions {
			w.Conditions = append(w.Conditions, Condition{string(c.Type), string(c.Status), c.Reason, c.Message, c.LastTransitionTime.Time})
		}
	},
	effect:  replicaSetKind.effect,
	remakes: "which can set it back",
}

// readReplicas reads the status of a kind whose controller only counts pods.
func (w *Workload) readReplicas(minReady int32, observed int64, total, ready, available int32) {
	w.ObservedGeneration, w.Total, w.Updated, w.Ready, w.Available = observed, total, total, ready, available
	w.Strategy = Strategy{MinReady: time.Duration(minReady) * time.Second, ProgressDeadline: setDeadline, Lenient: true}
}

var jobKind = &Kind{
	Resource: Resource{
		GroupVersionKind: batchv1.SchemeGroupVersion.WithKind("Job"), Plural: "jobs",
		Make:     func() API { return &batchv1.Job{} },
		MakeList: func() runtime.Object { return &batchv1.JobList{} },
	},
	parts: func(o API) parts {
		j := o.(*batchv1.Job)
		p := parts{spec: &j.Spec, template: &j.Spec.Template}
		for i := range j.Status.Conditions {
			p.messages = append(p.messages, &j.Status.Conditions[i].Message)
		}
		return p
	},
	effect:   func(API) string { return "its pods get this change when it is resumed" },
	remakes:  "which makes its next jobs without this change",
	unscaled: "; its field spec.parallelism is how many of its pods run at once",
	// ValidateJobUpdate in k8s.io/kubernetes/pkg/apis/batch/validation.
	fixed: func(o API, after *corev1.PodTemplateSpec) string {
		j := o.(*batchv1.Job)
		suspended := j.Spec.Suspend != nil && *j.Spec.Suspend
		if suspended && sameButResources(&j.Spec.Template, after) {
			return ""
		}
		return "the pod template of a job is immutable; delete the job and create it again with the change"
	},
}

var cronJobKind = &Kind{
	Resource: Resource{
		GroupVersionKind: batchv1.SchemeGroupVersion.WithKind("CronJob"), Plural: "cronjobs",
		Make:     func() API { return &batchv1.CronJob{} },
		MakeList: func() runtime.Object { return &batchv1.CronJobList{} },
	},
	Short:        []string{"cj"},
	unscaled:     "; the field spec.jobTemplate.spec.parallelism is how many pods of one run work at once",
	templatePath: "/spec/jobTemplate/spec/template",
	parts: func(o API) parts {
		cj := o.(*batchv1.CronJob)
		return parts{spec: &cj.Spec, template: &cj.Spec.JobTemplate.Spec.Template}
	},
	effect: func(o API) string {
		if suspend := o.(*batchv1.CronJob).Spec.Suspend; suspend != nil && *suspend {
			return "it is suspended; its next run uses this change"
		}
		return "its next run uses this change"
	},
	remakes: "which can set it back",
}
