package lifecycle

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"
)

// reference is a parsed image name, as a container runtime understands it.
type reference struct {
	host, path, tag, digest string
}

var (
	pathForm = regexp.MustCompile(`^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$`)
	hostForm = regexp.MustCompile(`^(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?$`)
	tagForm  = regexp.MustCompile(`^[\w][\w.-]{0,127}$`)
	sumForm  = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}$`)
)

// parseImage follows the grammar of github.com/distribution/reference; the
// error is worded as the kubelet words it.
func parseImage(image string) (reference, error) {
	ref := reference{host: "docker.io", path: image}
	invalid := func(why string) (reference, error) {
		return reference{}, fmt.Errorf("couldn't parse image name %q: invalid reference format%s", image, why)
	}
	var digested bool
	if ref.path, ref.digest, digested = strings.Cut(ref.path, "@"); digested && !sumForm.MatchString(ref.digest) {
		return invalid("")
	}
	if colon := strings.LastIndex(ref.path, ":"); colon > strings.LastIndex(ref.path, "/") {
		ref.path, ref.tag = ref.path[:colon], ref.path[colon+1:]
		if !tagForm.MatchString(ref.tag) {
			return invalid("")
		}
	}
	if first, rest, ok := strings.Cut(ref.path, "/"); ok && (strings.ContainsAny(first, ".:") || first == "localhost" || strings.ToLower(first) != first) {
		ref.host, ref.path = first, rest
		if !hostForm.MatchString(ref.host) {
			return invalid("")
		}
	}
	if !pathForm.MatchString(ref.path) {
		if pathForm.MatchString(strings.ToLower(ref.path)) {
			return invalid(fmt.Sprintf(": repository name (%s) must be lowercase", ref.path))
		}
		return invalid("")
	}
	if ref.host == "docker.io" && !strings.Contains(ref.path, "/") {
		ref.path = "library/" + ref.path
	}
	if ref.tag == "" && ref.digest == "" {
		ref.tag = "latest"
	}
	return ref, nil
}

// String is the reference in full, as containerd names it in its errors.
func (r reference) String() string {
	name := r.host + "/" + r.path
	if r.tag != "" {
		name += ":" + r.tag
	}
	if r.digest != "" {
		name += "@" + r.digest
	}
	return name
}

// manifestURL is what a runtime asks the registry for.
func (r reference) manifestURL() string {
	scheme, host := "https", r.host
	if host == "docker.io" {
		host = "registry-1.docker.io"
	}
	if strings.HasPrefix(host, "127.") || strings.HasPrefix(host, "localhost") {
		scheme = "http"
	}
	version := r.tag
	if r.digest != "" {
		version = r.digest
	}
	return fmt.Sprintf("%s://%s/v2/%s/manifests/%s", scheme, host, r.path, version)
}

// dialAddress is the registry's host and port, as a refused connection names it.
func (r reference) dialAddress() string {
	switch {
	case r.host == "docker.io":
		return "registry-1.docker.io:443"
	case strings.Contains(r.host, ":"):
		return r.host
	}
	return r.host + ":443"
}

// imageID is stable: the same image has the same digest on every node.
func (r reference) imageID() string {
	if r.digest != "" {
		return r.host + "/" + r.path + "@" + r.digest
	}
	return r.host + "/" + r.path + "@sha256:" + hexSum(r.String())
}

// size is between 2 and 12 MB.
func (r reference) size() int64 {
	sum := sha256.Sum256([]byte(r.path))
	return 2_000_000 + int64(binary.BigEndian.Uint32(sum[:4]))%10_000_000
}

func hexSum(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}
