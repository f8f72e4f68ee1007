package rollout

import (
	"strings"
)

// Texts of failed pulls: each runtime (containerd, CRI-O, dockershim) passes on what the registry
// said, and the registries (Docker Hub, ghcr, ECR, Artifact Registry, ACR, Quay, Harbor) use the
// codes of the distribution specification in words of their own. So rules match phrases, and the
// first list that fits decides: a throttled registry also speaks of authenticating, and a refused
// pull also says that the repository may not exist.
var (
	badReference = []string{"invalid reference format", "couldn't parse image name", "couldn't parse image reference", "invalidimagename", "repository name must be lowercase"}
	overloaded   = []string{
		"toomanyrequests", "too many requests", "rate limit", "rate exceeded", "service unavailable", "bad gateway",
		"gateway timeout", "gateway time-out", "internal server error", "code = unavailable", "code = deadlineexceeded",
	}
	outOfReach = []string{
		"connection refused", "connection reset", "connection timed out", "no such host", "no route to host",
		"network is unreachable", "host is unreachable", "server misbehaving", "temporary failure in name resolution",
		"timeout", "deadline exceeded", "dial tcp", "dial udp", "broken pipe", "unexpected eof", ": eof", "x509:",
		"certificate", "tls:", "server gave http response to https client", "proxyconnect", "http2: ",
		"pinging container registry", "pinging docker registry", "connection closed", "request canceled",
	}
	refused = []string{
		"unauthorized", "pull access denied", "access to the resource is denied", "authentication required",
		"authorization failed", "insufficient_scope", "no basic auth credentials", "failed to authorize",
		"failed to fetch anonymous token", "failed to fetch oauth token", "403 forbidden", "not authorized",
		"denied:", ": denied", "denied on resource", "unauthenticated", "authorization token has expired",
		"invalid username", "incorrect username", "authentication failed", "access denied", "access forbidden",
		"requires authentication", "code = permissiondenied", "code = unauthenticated", "forbidden:", ": forbidden",
	}
	absent = []string{
		"manifest unknown", "manifest_unknown", "name unknown", "name_unknown", "not found", "no such manifest",
		"does not exist", "code = notfound", "no match for platform", "no matching manifest", "no image found in",
		"not present with pull policy of never", "no such image", "image not known", "not_found",
	}
	rejected = []string{"signature", "unsupported media type", "mediatype", "media type", "short-name", "short name", "ambiguous"}
	// serverError: a status of 5xx or 429, where it is told as a status.
	serverError = lazily(`(?:status(?: code)?|http(?:/\d(?:\.\d)?)?|code)[^a-z0-9]{0,3}(?:from [^:]*: )?(?:5\d\d|429)\b`)
	// refusedStatus is the same for 401 and 403.
	refusedStatus = lazily(`(?:status(?: code)?|http(?:/\d(?:\.\d)?)?|code)[^a-z0-9]{0,3}(?:from [^:]*: )?40[13]\b`)
)

// pullReasons are decided by the kubelet's reason alone.
var pullReasons = map[string]func(message string) symptom{
	"InvalidImageName":          func(m string) symptom { return fatal(ImageNameInvalid, m) },
	"ErrImageNeverPull":         func(m string) symptom { return fatal(ImageNotFound, m) },
	"RegistryUnavailable":       func(m string) symptom { return waiting(RegistryUnreachable, m) },
	"SignatureValidationFailed": func(m string) symptom { return fatal(ImagePullFailed, m) },
}

// pullFailure names why an image could not be had. It is false when the text says nothing.
func pullFailure(s seat, reason, text string) (symptom, bool) {
	message := pullMessage(text)
	if rule, ok := pullReasons[reason]; ok {
		return rule(message), true
	}
	if message == "" {
		return symptom{}, false
	}
	return classifyPull(plainWords(text, s.spec.Image), message), true
}

func classifyPull(words, message string) symptom {
	switch {
	case containsAny(words, badReference):
		return fatal(ImageNameInvalid, message)
	case containsAny(words, overloaded), containsAny(words, outOfReach), serverError().MatchString(words):
		return waiting(RegistryUnreachable, message)
	case containsAny(words, refused), refusedStatus().MatchString(words):
		return fatal(ImageUnauthorized, message)
	case containsAny(words, absent):
		return fatal(ImageNotFound, message)
	case containsAny(words, rejected):
		return fatal(ImagePullFailed, message)
	}
	// What is not known may mend itself: it decides nothing before the deadline.
	return waiting(ImagePullFailed, message)
}

var (
	quoted     = lazily(`"[^"]*"`)
	withSlash  = lazily(`[^\s]*[^\s]/[^\s]{2,}`)
	crioSource = lazily(`reading manifest \S+ in`)
)

// plainWords is a pull's text in lower case without names, addresses and tags: a repository may be
// called anything, even "not-found" or "denied".
func plainWords(text, image string) string {
	text = strings.ReplaceAll(text, image, "")
	text = crioSource().ReplaceAllString(text, "reading manifest")
	text = quoted().ReplaceAllString(text, `""`)
	text = withSlash().ReplaceAllStringFunc(text, func(token string) string {
		if strings.HasPrefix(token, "i/o") {
			return token
		}
		return strings.Repeat(":", strings.Count(token[len(token)-1:], ":"))
	})
	return strings.ToLower(text)
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
