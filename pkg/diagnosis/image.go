package diagnosis

import (
	"slices"
	"strings"
)

// Texts of failed pulls: each runtime (containerd, CRI-O, docker) passes on what the registry said, and
// the registries (Docker Hub, ghcr, ECR, Artifact Registry, ACR, Quay, Harbor) use the codes of the
// distribution specification in words of their own. Who speaks decides: the node, the network or the
// registry. The first rule that fits is the one: a throttled registry also speaks of authenticating, and
// a refused pull also says that the repository may not exist.
var (
	badReference = []string{"invalid reference format", "couldn't parse image name", "couldn't parse image reference", "invalidimagename", "repository name must be lowercase"}
	// unknownFormat: the registry answered with what this runtime can't take.
	unknownFormat = []string{"media type", "mediatype", "media-type", "schema 1", "schema1", "unsupported manifest", "unsupported schema", "unrecognized manifest"}
	// ofTheNode are words about the node's own runtime, content store, snapshots and disk.
	ofTheNode = []string{
		"dial unix", "unknown service", "content store", "content digest", "snapshotter", "parent snapshot", "extraction snapshot", "extract layer",
		"register layer", "failed to mount", "no space left", "read-only file system",
	}
	// outOfReach is about the connection to the registry, beyond what mayAnswerLater knows.
	outOfReach = []string{
		"timeout", "rate limit", "rate exceeded", "x509:", "certificate", "tls:", "server gave http response to https client",
		"pinging container registry", "pinging docker registry", "proxy authentication required",
	}
	refused = []string{
		"unauthorized", "pull access denied", "access to the resource is denied", "authentication required",
		"authorization failed", "insufficient_scope", "no basic auth credentials", "failed to authorize",
		"failed to fetch anonymous token", "failed to fetch oauth token", "requesting bearer token", "403 forbidden", "not authorized",
		"denied:", ": denied", "denied on resource", "unauthenticated", "authorization token has expired",
		"invalid username", "incorrect username", "authentication failed", "access denied", "access forbidden",
		"requires authentication", "code = permissiondenied", "code = unauthenticated", "forbidden:", ": forbidden",
	}
	// absent are the registry's codes, and the words for an index without this platform.
	absent = []string{
		"manifest unknown", "manifest_unknown", "name unknown", "name_unknown", "no such manifest",
		"no match for platform", "no matching manifest", "no image found in",
	}
	// absentNoun and absentReference say the same in sentences. containerd's resolver has nothing but the
	// reference before its "not found", and that is cut out here.
	absentNoun      = lazily(`\b(?:manifest|repository|artifact|tag|image|reference|project)\b[^:;]{0,60}(?:not found|does not exist|was deleted or has expired)`)
	absentReference = lazily(`^(?:.*failed to resolve (?:reference|image)(?: "")?)?[:\s]*not found$`)
	// rejected is a policy's word, of the registry's or the node's.
	rejected = []string{"signature", "short-name", "short name", "ambiguous", "no longer supported", "disabled by default", "due to configured policy", "blocked by policy", "rejected by policy"}
)

// pullReasons are decided by the kubelet's reason alone.
var pullReasons = map[string]func(message string) symptom{
	"InvalidImageName":          func(m string) symptom { return fatal(ImageNameInvalid, m) },
	"ErrImageNeverPull":         func(m string) symptom { return fatal(ImageNotFound, m) },
	"RegistryUnavailable":       func(m string) symptom { return waiting(RegistryUnreachable, m) },
	"SignatureValidationFailed": func(m string) symptom { return fatal(ImagePullFailed, m) },
	"ImageInspectError":         inspectFailure,
}

// inspectFailure is about the node's own images: no registry was asked.
func inspectFailure(message string) symptom {
	if words := withoutNames(message); containsAny(words, badReference) {
		return fatal(ImageNameInvalid, message)
	} else if containsAny(words, rejected) {
		return fatal(ImagePullFailed, message)
	}
	return waiting(ImagePullFailed, message)
}

