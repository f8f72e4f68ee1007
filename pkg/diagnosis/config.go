package diagnosis

import (
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// absentObject is how the kubelet tells that something is not there, as a variable or as a volume.
type absentObject struct {
	pattern expression
	cause   Cause
}

// The texts are those of the kubelet's kuberuntime (environment) and volume plugins; a projected
// volume says the same as a plain one.
var absentObjects = []absentObject{
	{lazily(`(?:^|[^\w.-])secrets? "([^"]+)" not found`), SecretMissing},
	{lazily(`(?:^|[^\w.-])configmaps? "([^"]+)" not found`), ConfigMapMissing},
	{lazily(`couldn't find key (\S+) in Secret (?:[a-z0-9-]+/)?([a-z0-9][a-z0-9.-]*)`), SecretKeyMissing},
	{lazily(`couldn't find key (\S+) in ConfigMap (?:[a-z0-9-]+/)?([a-z0-9][a-z0-9.-]*)`), ConfigMapKeyMissing},
	{lazily(`references non-existent secret key: ([^\s,]+)`), SecretKeyMissing},
	{lazily(`references non-existent config key: ([^\s,]+)`), ConfigMapKeyMissing},
	{lazily(`persistentvolumeclaim "([^"]+)" not found`), VolumePending},
	{lazily(`serviceaccounts? "([^"]+)" not found`), ServiceAccountMissing},
}

var volumeNamed = lazily(`for volume "([^"]+)"`)

// missingObject names the Secret, ConfigMap, key or claim that a text says is not there.
func missingObject(text, message string) (symptom, bool) {
	for _, o := range absentObjects {
		if m := o.pattern().FindStringSubmatch(text); m != nil {
			found := missing(o.cause, m[1], message)
			if len(m) > 2 {
				found.owner = m[2]
			}
			if v := volumeNamed().FindStringSubmatch(text); v != nil {
				found.volume = v[1]
			}
			return found, true
		}
	}
	return symptom{}, false
}

// notYet: the kubelet's caches are not filled; it tries again on its own.
var notYet = []string{"failed to sync", "not registered", "have not yet been read", "timed out waiting for the condition", "not yet available"}

// whichPod is how the kubelet ends some of its texts: the finding says that already.
var whichPod = lazily(` \(pod: "[^"]*", container: [^)]*\)`)

// configFailure names why the kubelet could not make a container from its specification.
func configFailure(text string) symptom {
	message := oneLine(whichPod().ReplaceAllString(dropPrefixes(text, startLayers), ""))
	if s, ok := missingObject(text, message); ok {
		return s
	}
	if containsAny(strings.ToLower(text), notYet) {
		return waiting(ContainerConfigInvalid, message)
	}
	return fatal(ContainerConfigInvalid, message)
}

// badSpecification: CreateContainerError covers both what the runtime could not do and what it was
// asked wrongly.
var badSpecification = []string{
	"runasnonroot", "subpath", "no command specified", "invalid environment", "invalid user", "unable to find user",
	"unable to find group", "no users found", "no matching entries in passwd file", "unable to validate seccomp", "apparmor profile", "unknown capability",
	"invalid capability", "sysctl", "seccomp profile",
}

// createFailure names why the runtime could not create a container.
func createFailure(c *corev1.Container, text string) symptom {
	words := strings.ToLower(text)
	if s, ok := missingObject(text, oneLine(dropPrefixes(text, startLayers))); ok {
		return s
	}
	if containsAny(words, badSpecification) && !containsAny(words, inTransit) && !strings.Contains(words, "failed to apply profile") {
		return fatal(ContainerConfigInvalid, startMessage(text))
	}
	return startFailure(c, text)
}
