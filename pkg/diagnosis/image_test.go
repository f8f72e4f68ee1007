package diagnosis

import (
	"testing"

	corev1 "k8s.io/api/core/v1"
)

// What registries and runtimes say, as it comes in a container's waiting message.
func TestPullFailure(t *testing.T) {
	tests := []struct {
		name, image, reason, text string
		cause                     Cause
		grade                     Grade
	}{
		// containerd
		{"Docker Hub, no such tag", "nginx:9.9", "ErrImagePull", `rpc error: code = NotFound desc = failed to pull and unpack image "docker.io/library/nginx:9.9": failed to resolve reference "docker.io/library/nginx:9.9": docker.io/library/nginx:9.9: not found`, ImageNotFound, Fatal},
		{"Docker Hub, no such repository", "acme/nope:1", "ErrImagePull", `failed to pull and unpack image "docker.io/acme/nope:1": failed to resolve reference "docker.io/acme/nope:1": pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed`, ImageUnauthorized, Fatal},
		{"Docker Hub, rate limit", "nginx:1", "ErrImagePull", `failed to pull and unpack image "docker.io/library/nginx:1": failed to copy: httpReadSeeker: failed open: unexpected status code https://registry-1.docker.io/v2/library/nginx/manifests/sha256:abc: 429 Too Many Requests - Server message: toomanyrequests: You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit`, RegistryUnreachable, Waiting},
		{"ghcr, private or not there", "ghcr.io/acme/web:1", "ErrImagePull", `failed to pull and unpack image "ghcr.io/acme/web:1": failed to resolve reference "ghcr.io/acme/web:1": failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://ghcr.io/token?scope=repository%3Aacme%2Fweb%3Apull&service=ghcr.io: 401 Unauthorized`, ImageUnauthorized, Fatal},
		{"ghcr, denied", "ghcr.io/acme/web:1", "ErrImagePull", `failed to resolve reference "ghcr.io/acme/web:1": unexpected status from HEAD request to https://ghcr.io/v2/acme/web/manifests/1: 403 Forbidden`, ImageUnauthorized, Fatal},
		{"ECR, no such repository", "1.dkr.ecr.eu-west-1.amazonaws.com/web:1", "ErrImagePull", `rpc error: code = NotFound desc = failed to pull and unpack image "1.dkr.ecr.eu-west-1.amazonaws.com/web:1": failed to resolve reference "1.dkr.ecr.eu-west-1.amazonaws.com/web:1": 1.dkr.ecr.eu-west-1.amazonaws.com/web:1: not found`, ImageNotFound, Fatal},
		{"ECR, name unknown", "1.dkr.ecr.eu-west-1.amazonaws.com/web:1", "ErrImagePull", `name unknown: The repository with name 'web' does not exist in the registry with id '1'`, ImageNotFound, Fatal},
		{"ECR, no credentials", "1.dkr.ecr.eu-west-1.amazonaws.com/web:1", "ErrImagePull", `failed to resolve reference "1.dkr.ecr.eu-west-1.amazonaws.com/web:1": pull access denied, repository does not exist or may require authorization: authorization failed: no basic auth credentials`, ImageUnauthorized, Fatal},
		{"ECR, token expired", "1.dkr.ecr.eu-west-1.amazonaws.com/web:1", "ErrImagePull", `denied: Your authorization token has expired. Reauthenticate and try again.`, ImageUnauthorized, Fatal},
		{"Artifact Registry, denied", "europe-docker.pkg.dev/p/r/web:1", "ErrImagePull", `failed to authorize: failed to fetch oauth token: unexpected status from GET request to https://europe-docker.pkg.dev/v2/token: 403 Forbidden`, ImageUnauthorized, Fatal},
		{"Artifact Registry, permission", "europe-docker.pkg.dev/p/r/web:1", "ErrImagePull", `denied: Permission "artifactregistry.repositories.downloadArtifacts" denied on resource "projects/p/locations/europe/repositories/r" (or it may not exist)`, ImageUnauthorized, Fatal},
		{"Artifact Registry, unknown", "europe-docker.pkg.dev/p/r/web:1", "ErrImagePull", `MANIFEST_UNKNOWN: Failed to fetch "1"`, ImageNotFound, Fatal},
		{"ACR, login", "acme.azurecr.io/web:1", "ErrImagePull", `failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://acme.azurecr.io/oauth2/token: 401 Unauthorized`, ImageUnauthorized, Fatal},
		{"ACR, no such tag", "acme.azurecr.io/web:1", "ErrImagePull", `manifest unknown: manifest tagged by "1" is not found`, ImageNotFound, Fatal},
		{"Quay, no access", "quay.io/acme/web:1", "ErrImagePull", `unauthorized: access to the requested resource is not authorized`, ImageUnauthorized, Fatal},
		{"Quay, down", "quay.io/acme/web:1", "ErrImagePull", `failed to resolve reference "quay.io/acme/web:1": unexpected status from HEAD request to https://quay.io/v2/acme/web/manifests/1: 502 Bad Gateway`, RegistryUnreachable, Waiting},
		{"Harbor, no access", "harbor.acme.io/p/web:1", "ErrImagePull", `unauthorized: unauthorized to access repository: p/web, action: pull: unauthorized to access repository: p/web, action: pull`, ImageUnauthorized, Fatal},
		{"Harbor, no such artifact", "harbor.acme.io/p/web:1", "ErrImagePull", `artifact p/web:1 not found`, ImageNotFound, Fatal},
		{"no such host", "reg.acme.io/web:1", "ErrImagePull", `failed to resolve reference "reg.acme.io/web:1": failed to do request: Head "https://reg.acme.io/v2/web/manifests/1": dial tcp: lookup reg.acme.io on 10.0.0.10:53: no such host`, RegistryUnreachable, Waiting},
		{"unknown authority", "reg.acme.io/web:1", "ErrImagePull", `failed to do request: Head "https://reg.acme.io/v2/web/manifests/1": tls: failed to verify certificate: x509: certificate signed by unknown authority`, RegistryUnreachable, Waiting},
		{"plain http", "reg.acme.io/web:1", "ErrImagePull", `failed to do request: Head "https://reg.acme.io/v2/web/manifests/1": http: server gave HTTP response to HTTPS client`, RegistryUnreachable, Waiting},
		{"i/o timeout", "reg.acme.io/web:1", "ErrImagePull", `failed to do request: Head "https://reg.acme.io/v2/": dial tcp 10.1.2.3:443: i/o timeout`, RegistryUnreachable, Waiting},
		{"token service down", "reg.acme.io/web:1", "ErrImagePull", `failed to authorize: failed to fetch oauth token: unexpected status: 503`, RegistryUnreachable, Waiting},
		{"another platform", "acme/web:1", "ErrImagePull", `failed to pull and unpack image "docker.io/acme/web:1": no match for platform in manifest: not found`, ImageNotFound, Fatal},
		{"disk full", "acme/web:1", "ErrImagePull", `failed to pull and unpack image "docker.io/acme/web:1": failed to extract layer sha256:abc: write /var/lib/containerd/x: no space left on device`, ImagePullFailed, Waiting},
		{"back-off with the cause", "acme/web:1", "ImagePullBackOff", `Back-off pulling image "acme/web:1": ErrImagePull: failed to resolve image: docker.io/acme/web:1: not found`, ImageNotFound, Fatal},
		// CRI-O
		{"CRI-O, no such tag", "docker.io/library/nginx:9.9", "ErrImagePull", `rpc error: code = Unknown desc = reading manifest 9.9 in docker.io/library/nginx: manifest unknown`, ImageNotFound, Fatal},
		{"CRI-O, a tag called denied", "docker.io/library/nginx:denied", "ErrImagePull", `initializing source docker://nginx:denied: reading manifest denied in docker.io/library/nginx: manifest unknown`, ImageNotFound, Fatal},
		{"CRI-O, denied", "docker.io/acme/web:1", "ErrImagePull", `initializing source docker://acme/web:1: reading manifest 1 in docker.io/acme/web: requested access to the resource is denied`, ImageUnauthorized, Fatal},
		{"CRI-O, bad login", "quay.io/acme/web:1", "ErrImagePull", `unable to retrieve auth token: invalid username/password: unauthorized: Could not find robot with username`, ImageUnauthorized, Fatal},
		{"CRI-O, refused", "reg.acme.io/web:1", "ErrImagePull", `pinging container registry reg.acme.io: Get "https://reg.acme.io/v2/": dial tcp 10.1.2.3:443: connect: connection refused`, RegistryUnreachable, Waiting},
		{"CRI-O, 503", "reg.acme.io/web:1", "ErrImagePull", `reading manifest 1 in reg.acme.io/web: received unexpected HTTP status: 503 Service Unavailable`, RegistryUnreachable, Waiting},
		{"CRI-O, another platform", "quay.io/acme/web:1", "ErrImagePull", `choosing image instance: no image found in manifest list for architecture "arm64", variant "v8", OS "linux"`, ImageNotFound, Fatal},
		{"CRI-O, signature", "quay.io/acme/web:1", "SignatureValidationFailed", `Source image rejected: A signature was required, but no signature exists`, ImagePullFailed, Fatal},
		{"CRI-O, unavailable", "quay.io/acme/web:1", "RegistryUnavailable", `image pull failed for quay.io/acme/web:1 because the registry is unavailable`, RegistryUnreachable, Waiting},
		{"CRI-O, short name", "web:1", "ImageInspectError", `short name mode is enforcing, but image name web:1 returns ambiguous list`, ImagePullFailed, Fatal},
		// docker
		{"docker, no such tag", "nginx:9.9", "ErrImagePull", `rpc error: code = Unknown desc = Error response from daemon: manifest for nginx:9.9 not found: manifest unknown: manifest unknown`, ImageNotFound, Fatal},
		{"docker, denied", "acme/web:1", "ErrImagePull", `rpc error: code = Unknown desc = Error response from daemon: pull access denied for acme/web, repository does not exist or may require 'docker login': denied: requested access to the resource is denied`, ImageUnauthorized, Fatal},
		{"docker, timeout", "acme/web:1", "ErrImagePull", `Error response from daemon: Get "https://registry-1.docker.io/v2/": net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)`, RegistryUnreachable, Waiting},
		{"docker, another platform", "acme/web:1", "ErrImagePull", `Error response from daemon: no matching manifest for linux/arm64/v8 in the manifest list entries`, ImageNotFound, Fatal},
		{"docker, limit", "acme/web:1", "ErrImagePull", `Error response from daemon: toomanyrequests: You have reached your pull rate limit. You may increase the limit by authenticating and upgrading`, RegistryUnreachable, Waiting},
		// the kubelet itself
		{"never pulled", "acme/web:1", "ErrImageNeverPull", `Container image "acme/web:1" is not present with pull policy of Never`, ImageNotFound, Fatal},
		{"invalid", "Acme/Web", "InvalidImageName", `Failed to apply default image tag "Acme/Web": couldn't parse image reference "Acme/Web": invalid reference format: repository name must be lowercase`, ImageNameInvalid, Fatal},
		{"GitLab, a token that expired", "registry.gitlab.com/a/b:1", "ErrImagePull", `failed to resolve reference "registry.gitlab.com/a/b:1": failed to authorize: failed to fetch oauth token: unexpected status from GET request to https://gitlab.com/jwt/auth?scope=x: 403 Forbidden: {"errors":[{"code":"DENIED","message":"access forbidden"}]}`, ImageUnauthorized, Fatal},
		{"Nexus, no such tag", "nexus.acme.io/b:1", "ErrImagePull", `unexpected status from HEAD request to https://nexus.acme.io/v2/b/manifests/1: 404 Not Found`, ImageNotFound, Fatal},
		{"Artifactory, gone", "a.jfrog.io/b:1", "ErrImagePull", `failed to pull and unpack image "a.jfrog.io/b:1": failed to resolve reference "a.jfrog.io/b:1": unexpected status from HEAD request to https://a.jfrog.io/v2/b/manifests/1: 410 Gone`, ImagePullFailed, Fatal},
		{"a registry that wants to be paid", "registry.digitalocean.com/a/b:1", "ErrImagePull", `unexpected status from HEAD request to https://registry.digitalocean.com/v2/a/b/manifests/1: 402 Payment Required`, ImagePullFailed, Fatal},
		{"a registry that says: too early", "quay.io/a/b:1", "ErrImagePull", `unexpected status from GET request to https://quay.io/v2/a/b/manifests/1: 425 Too Early`, RegistryUnreachable, Waiting},
		{"a store of layers that closes the connection", "quay.io/a/b:1", "ErrImagePull", `failed to copy: httpReadSeeker: failed open: failed to do request: Get "https://cdn.quay.io/x": EOF`, RegistryUnreachable, Waiting},
		{"a manifest of schema 1", "quay.io/a/b:1", "ErrImagePull", `failed to pull and unpack image "quay.io/a/b:1": not implemented: media type "application/vnd.docker.distribution.manifest.v1+prettyjws" is no longer supported since containerd v2.1, please rebuild the image`, ImagePullFailed, Fatal},
		{"containerd's image verifier", "quay.io/a/b:1", "ErrImagePull", `image verifier bindir blocked pull of quay.io/a/b:1 with digest sha256:abc for reason: no signatures found`, ImagePullFailed, Fatal},
		{"no proxy", "quay.io/b:1", "ErrImagePull", `failed to do request: Head "https://quay.io/v2/b/manifests/1": proxyconnect tcp: dial tcp: lookup proxy.acme: no such host`, RegistryUnreachable, Waiting},
		{"a proxy that wants a login", "quay.io/b:1", "ErrImagePull", `failed to do request: Head "https://quay.io/v2/b/manifests/1": Proxy Authentication Required`, RegistryUnreachable, Waiting},
		{"an expired certificate", "quay.io/b:1", "ErrImagePull", `tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time 2026-11-27T00:00:00Z is after 2026-11-01T00:00:00Z`, RegistryUnreachable, Waiting},
		{"containerd, a lease is gone", "quay.io/b:1", "ErrImagePull", `failed to pull and unpack image "quay.io/b:1": failed to prepare extraction snapshot "extract-1 sha256:abc": lease "1" not found`, ImagePullFailed, Waiting},
		{"containerd, a snapshot is gone", "quay.io/b:1", "ErrImagePull", `failed to pull and unpack image "quay.io/b:1": failed to stat snapshot sha256:abc: not found`, ImagePullFailed, Waiting},
		{"containerd, no mount", "quay.io/b:1", "ErrImagePull", `failed to extract layer sha256:abc: mount callback failed on /tmp/containerd-mount1: no such file or directory`, ImagePullFailed, Waiting},
		{"CRI-O, policy.json", "quay.io/b:1", "ErrImagePull", `Source image rejected: Running image docker://quay.io/b:1 is rejected by policy.`, ImagePullFailed, Fatal},
		{"Windows, another version", "mcr.microsoft.com/b:1", "ErrImagePull", `no matching manifest for windows/amd64 10.0.20348 in the manifest list entries`, ImageNotFound, Fatal},
		{"Harbor, a project's policy by status", "harbor.acme.io/p/b:1", "ErrImagePull", `failed to resolve reference "harbor.acme.io/p/b:1": unexpected status from HEAD request to https://harbor.acme.io/v2/p/b/manifests/1: 412 Precondition Failed`, ImagePullFailed, Fatal},
		{"Harbor, a project's policy in words", "harbor.acme.io/p/b:1", "ErrImagePull", `PROJECTPOLICYVIOLATION: current image with 5 vulnerabilities cannot be pulled due to configured policy in 'Prevent images with vulnerability severity of "Low" or higher from running.'`, ImagePullFailed, Fatal},
		{"unheard-of", "acme/web:1", "ErrImagePull", `the moon is in the wrong house`, ImagePullFailed, Waiting},
		// names that look like causes
		{"hostile name", "registry-503.acme.io/denied/not-found:unauthorized", "ErrImagePull", `failed to pull and unpack image "registry-503.acme.io/denied/not-found:unauthorized": failed to resolve image: registry-503.acme.io/denied/not-found:unauthorized: not found`, ImageNotFound, Fatal},
		{"hostile name, refused", "reg.acme.io/429/manifest-unknown:1", "ErrImagePull", `failed to do request: Head "https://reg.acme.io/v2/429/manifest-unknown/manifests/1": dial tcp 10.1.2.3:443: connect: connection refused`, RegistryUnreachable, Waiting},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := containerRef{spec: &corev1.Container{Image: tt.image}}
			got, ok := pullFailure(s, tt.reason, tt.text)
			if !ok || got.cause != tt.cause || got.grade != tt.grade {
				t.Errorf("%s/%s, want %s/%s (%q)", got.cause, got.grade, tt.cause, tt.grade, plainWords(tt.text, tt.image))
			}
			if got.message == "" {
				t.Error("no message")
			}
		})
	}
}

