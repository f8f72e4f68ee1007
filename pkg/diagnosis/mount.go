package diagnosis

import (
	"strings"
)

// preferred: what is missing says more than that a mount failed, and that more than that the wait
// for the mounts timed out.
func preferred(a, b symptom) bool {
	weight := func(s symptom) int {
		switch {
		case s.cause == "":
			return 0
		case s.grade == Fatal:
			return 3
		case strings.HasPrefix(s.message, "Unable to attach or mount volumes"):
			return 1
		}
		return 2
	}
	return weight(a) > weight(b)
}

var mountLead = lazily(`^(?:MountVolume\.\w+|AttachVolume\.\w+|UnmountVolume\.\w+) failed for volume "[^"]*" ?: `)

func mountFailure(text string) symptom {
	message := oneLine(text)
	if found, ok := missingObject(text, oneLine(mountLead().ReplaceAllString(text, ""))); ok {
		return found
	}
	return waiting(VolumeMountFailed, message)
}

var sandboxLayers = []expression{
	rpcLayer,
	lazily(`^(?:F|f)ailed to create pod sandbox: `),
	lazily(`^failed to (?:setup|set up) (?:network for )?sandbox "?[^":]*"?: `),
}

func sandboxFailure(text string) symptom {
	return waiting(PodSandboxFailed, oneLine(dropPrefixes(text, sandboxLayers)))
}
