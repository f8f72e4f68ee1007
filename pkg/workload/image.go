package workload

import (
	"fmt"
	"strings"
)

// maxRepository is the longest name that a registry takes, domain included.
const maxRepository = 255

// ImageError says why an image reference cannot be one. A kubelet would report InvalidImageName.
type ImageError struct {
	Image  string
	Reason string
}

func (e *ImageError) Error() string {
	return fmt.Sprintf("%q is not an image reference: %s", e.Image, e.Reason)
}

// CheckImage tells whether a kubelet can parse an image reference: an *ImageError, or nil. The
// grammar is that of github.com/distribution/reference, which the kubelet uses (a test compares the
// two); written out here because that package compiles its expressions at every start of a program.
func CheckImage(image string) error {
	fail := func(format string, args ...any) error {
		return &ImageError{Image: image, Reason: fmt.Sprintf(format, args...)}
	}
	switch {
	case image == "":
		return fail("it is empty")
	case strings.TrimSpace(image) != image:
		return fail("it begins or ends with a space")
	case len(image) == 64 && all(image, isLowerHex):
		return fail("64 hexadecimal digits are an image ID; name a repository")
	}
	if scheme, address, isURL := strings.Cut(image, "://"); isURL {
		image = scheme + "://" + address[strings.LastIndex(address, "@")+1:] // without a password
		return fail("it is a URL; leave out %s://", scheme)
	}
	rest, digest, hasDigest := strings.Cut(image, "@")
	if hasDigest && strings.Contains(digest, "/") { // a registry with a login
		image = "…@" + digest
		return fail("it has a user; a login belongs into a pull secret: kubectl app create secret docker-registry")
	}
	if hasDigest {
		if reason := digestFault(digest); reason != "" {
			return fail("%s", reason)
		}
	}
	domain, path, tag, hasTag := splitImage(rest)
	if hasTag && !isTag(tag) {
		return fail("the tag %q is not 1 to 128 letters, digits, '_', '.' and '-', the first one not '.' or '-'", tag)
	}
	if domain != "" && !isDomain(domain) {
		if strings.ContainsAny(domain, ":[") {
			return fail("the registry %q is not HOST or HOST:PORT", domain)
		}
		// What can't be a host may still be the first part of a path ("my_team.a/web").
		domain, path = "", domain+"/"+path
	}
	if path != strings.ToLower(path) {
		return fail("the repository %q has to be lower case", path)
	}
	for component := range strings.SplitSeq(path, "/") {
		if !isPathComponent(component) {
			return fail("the repository %q has the invalid part %q", path, component)
		}
	}
	if length := repositoryLength(domain, path); length > maxRepository {
		return fail("the repository is longer than %d characters", maxRepository)
	}
	return nil
}

// splitImage finds the registry's domain as docker does: the part before the first slash, if it
// looks like a host.
func splitImage(s string) (domain, path, tag string, hasTag bool) {
	path = s
	if first, rest, ok := strings.Cut(s, "/"); ok {
		if strings.ContainsAny(first, ".:") || first == "localhost" || strings.ToLower(first) != first {
			domain, path = first, rest
		}
	}
	path, tag, hasTag = strings.Cut(path, ":")
	return domain, path, tag, hasTag
}

// repositoryLength is that of the repository's full path: docker.io's short names get "library/".
func repositoryLength(domain, path string) int {
	if (domain == "" || domain == "docker.io" || domain == "index.docker.io") && !strings.Contains(path, "/") {
		return len("library/") + len(path)
	}
	return len(path)
}

func digestFault(digest string) string {
	algorithm, hex, ok := strings.Cut(digest, ":")
	if !ok {
		return fmt.Sprintf("the digest %q is not ALGORITHM:HEX", digest)
	}
	// The algorithms that github.com/opencontainers/go-digest registers.
	length, known := map[string]int{"sha256": 64, "sha384": 96, "sha512": 128}[algorithm]
	switch {
	case !known:
		return fmt.Sprintf("the digest's algorithm %q is not sha256, sha384 or sha512", algorithm)
	case len(hex) != length || !all(hex, isLowerHex):
		return fmt.Sprintf("a %s digest is %d hexadecimal digits in lower case", algorithm, length)
	}
	return ""
}

func isDomain(s string) bool {
	if strings.HasPrefix(s, "[") {
		end := strings.IndexByte(s, ']')
		if end < 2 || !all(s[1:end], func(c byte) bool { return isHex(c) || c == ':' }) {
			return false
		}
		if rest := s[end+1:]; rest != "" {
			return rest[0] == ':' && len(rest) > 1 && all(rest[1:], isDigit)
		}
		return true
	}
	host, port, hasPort := strings.Cut(s, ":")
	if hasPort && (port == "" || !all(port, isDigit)) {
		return false
	}
	for label := range strings.SplitSeq(host, ".") {
		if label == "" || label[0] == '-' || label[len(label)-1] == '-' || !all(label, func(c byte) bool { return isAlnum(c) || c == '-' }) {
			return false
		}
	}
	return true
}

// isPathComponent: runs of [a-z0-9] joined by one '.', one or two '_', or any number of '-'.
func isPathComponent(s string) bool {
	if s == "" || !isLowerAlnum(s[0]) || !isLowerAlnum(s[len(s)-1]) {
		return false
	}
	for i := 0; i < len(s); {
		if isLowerAlnum(s[i]) {
			i++
			continue
		}
		j := i
		for j < len(s) && s[j] == s[i] {
			j++
		}
		run := j - i
		ok := s[i] == '-' || s[i] == '.' && run == 1 || s[i] == '_' && run <= 2
		if !ok || !isLowerAlnum(s[j]) {
			return false
		}
		i = j
	}
	return true
}

func isTag(s string) bool {
	word := func(c byte) bool { return isAlnum(c) || c == '_' }
	return s != "" && len(s) <= 128 && word(s[0]) && all(s, func(c byte) bool { return word(c) || c == '.' || c == '-' })
}

func all(s string, is func(byte) bool) bool {
	for i := range len(s) {
		if !is(s[i]) {
			return false
		}
	}
	return true
}

func isDigit(c byte) bool      { return '0' <= c && c <= '9' }
func isLowerHex(c byte) bool   { return isDigit(c) || 'a' <= c && c <= 'f' }
func isHex(c byte) bool        { return isLowerHex(c) || 'A' <= c && c <= 'F' }
func isLowerAlnum(c byte) bool { return isDigit(c) || 'a' <= c && c <= 'z' }
func isAlnum(c byte) bool      { return isLowerAlnum(c) || 'A' <= c && c <= 'Z' }

// Registry is the host that an image is pulled from.
func Registry(image string) string {
	domain, _, _, _ := splitImage(image)
	if strings.ContainsAny(domain, ".:") || domain == "localhost" {
		return domain
	}
	return "docker.io"
}
