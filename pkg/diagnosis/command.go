package diagnosis

import (
	"path"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// programFaults are the ways in which runtimes say that a program could not be executed: runc in each of
// its ages, crun, gVisor, Kata and Windows. The groups are the program, where it is named, and why.
// "fork/exec" is none of them: that is how a program of the node's reports about one of its own.
var programFaults = []expression{
	lazily(`(?i)(?:^|[^/\w])exec:? \\*"(?P<program>[^"\\]+)\\*":(?: stat [^:]*:)? (?P<why>executable file not found|exec format error|no such file or directory|argument list too long)`),
	lazily(`(?i)(?:^|[^/\w])exec (?:container process )?(?:\([^)]*\) )?[\x60'"]?(?P<program>[^\s\x60'":]+)[\x60'"]?: (?P<why>exec format error|no such file or directory|argument list too long)`),
	lazily(`(?i)\bexecutable file [\x60'"](?P<program>[^\x60'"]+)[\x60'"] (?P<why>not found)`),
	lazily(`(?i)error finding executable "(?P<program>[^"]+)" in PATH.*: (?P<why>no such file or directory)`),
	lazily(`(?i)\bthe file (?P<program>\S+) was (?P<why>not found)`),
	lazily(`(?i)\b(?P<program>)open executable: (?P<why>no such file or directory)`),
	lazily(`(?i)\b(?P<program>)exec user process caused:? "?(?P<why>exec format error|no such file or directory|argument list too long)`),
	lazily(`(?i)(?P<program>)CreateProcess.*(?P<why>cannot find the file specified)`),
}

// lastWords are the lines that runc, crun and cri-dockerd leave in a container's log in place of its
// program, bare or in quotes. A program that can't execute another says it in the middle of a line.
var lastWords = []expression{
	lazily(`(?i)^exec (?:container process )?(?:\([^)]*\) )?[\x60'"]?(?P<program>[^\s\x60'":]+)[\x60'"]?: (?P<why>exec format error|no such file or directory|argument list too long)`),
	lazily(`(?i)^"?(?:standard_init_linux\.go:\d+: )?(?P<program>)exec user process caused:? \\*"?(?P<why>exec format error|no such file or directory|argument list too long)`),
}

// lastWordsInJSON are those lines as JSON. An application's own log looks alike, so the program has to be a path
// or follow the runtime's words, and the run has to be too short to have served.
var lastWordsInJSON = []expression{
	lazily(`(?i)"(?:msg|log|message)": ?"exec (?:container process (?:\([^)]*\) )?[\x60'"]?|[\x60']?)(?P<program>/[^\s\x60'":]+)[\x60'"]?: (?P<why>exec format error|no such file or directory|argument list too long)`),
	lazily(`(?i)"(?:msg|log|message)": ?"exec container process (?:\([^)]*\) )?[\x60'"]?(?P<program>[^\s\x60'":]+)[\x60'"]?: (?P<why>exec format error|no such file or directory|argument list too long)`),
}

// commandFault returns what a text of a runtime says against the container's own command, or "".
func commandFault(c *corev1.Container, text string, faults []expression) Cause {
	for _, fault := range faults {
		at := fault().FindStringSubmatchIndex(text)
		if at == nil {
			continue
		}
		program, why := text[at[2]:at[3]], strings.ToLower(text[at[4]:at[5]])
		switch {
		case !isCommand(c, program), containsAny(withoutNames(text[:at[0]]), forTheNode):
			return ""
		case why == "exec format error":
			return ExecFormat
		case why == "argument list too long": // arguments and environment are the template's
			return ContainerConfigInvalid
		}
		return CommandNotFound
	}
	return ""
}

// denied are a runtime's words about a program without the permission to be executed.
var denied = lazily(`(?i)(?:(?:^|[^/\w])exec:?(?: container process)? [\x60'"\\]*(?P<program>[^\s\x60'":\\]+)[\x60'"\\]*:|\bopen executable:)(?: stat [^:]*:)? permission denied`)

// mayNotExecute tells that a text is about the container's own command, which has no permission to be executed.
func mayNotExecute(c *corev1.Container, text string) bool {
	at := denied().FindStringSubmatch(text)
	return at != nil && (at[1] == "" || isCommand(c, at[1])) && !containsAny(withoutNames(text), forTheNode)
}

// forTheNode names parts of the runtime, and the hooks and devices that a node adds.
var forTheNode = []string{"hook", "start shim", "retrieve oci runtime error", "conmon", "cdi device", "waiting for sandbox", "prepare rootfs"}

// isCommand tells whether a program may be the one that the container is to run. Without a command it is
// the image's entrypoint, whose name is not known.
func isCommand(c *corev1.Container, program string) bool {
	if program == "" || c == nil || len(c.Command) == 0 || strings.Contains(c.Command[0], "$(") {
		return true
	}
	return path.Base(program) == path.Base(c.Command[0])
}

// namesCommand tells whether the template itself names what a text about a missing command quotes.
func namesCommand(c *corev1.Container, text string) bool {
	return slices.ContainsFunc(slices.Concat(c.Command, c.Args), func(arg string) bool {
		fields := strings.Fields(arg)
		return len(fields) > 0 && strings.Contains(text, path.Base(fields[0]))
	})
}