func TestPullMessageIsTheInnermost(t *testing.T) {
	tests := map[string]string{
		`rpc error: code = NotFound desc = failed to pull and unpack image "a/b:1": failed to resolve image: a/b:1: not found`: `a/b:1: not found`,
		`Back-off pulling image "a/b:1": ErrImagePull: initializing source docker://a/b:1: reading manifest 1: denied`:         `reading manifest 1: denied`,
		`Back-off pulling image "a/b:1"`: ``,
		"two\n  lines":                   `two lines`,
	}
	for text, want := range tests {
		if got := pullMessage(text); got != want {
			t.Errorf("pullMessage(%q) = %q, want %q", text, got, want)
		}
	}
}

// Kubelets before 1.31 say nothing of the cause in the back-off: what they said before counts.
func TestBareBackOffKeepsWhatWasSaid(t *testing.T) {
	s := containerRef{pod: &corev1.Pod{}, spec: &corev1.Container{Name: "web", Image: "a/b:1"}}
	c := &evidence{history: &History{said: map[containerKey]saying{s.key(): {"ErrImagePull", "a/b:1: not found"}}}}
	got, ok := pulling(c, s, "ImagePullBackOff", `Back-off pulling image "a/b:1"`)
	if !ok || got.cause != ImageNotFound {
		t.Errorf("%s, want ImageNotFound", got.cause)
	}
}
