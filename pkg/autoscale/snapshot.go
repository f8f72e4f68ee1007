package autoscale

import (
	"time"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
)

// Snapshot is what the controller knows when it computes the replicas of a target.
type Snapshot struct {
	Autoscaler *autoscalingv2.HorizontalPodAutoscaler
	Now        time.Time
	// Replicas is the number that is set, and Running the number of pods that the target reports: spec.replicas and
	// status.replicas of its scale.
	Replicas, Running int32
	// Gone: there is no target. Remembered is the number that a target had before it was scaled to 0, if it is to get it again.
	Gone       bool
	Remembered int32
	// Pods are those that its selector selects, and Usage what they use.
	Pods  []*corev1.Pod
	Usage []PodMetrics
	// UsageError is why there is no usage, in the words of the API; "" if there is.
	UsageError string
	// Values are those of metrics that are not of a resource, by MetricName.
	Values     map[string]Values
	Controller Controller
	// Memory is what the controller remembers; nil if nobody knows.
	Memory *Memory
}

// Values are those of one metric, in thousandths.
type Values struct {
	// Pods has the value of each pod, for a pods metric; Whole is the value of an object, or the sum of an external metric.
	Pods  map[string]int64
	Whole int64
	// Error is why there is no value; "" if there is.
	Error string
}

// Controller are the flags of kube-controller-manager that the computation depends on.
// Source: https://kubernetes.io/docs/reference/command-line-tools-reference/kube-controller-manager/, --horizontal-pod-autoscaler-….
type Controller struct {
	Tolerance float64
	// CPUInitialization is how long after its start the cpu of a pod may not count, ReadinessDelay how long after its start a
	// pod that is not ready has never been ready.
	CPUInitialization, ReadinessDelay time.Duration
	// DownscaleStabilization is the window of an autoscaler that has none of its own.
	DownscaleStabilization time.Duration
	SyncPeriod             time.Duration
}

// DefaultController has the defaults of Kubernetes.
func DefaultController() Controller {
	return Controller{
		Tolerance: 0.1, CPUInitialization: 5 * time.Minute, ReadinessDelay: 30 * time.Second,
		DownscaleStabilization: 5 * time.Minute, SyncPeriod: 15 * time.Second,
	}
}

// Memory is what the controller keeps in its own memory: it is lost when the controller restarts, and no API shows it.
type Memory struct {
	// Recommendations are the numbers that it computed, before they were limited.
	Recommendations []Recommendation
	// Added and Removed are the changes that it made.
	Added, Removed []ScaleEvent
}

// Recommendation is a number that was computed.
type Recommendation struct {
	Replicas int32
	Time     time.Time
}

// ScaleEvent is a change of the replicas; Change is above 0.
type ScaleEvent struct {
	Change int32
	Time   time.Time
}

// tolerances are those of an autoscaler. A direction without one has that of the controller.
// Source: KEP-4951.
func (s *Snapshot) tolerances() (up, down float64) {
	t := toleranceOf(s.Autoscaler.Spec.Behavior)
	up, down = s.Controller.Tolerance, s.Controller.Tolerance
	if t.Up != nil {
		up = t.Up.AsApproximateFloat64()
	}
	if t.Down != nil {
		down = t.Down.AsApproximateFloat64()
	}
	return up, down
}

// within tells whether a ratio is too near to 1 for a change of the replicas.
// Source: https://kubernetes.io/docs/concepts/workloads/autoscaling/horizontal-pod-autoscale/#algorithm-details.
func (s *Snapshot) within(ratio float64) bool {
	up, down := s.tolerances()
	return 1-down <= ratio && ratio <= 1+up
}