// pullFailure names why an image could not be pulled. It is false if the text does not say.
func pullFailure(ref containerRef, reason, text string) (symptom, bool) {
	message := pullMessage(text)
	if rule, ok := pullReasons[reason]; ok {
		return rule(message), true
	}
	if message == "" {
		return symptom{}, false
	}
	return classifyPull(text, ref.spec.Image, message), true
}

func classifyPull(text, image, message string) symptom {
	words := plainWords(text, image)
	switch {
	case containsAny(words, badReference):
		return fatal(ImageNameInvalid, message)
	case containsAny(words, unknownFormat):
		return fatal(ImagePullFailed, message)
	case containsAny(words, ofTheNode):
		return waiting(ImagePullFailed, message)
	case mayAnswerLater(words), containsAny(words, outOfReach):
		return waiting(RegistryUnreachable, message)
	case containsAny(words, refused):
		return fatal(ImageUnauthorized, message)
	case missingBlob().MatchString(text):
		return fatal(ImagePullFailed, message)
	case containsAny(words, absent), absentNoun().MatchString(words), absentReference().MatchString(words), missingManifest().MatchString(text):
		return fatal(ImageNotFound, message)
	case containsAny(words, rejected):
		return fatal(ImagePullFailed, message)
	}
	if cause := finalStatus(httpStatuses(words)); cause != "" {
		return fatal(cause, message)
	}
	// An unknown failure can heal: it decides nothing before the deadline.
	return waiting(ImagePullFailed, message)
}

// containerd's messages for a registry that has the tag, but not its manifest or a layer.
var (
	missingManifest = lazily(`content at \S+/manifests/\S+ not found`)
	missingBlob     = lazily(`content at \S+/blobs/\S+ not found|could not fetch content descriptor|(?i:blob[_ ]unknown)|fetching blob: .*40[04]`)
)

// finalStatus is the cause of a registry's final status of 4xx.
func finalStatus(statuses []string) Cause {
	switch {
	case len(statuses) == 0:
		return ""
	case slices.Contains(statuses, "401"), slices.Contains(statuses, "403"):
		return ImageUnauthorized
	case slices.Contains(statuses, "404"):
		return ImageNotFound
	}
	return ImagePullFailed
}

var crioSource = lazily(`reading manifest \S+ in`)

// plainWords are a pull's text without the layers that pass it on, and without names.
func plainWords(text, image string) string {
	text = dropPrefixes(strings.TrimSpace(text), pullLayers)
	text = strings.ReplaceAll(text, image, "of/image") // the registry's name may stand before it
	return withoutNames(crioSource().ReplaceAllString(text, "reading manifest"))
}

var pullLayers = []expression{
	rpcLayer,
	lazily(`^Back-off pulling image "[^"]*"(?:: |$)`),
	lazily(`^(?:ErrImagePull|SignatureValidationFailed|RegistryUnavailable|ImageInspectError): `),
	lazily(`^(?:F|f)ailed to pull image "[^"]*": `),
	lazily(`^failed to pull and unpack image "[^"]*": `),
	lazily(`^(?:F|f)ailed to (?:apply default image tag|inspect image) "[^"]*": `),
	lazily(`^failed to resolve image: `),
	lazily(`^Error response from daemon: `),
	lazily(`^initializing source docker://\S+: `),
	lazily(`^unable to pull image or OCI artifact: pull image err: `),
}

var bareBackOff = lazily(`^Back-off pulling image "[^"]*"$`)

// pullMessage is the innermost part of a pull's text; empty when it only speaks of the back-off, as
// kubelets before 1.31 do.
func pullMessage(text string) string {
	text = strings.TrimSpace(text)
	if bareBackOff().MatchString(text) {
		return ""
	}
	return oneLine(dropPrefixes(text, pullLayers))
}
