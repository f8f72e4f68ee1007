package diagnosis

import (
	"testing"

	corev1 "k8s.io/api/core/v1"
)

// spoken is one text of a cluster, where it comes from, and what it is called.
type spoken struct {
	source string // the program and the file or report in which the text stands
	text   string
	cause  Cause
	grade  Grade
}

// Pulls: the registry's answer about this reference, the network, or the node's own store. The image is
// web:2.0 of registry.example.com/shop.
var pullTexts = []spoken{
	// the registry's answer about the reference
	{"containerd core/remotes/docker/resolver.go, 404", `failed to pull and unpack image "registry.example.com/shop/web:2.0": failed to resolve reference "registry.example.com/shop/web:2.0": registry.example.com/shop/web:2.0: not found`, ImageNotFound, Fatal},
	{"containerd 2 through CRI", `rpc error: code = NotFound desc = failed to pull and unpack image "registry.example.com/shop/web:2.0": failed to resolve image: registry.example.com/shop/web:2.0: not found`, ImageNotFound, Fatal},
	{"containerd core/remotes/docker/fetcher.go, manifest", `failed to copy: httpReadSeeker: failed open: content at https://registry.example.com/v2/shop/web/manifests/sha256:aa11 not found: not found`, ImageNotFound, Fatal},
	{"containers/image docker/errors.go, 404 of the API", `initializing source docker://registry.example.com/shop/web:2.0: reading manifest 2.0 in registry.example.com/shop/web: StatusCode: 404, "page not found"`, ImageNotFound, Fatal},
	{"distribution-spec, code in capitals", `NAME_UNKNOWN: repository name not known to registry`, ImageNotFound, Fatal},
	{"moby daemon, old", `Error response from daemon: repository shop/web not found: does not exist or no pull access`, ImageNotFound, Fatal},
	{"moby, containerd image store", `Error response from daemon: failed to resolve reference "registry.example.com/shop/web:2.0": registry.example.com/shop/web:2.0: not found`, ImageNotFound, Fatal},
	{"Quay, a tag that has expired", `Error response from daemon: unknown: Tag 2.0 was deleted or has expired. To pull, revive via time machine`, ImageNotFound, Fatal},
	{"a repository whose name has a word of the store's", `failed to pull image: name unknown: repository docker-snapshot not found`, ImageNotFound, Fatal},
	{"Google Container Registry, refused", `Error response from daemon: denied: Permission denied for "2.0" from request "/v2/shop/web/manifests/2.0".`, ImageUnauthorized, Fatal},
	{"a registry that says why it wants a login", `Error response from daemon: Get "https://registry.example.com/v2/": unauthorized: permission denied`, ImageUnauthorized, Fatal},
	// the node's own store, runtime and disk
	{"containerd core/diff/apply (issue 3604)", `failed to pull and unpack image "registry.example.com/shop/web:2.0": failed to extract layer sha256:77ab: failed to get reader from content store: content digest sha256:77ab: not found`, ImagePullFailed, Waiting},
	{"containerd, bare", `content digest sha256:77ab: not found`, ImagePullFailed, Waiting},
	{"containerd core/snapshots", `failed to pull and unpack image "registry.example.com/shop/web:2.0": failed to prepare extraction snapshot "extract-513-Zs9 sha256:77ab": parent snapshot sha256:77ab does not exist: not found`, ImagePullFailed, Waiting},
	{"containerd content/local, k3s report", `failed to extract layer sha256:77ab: failed to get reader from content store: blob sha256:77ab expected at /var/lib/containerd/blobs/sha256/77ab: blob not found`, ImagePullFailed, Waiting},
	{"containerd, SELinux or a lost mount", `failed to pull and unpack image "registry.example.com/shop/web:2.0": failed to extract layer sha256:77ab: failed to mount /var/lib/containerd/tmpmounts/x: permission denied: unknown`, ImagePullFailed, Waiting},
	{"containerd content writer", `failed commit on ref "layer-sha256:77ab": commit failed: unexpected commit digest sha256:00ff, expected sha256:77ab: failed precondition`, ImagePullFailed, Waiting},
	{"containers/storage", `copying system image from manifest list: writing blob: storing blob to file "/var/tmp/container_images_storage18/1": write /var/tmp/container_images_storage18/1: no space left on device`, ImagePullFailed, Waiting},
	{"kubelet, runtime is away", `rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial unix /run/containerd/containerd.sock: connect: connection refused"`, ImagePullFailed, Waiting},
	{"kubelet, runtime is too old", `rpc error: code = Unimplemented desc = unknown service runtime.v1.ImageService`, ImagePullFailed, Waiting},
	{"moby layer store", `Error response from daemon: failed to register layer: open /var/lib/docker/overlay2/ab/committed: no such file or directory`, ImagePullFailed, Waiting},
	{"containerd hosts.toml of the node", `failed to pull and unpack image "registry.example.com/shop/web:2.0": failed to resolve reference "registry.example.com/shop/web:2.0": no resolve hosts: not found`, ImagePullFailed, Waiting},
	{"containerd content lock", `failed to pull and unpack image "registry.example.com/shop/web:2.0": rpc error: code = Unavailable desc = ref layer-sha256:77ab locked for 900ms (since now): unavailable`, ImagePullFailed, Waiting},
	// final answers that are neither 401 nor 404
	{"containerd unexpectedResponseErr, a policy of Harbor", `failed to resolve reference "registry.example.com/shop/web:2.0": unexpected status from HEAD request to https://registry.example.com/v2/shop/web/manifests/2.0: 412 Precondition Failed`, ImagePullFailed, Fatal},
	{"containerd fetcher.go, with the server's message", `failed to copy: httpReadSeeker: failed open: unexpected status code https://registry.example.com/v2/shop/web/manifests/sha256:aa11: 412 Precondition Failed - Server message: unknown: current image without vulnerability scanning cannot be pulled due to configured policy`, ImagePullFailed, Fatal},
	{"containerd, gone", `unexpected status from HEAD request to https://registry.example.com/v2/shop/web/manifests/2.0: 410 Gone`, ImagePullFailed, Fatal},
	{"containerd, legal", `unexpected status from HEAD request to https://registry.example.com/v2/shop/web/manifests/2.0: 451 Unavailable For Legal Reasons`, ImagePullFailed, Fatal},
	{"containers/image, bad request", `reading manifest 2.0 in registry.example.com/shop/web: received unexpected HTTP status: 400 Bad Request`, ImagePullFailed, Fatal},
	{"moby, error parsing", `Error response from daemon: error parsing HTTP 405 response body: invalid character '<' looking for beginning of value`, ImagePullFailed, Fatal},
	{"containers/image, a wrong password at Docker Hub", `initializing source docker://registry.example.com/shop/web:2.0: Requesting bearer token: received unexpected HTTP status: 400 Bad Request`, ImageUnauthorized, Fatal},
	{"containers/image, 403 without words", `Requesting bearer token: invalid status code from registry 403 (Forbidden)`, ImageUnauthorized, Fatal},
	{"containerd fetcher.go, the registry lacks a layer", `failed to copy: httpReadSeeker: failed open: could not fetch content descriptor sha256:77ab (application/vnd.oci.image.layer.v1.tar+gzip) from remote: not found`, ImagePullFailed, Fatal},
	// formats and policies
	{"containerd 2 resolver.go, schema 1", `rpc error: code = Unimplemented desc = failed to pull and unpack image "registry.example.com/shop/web:2.0": not implemented: media type "application/vnd.docker.distribution.manifest.v1+prettyjws" is no longer supported since containerd v2.1, please rebuild the image as "application/vnd.oci.image.manifest.v1+json"`, ImagePullFailed, Fatal},
	{"containerd 2.0 transfer, converter", `failed to get converter for "registry.example.com/shop/web:2.0": Pulling Schema 1 images have been deprecated and disabled by default since containerd v2.0`, ImagePullFailed, Fatal},
	{"moby 26, schema 1", `[DEPRECATION NOTICE] Docker Image Format v1 and Docker Image manifest version 2, schema 1 support is disabled by default and will be removed in an upcoming release`, ImagePullFailed, Fatal},
	{"containerd images, a page in place of a manifest", `failed to unpack image on snapshotter overlayfs: unexpected media type text/html for sha256:aa11: not found`, ImagePullFailed, Fatal},
	{"containerd diff, encrypted layer", `failed to extract layer sha256:77ab: failed to get stream processor for application/vnd.oci.image.layer.v1.tar+encrypted: no processor for media-type: unknown`, ImagePullFailed, Fatal},
	{"containers/image policy", `Source image rejected: A signature was required, but no signature exists`, ImagePullFailed, Fatal},
	{"moby, platform", `no matching manifest for linux/arm64/v8 in the manifest list entries: no match for platform in manifest: not found`, ImageNotFound, Fatal},
	// answers that heal
	{"containerd, 425", `unexpected status from HEAD request to https://registry.example.com/v2/shop/web/manifests/2.0: 425 Too Early`, RegistryUnreachable, Waiting},
	{"containerd, 408", `unexpected status from HEAD request to https://registry.example.com/v2/shop/web/manifests/2.0: 408 Request Timeout`, RegistryUnreachable, Waiting},
	{"containers/image, 429", `reading manifest 2.0 in registry.example.com/shop/web: received unexpected HTTP status: 429 Too Many Requests`, RegistryUnreachable, Waiting},
	{"containerd, 521 of a proxy", `unexpected status from HEAD request to https://registry.example.com/v2/shop/web/manifests/2.0: 521`, RegistryUnreachable, Waiting},
	{"Go net, handshake", `failed to do request: Head "https://registry.example.com/v2/shop/web/manifests/2.0": net/http: TLS handshake timeout`, RegistryUnreachable, Waiting},
	{"kubelet is stopped in the middle", `failed to pull and unpack image "registry.example.com/shop/web:2.0": failed to copy: context canceled`, RegistryUnreachable, Waiting},
}

