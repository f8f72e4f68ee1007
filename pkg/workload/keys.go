package workload

// Labels and annotations, each named once. Those of Kubernetes first, ours below.
const (
	LabelPodTemplateHash      = "pod-template-hash"
	AnnotationRevision        = "deployment.kubernetes.io/revision"
	AnnotationRevisionHistory = "deployment.kubernetes.io/revision-history" // the numbers that it had before
	AnnotationChangeCause     = "kubernetes.io/change-cause"
	AnnotationRestartedAt     = "kubectl.kubernetes.io/restartedAt"
	AnnotationLastApplied     = "kubectl.kubernetes.io/last-applied-configuration"

	// AnnotationVerdict is written on a revision: how its rollout ended. Its value names
	// the revision's hash, since the deployment controller and `kubectl rollout undo` copy annotations
	// between the Deployment and its ReplicaSets. A verdict with another hash is ignored.
	AnnotationVerdict = "kubectl-app.dev/verdict"

	// AnnotationGenerated stands on a Secret or ConfigMap whose name ends with the hash of its content;
	// its value is the name without the hash.
	AnnotationGenerated = "kubectl-app.dev/generated"
	// AnnotationTakenUp is when a release last pointed workloads to such an object that was there already
	// (RFC 3339): until they refer to it, it looks unused.
	AnnotationTakenUp = "kubectl-app.dev/taken-up"
	// AnnotationKeyTimes stands on a Secret or ConfigMap of which we have written some keys at one time and
	// some at another: when each was changed, as JSON.
	AnnotationKeyTimes = "kubectl-app.dev/key-times"
	// AnnotationBeforeZero stands on a workload that was scaled to 0: what it had before, as JSON.
	AnnotationBeforeZero = "kubectl-app.dev/before-zero"
	// AnnotationVoided is when a write that got no answer was made void (RFC 3339): this annotation gives the object
	// another resourceVersion, with which the write conflicts if it arrives late.
	AnnotationVoided = "kubectl-app.dev/voided-write"
)
