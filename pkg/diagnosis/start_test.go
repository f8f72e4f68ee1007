package diagnosis

import (
	"testing"

	corev1 "k8s.io/api/core/v1"
)

// What runtimes say when a container can't be started, as it comes with RunContainerError,
// CreateContainerError, StartError and ContainerCannotRun.
func TestCreateFailure(t *testing.T) {
	tests := []struct {
		name, text string
		cause      Cause
		grade      Grade
		message    string
	}{
		{"containerd, not in PATH", `failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: exec: "server": executable file not found in $PATH`, CommandNotFound, Fatal, `exec: "server": executable file not found in $PATH`},
		{"containerd, no such path", `failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "/srv/run": stat /srv/run: no such file or directory: unknown`, CommandNotFound, Fatal, `exec: "/srv/run": stat /srv/run: no such file or directory`},
		{"containerd, not executable", `failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "/srv/run": permission denied: unknown`, ContainerStartFailed, Fatal, `exec: "/srv/run": permission denied`},
		{"containerd, a directory", `failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "/srv": is a directory: unknown`, ContainerStartFailed, Fatal, `exec: "/srv": is a directory`},
		{"containerd, working directory", `failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: chdir to cwd ("/x") set in config.json failed: no such file or directory`, ContainerStartFailed, Fatal, ""},
		{"containerd, mount", `failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: error mounting "/var/lib/kubelet/pods/x" to rootfs at "/etc/app.conf": mount src=/var, dst=/etc/app.conf: not a directory: unknown: Are you trying to mount a directory onto a file (or vice-versa)?`, ContainerStartFailed, Fatal, ""},
		{"containerd, wrong format", `failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec /app: exec format error: unknown`, ExecFormat, Fatal, `exec /app: exec format error`},
		{"containerd, memory", `failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: container init was OOM-killed (memory limit too low?): unknown`, OOMKilled, Failing, ""},
		{"containerd, busy", `failed to reserve container name "web_web-1_ns_0": name "web_web-1_ns_0" is reserved for "abc"`, ContainerStartFailed, Waiting, ""},
		{"containerd, slow", `context deadline exceeded`, ContainerStartFailed, Waiting, "context deadline exceeded"},
		{"CRI-O, runc", `container create failed: time="2026-01-01T00:00:00Z" level=error msg="runc create failed: unable to start container process: exec: \"server\": executable file not found in $PATH"`, CommandNotFound, Fatal, `exec: "server": executable file not found in $PATH`},
		{"CRI-O, crun", "container create failed: executable file `server` not found in $PATH: No such file or directory", CommandNotFound, Fatal, ""},
		{"CRI-O, crun path", `container create failed: open executable: No such file or directory`, CommandNotFound, Fatal, "open executable: No such file or directory"},
		{"CRI-O, crun permission", `container create failed: open executable: Permission denied`, ContainerStartFailed, Fatal, ""},
		{"crun, format", "crun: exec container process `/app`: Exec format error", ExecFormat, Fatal, ""},
		{"docker", `OCI runtime create failed: container_linux.go:380: starting container process caused: exec: "server": executable file not found in $PATH: unknown`, CommandNotFound, Fatal, `exec: "server": executable file not found in $PATH`},
		{"docker, daemon", `failed to start container "abc": Error response from daemon: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "./run.sh": stat ./run.sh: no such file or directory: unknown`, CommandNotFound, Fatal, `exec: "./run.sh": stat ./run.sh: no such file or directory`},
		{"gVisor", `failed to create containerd task: failed to create shim task: OCI runtime create failed: creating container: cannot create sandbox: error finding executable "server" in PATH [/bin]: no such file or directory`, CommandNotFound, Fatal, ""},
		{"Windows", `failed to create containerd task: hcs::System::CreateProcess web: The system cannot find the file specified.: unknown`, CommandNotFound, Fatal, ""},
		{"device", `failed to create shim task: OCI runtime create failed: error gathering device information while adding custom device "/dev/fuse": no such file or directory`, ContainerStartFailed, Fatal, ""},
		{"no command", `no command specified`, ContainerConfigInvalid, Fatal, "no command specified"},
		{"user", `failed to generate container "abc" spec: failed to generate spec: mount callback failed: no users found`, ContainerConfigInvalid, Fatal, ""},
		{"secret", `secret "db" not found`, SecretMissing, Fatal, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := createFailure(&corev1.Container{Name: "web"}, tt.text)
			if got.cause != tt.cause || got.grade != tt.grade {
				t.Errorf("%s/%s, want %s/%s", got.cause, got.grade, tt.cause, tt.grade)
			}
			if tt.message != "" && got.message != tt.message {
				t.Errorf("message %q, want %q", got.message, tt.message)
			}
		})
	}
}