func TestWhoSpeaksOfAPull(t *testing.T) {
	for _, tt := range pullTexts {
		t.Run(tt.source, func(t *testing.T) {
			got, _ := pullFailure(containerRef{spec: &corev1.Container{Image: "registry.example.com/shop/web:2.0"}}, "ErrImagePull", tt.text)
			tt.check(t, got)
			again, _ := pullFailure(containerRef{spec: &corev1.Container{Image: "registry.example.com/shop/web:2.0"}}, "ImagePullBackOff", `Back-off pulling image "registry.example.com/shop/web:2.0": ErrImagePull: `+tt.text)
			tt.check(t, again)
		})
	}
}

func (s *spoken) check(t *testing.T, got symptom) {
	t.Helper()
	if got.cause != s.cause || got.grade != s.grade {
		t.Errorf("%s/%s, want %s/%s: %s", got.cause, got.grade, s.cause, s.grade, s.text)
	}
}

// An image that is not on the node, or that its runtime can't look at, is no word of a registry.
func TestWhoSpeaksOfAnInspection(t *testing.T) {
	for _, tt := range []spoken{
		{"kubelet image_manager.go", `Failed to inspect image "web:2.0": rpc error: code = NotFound desc = image "sha256:77ab": not found`, ImagePullFailed, Waiting},
		{"kubelet, runtime is away", `Failed to inspect image "web:2.0": rpc error: code = Unavailable desc = connection error`, ImagePullFailed, Waiting},
		{"CRI-O short names", `Failed to inspect image "web": rpc error: code = Unknown desc = short name mode is enforcing, but image name web:latest returns ambiguous list`, ImagePullFailed, Fatal},
	} {
		got, _ := pullFailure(containerRef{spec: &corev1.Container{Image: "web:2.0"}}, "ImageInspectError", tt.text)
		tt.check(t, got)
	}
}

