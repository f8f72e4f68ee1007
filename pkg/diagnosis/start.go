package diagnosis

import (
	"strings"

	corev1 "k8s.io/api/core/v1"
)

var (
	// inTransit: the runtime or node was busy, and the kubelet tries again.
	inTransit = []string{
		"context deadline exceeded", "deadlineexceeded", "failed to reserve container name", "is reserved for",
		"already in use", "connection refused", "connection error", "transport is closing", "unavailable", "ttrpc: closed",
		"failed to sync", "timed out", "resource temporarily unavailable", "device or resource busy",
	}
	// storeFault: the node lacks a part of an image that it has the record of. The next pull may mend it.
	storeFault   = []string{"content digest", "content store", "snapshotter", "prepare snapshot", "parent snapshot", "extraction snapshot", "extract layer", "no space left"}
	memoryTooLow = []string{"oom-killed", "oom killed", "memory limit too low"}
)

// startFailure names why the runtime could not start a container.
func startFailure(c *corev1.Container, text string) symptom {
	words, message := strings.ToLower(text), startMessage(text)
	switch {
	case containsAny(words, memoryTooLow):
		return failing(OOMKilled, message+memoryLimit(c))
	case containsAny(words, inTransit), containsAny(words, storeFault):
		return waiting(ContainerStartFailed, message)
	}
	if cause := commandFault(c, text, programFaults); cause != "" {
		return fatal(cause, message)
	}
	// A limit that the kernel does not take is the template's; any other fault of cgroups is the node's.
	cgroup := strings.Contains(words, "cgroup") && !strings.Contains(words, "invalid argument")
	if cgroup || containsAny(withoutNames(text), forTheNode) { // another node may do better
		return waiting(ContainerStartFailed, message)
	}
	return fatal(ContainerStartFailed, message)
}

var startLayers = []expression{
	rpcLayer,
	lazily(`^Error: `),
	lazily(`^failed to (?:create|start) (?:containerd task|shim task|container "[^"]*"|containerd container): `),
	lazily(`^(?:Error response from daemon|OCI runtime create failed|container create failed|runc create failed|runc did not terminate successfully|crun): `),
	lazily(`^container_linux\.go:\d+: `),
	lazily(`^unable to start container process: `),
	lazily(`^starting container process caused:? `),
	lazily(`^error during container init: `),
	lazily(`^time="[^"]*" level=error msg=`),
}

// startMessage is the innermost part of a runtime's error.
func startMessage(text string) string {
	text = dropPrefixes(strings.TrimSpace(text), startLayers)
	text = strings.TrimSuffix(text, ": unknown")
	if inner, ok := strings.CutPrefix(text, `"`); ok { // CRI-O quotes the line of runc's log
		inner = strings.ReplaceAll(strings.TrimRight(inner, "\" \n"), `\"`, `"`)
		text = dropPrefixes(inner, startLayers)
	}
	return oneLine(text)
}