func TestConfigFailure(t *testing.T) {
	tests := []struct {
		text    string
		cause   Cause
		grade   Grade
		subject string
	}{
		{`secret "db-credentials" not found`, SecretMissing, Fatal, "db-credentials"},
		{`configmap "web-settings" not found`, ConfigMapMissing, Fatal, "web-settings"},
		{`configmaps "web-settings" not found`, ConfigMapMissing, Fatal, "web-settings"},
		{`couldn't find key password in Secret shop/db`, SecretKeyMissing, Fatal, "password"},
		{`couldn't find key level in ConfigMap shop/web`, ConfigMapKeyMissing, Fatal, "level"},
		{`container has runAsNonRoot and image will run as root (pod: "web_shop(1)", container: web)`, ContainerConfigInvalid, Fatal, ""},
		{`container has runAsNonRoot and image has non-numeric user (app), cannot verify user is non-root`, ContainerConfigInvalid, Fatal, ""},
		{`failed to prepare subPath for volumeMount "cfg" of container "web"`, ContainerConfigInvalid, Fatal, ""},
		{`failed to sync secret cache: timed out waiting for the condition`, ContainerConfigInvalid, Waiting, ""},
		{`services have not yet been read at least once, cannot construct envvars`, ContainerConfigInvalid, Waiting, ""},
	}
	for _, tt := range tests {
		got := configFailure(tt.text)
		if got.cause != tt.cause || got.grade != tt.grade || got.subject != tt.subject {
			t.Errorf("%q: %s/%s %q, want %s/%s %q", tt.text, got.cause, got.grade, got.subject, tt.cause, tt.grade, tt.subject)
		}
	}
}

func TestMountFailure(t *testing.T) {
	tests := []struct {
		text  string
		cause Cause
	}{
		{`MountVolume.SetUp failed for volume "cfg" : configmap "web-config" not found`, ConfigMapMissing},
		{`MountVolume.SetUp failed for volume "tls" : secret "web-tls" not found`, SecretMissing},
		{`MountVolume.SetUp failed for volume "tls" : references non-existent secret key: tls.crt`, SecretKeyMissing},
		{`MountVolume.SetUp failed for volume "cfg" : references non-existent config key: app.yaml`, ConfigMapKeyMissing},
		{`MountVolume.SetUp failed for volume "all" : [secret "a" not found, configmap "b" not found]`, SecretMissing},
		{`MountVolume.SetUp failed for volume "cfg" : failed to sync configmap cache: timed out waiting for the condition`, VolumeMountFailed},
		{`Unable to attach or mount volumes: unmounted volumes=[data], unattached volumes=[], failed to process volumes=[]: timed out waiting for the condition`, VolumeMountFailed},
		{`Multi-Attach error for volume "pvc-1" Volume is already used by pod(s) web-1`, VolumeMountFailed},
		{`MountVolume.SetUp failed for volume "v" : rpc error: code = Unknown desc = failed to get secretproviderclass shop/vault, error: SecretProviderClass.secrets-store.csi.x-k8s.io "vault" not found`, VolumeMountFailed},
		{`MountVolume.SetUp failed for volume "h" : hostPath type check failed: /data is not a directory`, VolumeMountFailed},
	}
	for _, tt := range tests {
		if got := mountFailure(tt.text); got.cause != tt.cause {
			t.Errorf("%q: %s, want %s", tt.text, got.cause, tt.cause)
		}
	}
}

func TestRefusal(t *testing.T) {
	tests := []struct {
		text    string
		cause   Cause
		grade   Grade
		message string
	}{
		{`pods "web-1" is forbidden: exceeded quota: team, requested: pods=1, used: pods=3, limited: pods=3`, QuotaExceeded, Fatal, `exceeded quota: team, requested: pods=1, used: pods=3, limited: pods=3`},
		{`pods "web-1" is forbidden: failed quota: compute: must specify limits.cpu for: web`, AdmissionDenied, Fatal, ""},
		{`pods "web-1" is forbidden: status unknown for quota: team, resources: pods`, QuotaExceeded, Waiting, ""},
		{`pods "web-1" is forbidden: [maximum cpu usage per Container is 1, but limit is 2, maximum memory usage per Pod is 1Gi, but limit is 2Gi]`, AdmissionDenied, Fatal, ""},
		{`pods "web-1" is forbidden: violates PodSecurity "restricted:latest": runAsNonRoot != true`, AdmissionDenied, Fatal, `violates PodSecurity "restricted:latest": runAsNonRoot != true`},
		{`admission webhook "policy.acme.io" denied the request: image is not signed`, AdmissionDenied, Fatal, ""},
		{`pods "web-1" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: no latest tag`, AdmissionDenied, Fatal, ""},
		{`pods "web-" is forbidden: unable to validate against any security context constraint: [provider "anyuid": Forbidden]`, AdmissionDenied, Fatal, ""},
		{`pods "web-" is forbidden: error looking up service account shop/runner: serviceaccount "runner" not found`, ServiceAccountMissing, Fatal, ""},
		{`Internal error occurred: failed calling webhook "inject.acme.io": failed to call webhook: Post "https://inject.acme.svc:443/mutate?timeout=10s": no endpoints available for service "inject"`, WebhookUnavailable, Waiting, ""},
		{`Internal error occurred: failed calling webhook "inject.acme.io": failed to call webhook: Post "https://inject.acme.svc:443/": context deadline exceeded`, WebhookUnavailable, Waiting, ""},
		{`Pod "web-1" is invalid: spec.containers[0].image: Required value`, AdmissionDenied, Fatal, ""},
		{`pods "web-1" is forbidden: no PriorityClass with name urgent was found`, AdmissionDenied, Fatal, ""},
		{`pods "web-1" is forbidden: not yet ready to handle request`, AdmissionDenied, Waiting, ""},
		{`etcdserver: request timed out`, "", "", ""},
		{`Timeout: request did not complete within requested timeout`, "", "", ""},
	}
	for _, tt := range tests {
		got, _ := refusal(tt.text)
		if got.cause != tt.cause || got.grade != tt.grade {
			t.Errorf("%q: %s/%s, want %s/%s", tt.text, got.cause, got.grade, tt.cause, tt.grade)
		}
		if tt.message != "" && got.message != tt.message {
			t.Errorf("message %q, want %q", got.message, tt.message)
		}
	}
}
