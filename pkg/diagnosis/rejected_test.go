package diagnosis

import (
	"testing"
)

// Whatever the reason is, a pod that failed before any container ran was refused by its kubelet.
func TestRejectedByKubelet(t *testing.T) {
	for _, tt := range []struct {
		source, status string
		want           bool
	}{
		{"cm/topologymanager", `{phase: Failed, reason: TopologyAffinityError, message: "Pod was rejected: Resources cannot be allocated with Topology locality"}`, true},
		{"sysctl/allowlist.go", `{phase: Failed, reason: SysctlForbidden, message: "Pod was rejected: forbidden sysctl: \"net.core.somaxconn\" not allowlisted"}`, true},
		{"lifecycle/predicate.go", `{phase: Failed, reason: OutOfnvidia.com/gpu, message: "Pod was rejected: Node didn't have enough resource: nvidia.com/gpu, requested: 1, used: 0, capacity: 0"}`, true},
		{"cm/devicemanager", `{phase: Failed, reason: UnexpectedAdmissionError, message: "Pod was rejected: Allocate failed due to no healthy devices present; cannot allocate unhealthy devices nvidia.com/gpu, which is unexpected"}`, true},
		{"nodeshutdown", `{phase: Failed, reason: NodeShutdown, message: "Pod was rejected as the node is shutting down."}`, true},
		{"eviction/eviction_manager.go, at admission", `{phase: Failed, reason: Evicted, message: "Pod was rejected: The node had condition: [DiskPressure]. "}`, true},
		{"a reason of tomorrow", `{phase: Failed, reason: QuantumDecoherence}`, true},
		{"eviction of a pod that ran, kubelet 1.20", `{phase: Failed, reason: Evicted, message: "The node was low on resource: memory."}`, false},
		{"ended by activeDeadlineSeconds", `{phase: Failed, reason: DeadlineExceeded, containerStatuses: [{name: web, state: {terminated: {exitCode: 137}}}]}`, false},
		{"nodeshutdown, of a pod that ran", `{phase: Failed, reason: Terminated, containerStatuses: [{name: web, state: {waiting: {}}, lastState: {terminated: {exitCode: 0}}}]}`, false},
		{"no reason", `{phase: Failed}`, false},
		{"not ended", `{phase: Pending, reason: Odd}`, false},
	} {
		if got := IsRejected(podFrom(t, "status: "+tt.status)); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.source, got, tt.want)
		}
	}
}
