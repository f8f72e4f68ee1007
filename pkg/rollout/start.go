package rollout

import (
	"strings"
)

var (
	// noCommand: runc, crun, youki, gVisor, dockershim and Windows each say it in their own way.
	noCommand = []string{
		"executable file not found", "not found in $path", "executable file `", "error finding executable",
		"open executable", "cannot find the file specified", "executable not found", "missing dynamic library",
	}
	// elsewhere: "no such file" is then about a mount or the working directory, not the command.
	elsewhere   = []string{"mount", "chdir", "cwd", "rootfs", "device", "cgroup", "bind source"}
	execMissing = lazily(`exec(?:ve|ing|utable|: | |\W)[^:]*.*no such file or directory`)
	// inTransit: the runtime or node was busy, and the kubelet tries again.
	inTransit = []string{
		"context deadline exceeded", "deadlineexceeded", "failed to reserve container name", "is reserved for",
		"already in use", "connection refused", "connection error", "transport is closing", "unavailable", "ttrpc: closed",
		"failed to sync", "timed out", "resource temporarily unavailable", "device or resource busy",
	}
	memoryTooLow = []string{"oom-killed", "oom killed", "memory limit too low"}
)

// startFailure names why the runtime could not start a container.
func startFailure(text string) symptom {
	words, message := strings.ToLower(text), startMessage(text)
	switch {
	case strings.Contains(words, "exec format error"):
		return fatal(ExecFormat, message)
	case containsAny(words, memoryTooLow):
		return failing(OOMKilled, message)
	case containsAny(words, inTransit):
		return waiting(ContainerStartFailed, message)
	case strings.Contains(words, "permission denied"):
		return fatal(ContainerStartFailed, message)
	case containsAny(words, noCommand):
		return fatal(CommandNotFound, message)
	case !containsAny(words, elsewhere) && execMissing().MatchString(words):
		return fatal(CommandNotFound, message)
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