// Starts of a container whose command is /srv/app: the command's own fault, or the node's.
var startTexts = []spoken{
	{"runc 1.2, entrypoint with a missing interpreter", `failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: exec /srv/app: no such file or directory`, CommandNotFound, Fatal},
	{"runc, stat", `failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "/srv/app": stat /srv/app: no such file or directory: unknown`, CommandNotFound, Fatal},
	{"CRI-O passes on runc's log line", `container create failed: time="2026-01-01T00:00:00Z" level=error msg="runc create failed: unable to start container process: exec: \"/srv/app\": stat /srv/app: no such file or directory"`, CommandNotFound, Fatal},
	{"crun src/libcrun/container.c", "container create failed: executable file `/srv/app` not found: No such file or directory", CommandNotFound, Fatal},
	{"crun container.c, loader", "container create failed: exec container process (missing dynamic library?) `/srv/app`: No such file or directory", CommandNotFound, Fatal},
	{"Kata agent", `failed to create shim task: "the file /srv/app was not found": unknown`, CommandNotFound, Fatal},
	{"crun container.c, format", "container create failed: exec container process `/srv/app`: Exec format error", ExecFormat, Fatal},
	{"runc, arguments", `OCI runtime create failed: container_linux.go:370: starting container process caused: exec: "/srv/app": argument list too long: unknown`, ContainerConfigInvalid, Fatal},
	{"runc issue 3831: AppArmor", `failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: unable to apply apparmor profile: apparmor failed to apply profile: write /proc/self/attr/apparmor/exec: no such file or directory: unknown`, ContainerStartFailed, Fatal},
	{"runc, SELinux", `runc create failed: unable to start container process: error during container init: can't set process label: open /proc/thread-self/attr/exec: no such file or directory`, ContainerStartFailed, Fatal},
	{"runc hooks: nvidia-container-cli", `failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: error running prestart hook #0: exit status 1, stdout: , stderr: Auto-detected mode as 'legacy' nvidia-container-cli: initialization error: load library failed: libnvidia-ml.so.1: cannot open shared object file: no such file or directory: unknown`, ContainerStartFailed, Waiting},
	{"runc hooks: binary is missing", `runc create failed: unable to start container process: error during container init: error running createContainer hook #1: fork/exec /usr/bin/nvidia-ctk: no such file or directory`, ContainerStartFailed, Waiting},
	{"runc hooks: in PATH", `runc create failed: error running prestart hook #0: exec: "oci-hook": executable file not found in $PATH`, ContainerStartFailed, Waiting},
	{"containerd shim manager", `failed to create containerd task: failed to start shim: exec: "containerd-shim-kata-v2": executable file not found in $PATH: unknown`, ContainerStartFailed, Waiting},
	{"containerd: runtime of a RuntimeClass", `failed to create shim task: OCI runtime create failed: unable to retrieve OCI runtime error (open /run/containerd/x/log.json: no such file or directory): exec: "runsc": executable file not found in $PATH: unknown`, ContainerStartFailed, Waiting},
	{"containerd: runtime path", `failed to create shim task: OCI runtime create failed: unable to retrieve OCI runtime error (open /run/containerd/x/log.json: no such file or directory): fork/exec /usr/local/nvidia/toolkit/nvidia-container-runtime: no such file or directory: unknown`, ContainerStartFailed, Waiting},
	{"a program that is not the container's", `runc create failed: unable to start container process: exec: "/opt/agent/inject": stat /opt/agent/inject: no such file or directory`, ContainerStartFailed, Fatal},
	{"runc, format of a hook", `error running prestart hook #0: fork/exec /usr/bin/hook: exec format error`, ContainerStartFailed, Waiting},
	{"CRI-O, device", `container create failed: error stat-ing device /dev/net/tun: stat /dev/net/tun: no such file or directory`, ContainerStartFailed, Fatal},
	{"containerd, CDI", `failed to create shim task: OCI runtime create failed: could not apply required modification to OCI specification: error modifying OCI spec: failed to inject CDI devices: unresolvable CDI devices vendor.example.com/gpu=0`, ContainerStartFailed, Waiting},
	{"containerd: the shim's file", `failed to create containerd task: failed to start shim: start failed: fork/exec /usr/bin/containerd-shim-runc-v2: no such file or directory`, ContainerStartFailed, Waiting},
	{"a program of the image with a word of the node's", `runc create failed: unable to start container process: exec: "/srv/run-hook": permission denied: unknown`, ContainerStartFailed, Fatal},
	{"containerd, a part of the image is gone", `failed to create containerd container: error unpacking image: failed to extract layer sha256:77ab: failed to get reader from content store: content digest sha256:77ab: not found`, ContainerStartFailed, Waiting},
	{"gVisor, no sandbox", `failed to create shim task: OCI runtime create failed: creating container: cannot create sandbox: cannot read client sync file: waiting for sandbox to start: EOF: unknown`, ContainerStartFailed, Waiting},
	{"Kata, no virtual machine", `failed to create shim task: Failed to Check if grpc server is working: rpc error: code = DeadlineExceeded desc = timed out connecting to vsock 1:1024: unknown`, ContainerStartFailed, Waiting},
	{"youki, no root filesystem", `failed to create shim task: OCI runtime create failed: youki create failed: failed to prepare rootfs: No such file or directory (os error 2): unknown`, ContainerStartFailed, Waiting},
	{"CDI, no device", `failed to generate spec: failed to inject CDI devices: unresolvable CDI devices nvidia.com/gpu=all: unknown`, ContainerStartFailed, Waiting},
	{"runc, no cgroup", `runc create failed: unable to apply cgroup configuration: failed to write 100000: write /sys/fs/cgroup/cpu.max: no such file or directory: unknown`, ContainerStartFailed, Waiting},
	{"Windows, the container's own command", `hcs::System::CreateProcess web: The system cannot find the file specified.: unknown`, CommandNotFound, Fatal},
	{"containerd, no shim", `failed to start shim: start failed: io.containerd.runc.v2: exec: "containerd-shim-runc-v2": executable file not found in $PATH: unknown`, ContainerStartFailed, Waiting},
	{"runc, a limit that the kernel does not take", `runc create failed: unable to apply cgroup configuration: failed to write "-5": write /sys/fs/cgroup/kubepods/cpu.max: invalid argument`, ContainerStartFailed, Fatal},
	{"containerd, disk", `failed to create containerd container: failed to create prepare snapshot dir: mkdir /var/lib/containerd/x: no space left on device`, ContainerStartFailed, Waiting},
}

func TestWhoSpeaksOfAStart(t *testing.T) {
	for _, tt := range startTexts {
		t.Run(tt.source, func(t *testing.T) {
			tt.check(t, createFailure(&corev1.Container{Name: "webhook", Command: []string{"/srv/app"}}, tt.text))
		})
	}
}

// Denials: a policy's own word, or a request of the policy that got no answer.
var denialTexts = []spoken{
	{"Kyverno verifyImages, canceled", "admission webhook \"mutate.kyverno.svc-fail\" denied the request: \n\nresource Pod/shop/ was blocked due to the following policies \n\nverify:\n  verify: 'failed to update digest: failed to fetch image reference: registry.example.com/web:2.0, error: Get \"https://registry.example.com/v2/\": context\n    canceled'\n", AdmissionDenied, Waiting},
	{"Kyverno verifyImages, time-out", `admission webhook "mutate.kyverno.svc-fail" denied the request: verify: 'failed to verify image registry.example.com/web:2.0: .attestors[0].entries[0].keys: Get "https://registry.example.com/v2/": dial tcp 10.0.0.1:443: i/o timeout'`, AdmissionDenied, Waiting},
	{"Kyverno, throttled", `admission webhook "mutate.kyverno.svc-fail" denied the request: verify: 'failed to fetch image descriptor: GET https://index.docker.io/v2/web/manifests/2.0: TOOMANYREQUESTS: You have reached your pull rate limit'`, AdmissionDenied, Waiting},
	{"ImagePolicyWebhook backend", `pods "web-1" is forbidden: Post "https://127.0.0.1:1/image-policy": dial tcp 127.0.0.1:1: connect: connection refused`, AdmissionDenied, Waiting},
	{"Ratify, name server", `admission webhook "validation.gatekeeper.sh" denied the request: [ratify] Subject failed verification: lookup registry.example.com: no such host`, AdmissionDenied, Waiting},
	{"Connaisseur, without a reason", `admission webhook "connaisseur" denied the request: could not fetch trust data for image "web:2.0"`, AdmissionDenied, Waiting},
	{"a policy server on Node.js", `admission webhook "scan.example.com" denied the request: getaddrinfo EAI_AGAIN registry.example.com`, AdmissionDenied, Waiting},
	{"a scanner that answers 503", `admission webhook "scan.example.com" denied the request: scanner: unexpected status code: 503`, AdmissionDenied, Waiting},
	{"Kyverno, no signature", `admission webhook "mutate.kyverno.svc-fail" denied the request: verify: 'failed to verify image registry.example.com/web:2.0: .attestors[0].entries[0].keys: no signatures found'`, AdmissionDenied, Fatal},
	{"Kyverno, wrong signature", `admission webhook "mutate.kyverno.svc-fail" denied the request: verify: 'failed to update digest: failed to fetch image reference: registry.example.com/web:2.0, no matching signatures'`, AdmissionDenied, Fatal},
	{"Kyverno, the registry says that it has none", `admission webhook "mutate.kyverno.svc-fail" denied the request: verify: 'failed to fetch image descriptor: GET https://registry.example.com/v2/web/manifests/2.0: MANIFEST_UNKNOWN: manifest unknown'`, AdmissionDenied, Fatal},
	{"Kyverno, the registry wants a login", `admission webhook "mutate.kyverno.svc-fail" denied the request: verify: 'failed to fetch image descriptor: unexpected status code 401 Unauthorized'`, AdmissionDenied, Fatal},
	{"Gatekeeper, a limit of 512", `admission webhook "validation.gatekeeper.sh" denied the request: [limits] container <web> memory limit: 512 is higher than the maximum allowed of 256`, AdmissionDenied, Fatal},
	{"a policy about time-outs", `admission webhook "policy.example.com" denied the request: readinessProbe: a timeout is required`, AdmissionDenied, Fatal},
	{"a policy about rate limits", `admission webhook "policy.example.com" denied the request: the annotation rate limit must be set`, AdmissionDenied, Fatal},
	{"a policy whose name sounds like a fault", `admission webhook "connection-refused.timeout.example.com" denied the request: policy "dial tcp" says no`, AdmissionDenied, Fatal},
	{"a policy server, a time-out without a verb of its own", `admission webhook "scan.example.com" denied the request: failed to verify image registry.example.com/web:2.0: context deadline exceeded`, AdmissionDenied, Waiting},
	{"a policy server, throttled", `admission webhook "scan.example.com" denied the request: fetching the report: 429 Too Many Requests`, AdmissionDenied, Waiting},
	{"a policy with a number of its own", `admission webhook "policy.example.com" denied the request: policy code: 500 exceeded max cpu`, AdmissionDenied, Fatal},
	{"a policy about answers", `admission webhook "policy.example.com" denied the request: the probe's expected response: 503 is not allowed`, AdmissionDenied, Fatal},
	{"a policy about an annotation", `admission webhook "policy.example.com" denied the request: check: 'validation error: request timed out budget must be annotated'`, AdmissionDenied, Fatal},
	{"a policy about a protocol", `admission webhook "policy.example.com" denied the request: securityContext: Http2: must be off`, AdmissionDenied, Fatal},
	{"a policy about a tier", `admission webhook "policy.example.com" denied the request: service unavailable tier is not allowed`, AdmissionDenied, Fatal},
	{"jsPolicy", `admission webhook "jspolicy.loft.sh" denied the request: request denied by policy no-latest.example.com: latest is not allowed`, AdmissionDenied, Fatal},
	{"Kubewarden, out of time", `admission webhook "clusterwide-verify.kubewarden.admission" denied the request: policy evaluation error: execution deadline exceeded`, AdmissionDenied, Waiting},
	{"Kubewarden says no", `admission webhook "clusterwide-psp.kubewarden.admission" denied the request: Privileged container is not allowed`, AdmissionDenied, Fatal},
	{"Polaris", `admission webhook "polaris.fairwinds.com" denied the request: Polaris prevented this deployment due to configuration problems: - Container web: Image tag should be specified`, AdmissionDenied, Fatal},
	{"sigstore, no signature", `admission webhook "policy.sigstore.dev" denied the request: validation failed: failed policy: image-policy: spec.template.spec.containers[0].image registry.example.com/web@sha256:abc signature key validation failed for authority authority-0: no signatures found`, AdmissionDenied, Fatal},
	{"sigstore, no transparency log", `admission webhook "policy.sigstore.dev" denied the request: validation failed: failed policy: p: spec.containers[0].image r/web@sha256:abc signature keyless validation failed for authority a: Get "https://rekor.sigstore.dev/api/v1/log/publicKey": net/http: TLS handshake timeout`, AdmissionDenied, Waiting},
	{"a scanner that hangs up", `admission webhook "scan.example.com" denied the request: Post "https://scan.example.com/v1": EOF`, AdmissionDenied, Waiting},
	{"ValidatingAdmissionPolicy", `pods "web-1" is forbidden: ValidatingAdmissionPolicy 'no-root' with binding 'no-root' denied request: containers must not run as root`, AdmissionDenied, Fatal},
	{"a policy server in Java", `admission webhook "scan.example.com" denied the request: java.net.UnknownHostException: registry.example.com`, AdmissionDenied, Waiting},
	{"a policy server in Python", `admission webhook "scan.example.com" denied the request: HTTPSConnectionPool(host='registry.example.com', port=443): Max retries exceeded with url: /v2/ (Caused by NewConnectionError('Failed to establish a new connection: [Errno 111] Connection refused'))`, AdmissionDenied, Waiting},
	{"a policy server in Python, slow", `admission webhook "scan.example.com" denied the request: HTTPSConnectionPool(host='r.example.com', port=443): Read timed out. (read timeout=10)`, AdmissionDenied, Waiting},
	{"a registry behind a broken gateway", `admission webhook "scan.example.com" denied the request: registry returned 502 Bad Gateway`, AdmissionDenied, Waiting},
	{"a registry in trouble", `admission webhook "scan.example.com" denied the request: the registry r.example.com returned 503`, AdmissionDenied, Waiting},
	{"a policy about numbers", `admission webhook "policy.example.com" denied the request: spec.containers[0].resources.limits.memory: expected at least 1024 Mi, received 512 Mi`, AdmissionDenied, Fatal},
	{"a policy about a number", `admission webhook "policy.example.com" denied the request: runAsUser must be 1000 or more, received 500`, AdmissionDenied, Fatal},
	{"gRPC, unavailable", `admission webhook "scan.example.com" denied the request: rpc error: code = Unavailable desc = upstream connect error`, AdmissionDenied, Waiting},
	{"gRPC, denied", `admission webhook "scan.example.com" denied the request: rpc error: code = PermissionDenied desc = image not allowed`, AdmissionDenied, Fatal},
	{"Vault's injector", `admission webhook "vault.hashicorp.com" denied the request: error validating agent configuration: no Vault role found`, AdmissionDenied, Fatal},
	{"Istio's injector", `admission webhook "rev.namespace.sidecar-injector.istio.io" denied the request: failed to parse injected pod: invalid proxy cpu quantity`, AdmissionDenied, Fatal},
	{"a policy server in Rust", `admission webhook "scan.example.com" denied the request: error sending request for url (https://r.example.com/): operation timed out`, AdmissionDenied, Waiting},
	{"PodSecurity", `pods "web-1" is forbidden: violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false`, AdmissionDenied, Fatal},
}

func TestWhoSpeaksOfADenial(t *testing.T) {
	for _, tt := range denialTexts {
		t.Run(tt.source, func(t *testing.T) {
			got, _ := refusal(tt.text)
			tt.check(t, got)
		})
	}
}
