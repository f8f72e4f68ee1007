package diagnosis

import (
	"strings"
	"testing"
	"time"
)

// Each case is a pod as the API shows it, and what it is called once its events have been read.
func TestDiagnosis(t *testing.T) {
	tests := []struct {
		name, pod, events string
		cause             Cause
		grade             Grade
		container         string
		message           string
	}{
		{name: "a crash", pod: `
status:
  containerStatuses:
  - {name: web, restartCount: 1, state: {terminated: {exitCode: 2, reason: Error}}}
`, cause: CrashLoop, grade: Failing, container: "web", message: "Error, exit code 2"},

		{name: "a crash whose program left a message of several lines", pod: `
status:
  containerStatuses:
  - name: web
    restartCount: 1
    state: {waiting: {reason: CrashLoopBackOff, message: back-off 10s restarting failed container}}
    lastState: {terminated: {exitCode: 2, reason: Error, message: "starting\npanic: no database\n\ngoroutine 1 [running]:\nmain.main()\n"}}
`, cause: CrashLoop, grade: Failing, container: "web", message: "panic: no database"},

		{name: "killed with 137 and no word of memory", pod: `
status:
  containerStatuses:
  - {name: web, restartCount: 1, state: {terminated: {exitCode: 137, reason: Error}}}
`, cause: CrashLoop, grade: Failing, container: "web", message: "Error, exit code 137"},

		{name: "out of memory, with another exit code", pod: `
status:
  containerStatuses:
  - {name: web, restartCount: 1, state: {terminated: {exitCode: 1, reason: OOMKilled}}}
`, cause: OOMKilled, grade: Failing, container: "web", message: "OOMKilled, exit code 1"},

		{name: "out of memory in an init container", pod: `
spec: {initContainers: [{name: migrate, resources: {limits: {memory: 64Mi}}}], containers: [{name: web}]}
status:
  initContainerStatuses:
  - {name: migrate, restartCount: 1, state: {waiting: {reason: CrashLoopBackOff}}, lastState: {terminated: {exitCode: 137, reason: OOMKilled}}}
  containerStatuses:
  - {name: web, state: {waiting: {reason: PodInitializing}}}
`, cause: OOMKilled, grade: Failing, container: "migrate", message: "OOMKilled, exit code 137, memory limit 64Mi"},

		{name: "an init container that fails", pod: `
spec: {initContainers: [{name: migrate}], containers: [{name: web}]}
status:
  initContainerStatuses:
  - {name: migrate, restartCount: 2, state: {terminated: {exitCode: 1, reason: Error}}}
  containerStatuses:
  - {name: web, state: {waiting: {reason: PodInitializing}}}
`, cause: InitFailed, grade: Failing, container: "migrate"},

		{name: "an init container that failed and then was done", pod: `
spec: {initContainers: [{name: migrate}], containers: [{name: web}]}
status:
  initContainerStatuses:
  - {name: migrate, restartCount: 2, state: {terminated: {exitCode: 0, reason: Completed}}, lastState: {terminated: {exitCode: 1, reason: Error}}}
  containerStatuses:
  - {name: web, state: {terminated: {exitCode: 3, reason: Error}}}
`, cause: CrashLoop, grade: Failing, container: "web", message: "Error, exit code 3"},

		{name: "an init container under way", pod: `
spec: {initContainers: [{name: wait-for-db}], containers: [{name: web}]}
status:
  initContainerStatuses:
  - {name: wait-for-db, state: {running: {startedAt: "2026-01-01T12:00:00Z"}}}
  containerStatuses:
  - {name: web, state: {waiting: {reason: PodInitializing}}}
`, cause: InitRunning, grade: Waiting, container: "wait-for-db"},

		{name: "a native sidecar that crashes is no init container", pod: `
spec: {initContainers: [{name: proxy, restartPolicy: Always}], containers: [{name: web}]}
status:
  initContainerStatuses:
  - {name: proxy, restartCount: 2, state: {waiting: {reason: CrashLoopBackOff}}, lastState: {terminated: {exitCode: 1, reason: Error}}}
  containerStatuses:
  - {name: web, state: {waiting: {reason: PodInitializing}}}
`, cause: CrashLoop, grade: Failing, container: "proxy"},

		{name: "a sidecar whose image is not there", pod: `
spec: {initContainers: [{name: proxy, restartPolicy: Always, image: "mesh/proxy:9"}], containers: [{name: web}]}
status:
  initContainerStatuses:
  - {name: proxy, state: {waiting: {reason: ErrImagePull, message: "mesh/proxy:9: not found"}}}
  containerStatuses:
  - {name: web, state: {waiting: {reason: PodInitializing}}}
`, cause: ImageNotFound, grade: Fatal, container: "proxy", message: "mesh/proxy:9: not found"},

		{name: "a liveness probe killed it, and it ended with 143", pod: `
spec: {containers: [{name: web, livenessProbe: {httpGet: {path: /live, port: 8080}}}]}
status:
  containerStatuses:
  - {name: web, restartCount: 1, state: {running: {startedAt: "2026-01-01T12:00:00Z"}}, lastState: {terminated: {exitCode: 143, reason: Error, startedAt: "2026-01-01T11:59:00Z", finishedAt: "2026-01-01T12:00:00Z"}}}
`, events: `
- {reason: Unhealthy, message: "Liveness probe failed: Get \"http://10.0.0.1:8080/live\": context deadline exceeded", lastTimestamp: "2026-01-01T11:59:58Z", involvedObject: {uid: web-1, kind: Pod, fieldPath: "spec.containers{web}"}}
- {reason: Killing, message: "Container web failed liveness probe, will be restarted", lastTimestamp: "2026-01-01T11:59:59Z", involvedObject: {uid: web-1, kind: Pod, fieldPath: "spec.containers{web}"}}
`, cause: LivenessFailing, grade: Failing, container: "web", message: `Liveness probe failed: Get "http://10.0.0.1:8080/live": context deadline exceeded`},

		{name: "killed for a liveness probe that the pod does not show", pod: `
status:
  containerStatuses:
  - name: web
    restartCount: 1
    state: {running: {startedAt: "2026-01-01T12:00:40Z"}}
    lastState: {terminated: {exitCode: 0, reason: Completed, startedAt: "2026-01-01T12:00:01Z", finishedAt: "2026-01-01T12:00:40Z"}}
`, events: `
- {metadata: {name: a}, reason: Unhealthy, type: Warning, message: "Liveness probe failed: HTTP probe failed with statuscode: 500", lastTimestamp: "2026-01-01T12:00:10Z", involvedObject: {fieldPath: "spec.containers{web}"}}
- {metadata: {name: b}, reason: Killing, type: Normal, message: "Container web failed liveness probe, will be restarted", lastTimestamp: "2026-01-01T12:00:10Z", involvedObject: {fieldPath: "spec.containers{web}"}}
`, cause: LivenessFailing, grade: Failing, container: "web", message: "Liveness probe failed: HTTP probe failed with statuscode: 500"},

		{name: "killed for a probe again and again, the last time without an event", pod: `
status:
  startTime: "2026-01-01T11:59:24Z"
  containerStatuses:
  - name: web
    restartCount: 8
    state: {waiting: {reason: CrashLoopBackOff}}
    lastState: {terminated: {exitCode: 0, reason: Completed, startedAt: "2026-01-01T12:05:00Z", finishedAt: "2026-01-01T12:05:12Z"}}
`, events: `
- {metadata: {name: b}, reason: Killing, type: Normal, count: 6, message: "Container web failed liveness probe, will be restarted", firstTimestamp: "2026-01-01T11:59:38Z", lastTimestamp: "2026-01-01T12:00:40Z", involvedObject: {fieldPath: "spec.containers{web}"}}
`, cause: LivenessFailing, grade: Failing, container: "web", message: "Container web failed liveness probe, will be restarted"},

		{name: "killed for a probe once, and ended by itself later", pod: `
status:
  containerStatuses:
  - name: web
    restartCount: 8
    state: {waiting: {reason: CrashLoopBackOff}}
    lastState: {terminated: {exitCode: 0, reason: Completed, startedAt: "2026-01-01T12:05:00Z", finishedAt: "2026-01-01T12:05:12Z"}}
`, events: `
- {metadata: {name: b}, reason: Killing, type: Normal, count: 1, message: "Container web failed liveness probe, will be restarted", lastTimestamp: "2026-01-01T12:00:40Z", involvedObject: {fieldPath: "spec.containers{web}"}}
`, cause: CrashLoop, grade: Failing, container: "web"},

		{name: "killed for a probe often, and crashed later", pod: `
status:
  startTime: "2026-01-01T11:59:24Z"
  containerStatuses:
  - name: web
    restartCount: 8
    state: {waiting: {reason: CrashLoopBackOff}}
    lastState: {terminated: {exitCode: 1, reason: Completed, startedAt: "2026-01-01T12:05:00Z", finishedAt: "2026-01-01T12:05:12Z"}}
`, events: `
- {metadata: {name: b}, reason: Killing, type: Normal, count: 6, message: "Container web failed liveness probe, will be restarted", firstTimestamp: "2026-01-01T11:59:38Z", lastTimestamp: "2026-01-01T12:00:40Z", involvedObject: {fieldPath: "spec.containers{web}"}}
`, cause: CrashLoop, grade: Failing, container: "web"},

		{name: "a probe kills the present run, and the last one crashed", pod: `
spec: {containers: [{name: web, livenessProbe: {periodSeconds: 5, failureThreshold: 3}}]}
status:
  containerStatuses:
  - name: web
    restartCount: 8
    state: {running: {startedAt: "2026-01-01T12:08:00Z"}}
    lastState: {terminated: {exitCode: 1, reason: Completed, startedAt: "2026-01-01T12:05:00Z", finishedAt: "2026-01-01T12:08:00Z"}}
`, events: `
- {metadata: {name: b}, reason: Killing, type: Normal, count: 1, firstTimestamp: "2026-01-01T12:08:20Z", lastTimestamp: "2026-01-01T12:08:20Z", message: "Container web failed liveness probe, will be restarted", involvedObject: {fieldPath: "spec.containers{web}"}}
`, cause: CrashLoop, grade: Failing, container: "web"},

		{name: "a probe kills the present run, and the last one ended by itself", pod: `
spec: {containers: [{name: web, livenessProbe: {periodSeconds: 5, failureThreshold: 3}}]}
status:
  containerStatuses:
  - name: web
    restartCount: 8
    state: {running: {startedAt: "2026-01-01T12:08:00Z"}}
    lastState: {terminated: {exitCode: 0, reason: Completed, startedAt: "2026-01-01T12:05:00Z", finishedAt: "2026-01-01T12:08:00Z"}}
`, events: `
- {metadata: {name: b}, reason: Killing, type: Normal, count: 1, firstTimestamp: "2026-01-01T12:08:20Z", lastTimestamp: "2026-01-01T12:08:20Z", message: "Container web failed liveness probe, will be restarted", involvedObject: {fieldPath: "spec.containers{web}"}}
`, cause: CrashLoop, grade: Failing, container: "web"},

		{name: "a probe killed the last run and kills the present one", pod: `
spec: {containers: [{name: web, livenessProbe: {periodSeconds: 5, failureThreshold: 3}}]}
status:
  containerStatuses:
  - name: web
    restartCount: 8
    state: {running: {startedAt: "2026-01-01T12:08:00Z"}}
    lastState: {terminated: {exitCode: 143, reason: Completed, startedAt: "2026-01-01T12:05:00Z", finishedAt: "2026-01-01T12:08:00Z"}}
`, events: `
- {metadata: {name: b}, reason: Killing, type: Normal, count: 2, firstTimestamp: "2026-01-01T12:07:55Z", lastTimestamp: "2026-01-01T12:08:20Z", message: "Container web failed liveness probe, will be restarted", involvedObject: {fieldPath: "spec.containers{web}"}}
`, cause: LivenessFailing, grade: Failing, container: "web", message: "Container web failed liveness probe, will be restarted"},

		{name: "killed just before its end, by a clock that rounds", pod: `
spec: {containers: [{name: web, livenessProbe: {periodSeconds: 5, failureThreshold: 3}}]}
status:
  containerStatuses:
  - name: web
    restartCount: 8
    state: {running: {startedAt: "2026-01-01T12:08:00Z"}}
    lastState: {terminated: {exitCode: 137, reason: Completed, startedAt: "2026-01-01T12:05:00Z", finishedAt: "2026-01-01T12:08:00Z"}}
`, events: `
- {metadata: {name: b}, reason: Killing, type: Normal, count: 1, firstTimestamp: "2026-01-01T12:08:01Z", lastTimestamp: "2026-01-01T12:08:01Z", message: "Container web failed liveness probe, will be restarted", involvedObject: {fieldPath: "spec.containers{web}"}}
`, cause: LivenessFailing, grade: Failing, container: "web", message: "Container web failed liveness probe, will be restarted"},

		{name: "killed often before, and ended by itself sooner than the probe fails", pod: `
spec: {containers: [{name: web, livenessProbe: {periodSeconds: 5, failureThreshold: 3}}]}
status:
  startTime: "2026-01-01T11:59:24Z"
  containerStatuses:
  - name: web
    restartCount: 8
    state: {waiting: {reason: CrashLoopBackOff}}
    lastState: {terminated: {exitCode: 0, reason: Completed, startedAt: "2026-01-01T12:07:56Z", finishedAt: "2026-01-01T12:08:00Z"}}
`, events: `
- {metadata: {name: b}, reason: Killing, type: Normal, count: 6, firstTimestamp: "2026-01-01T11:59:38Z", lastTimestamp: "2026-01-01T12:00:40Z", message: "Container web failed liveness probe, will be restarted", involvedObject: {fieldPath: "spec.containers{web}"}}
`, cause: CrashLoop, grade: Failing, container: "web"},

		{name: "killed often before, and ended by itself after hours", pod: `
spec: {containers: [{name: web, livenessProbe: {periodSeconds: 5, failureThreshold: 3}}]}
status:
  startTime: "2026-01-01T11:59:24Z"
  containerStatuses:
  - name: web
    restartCount: 8
    state: {waiting: {reason: CrashLoopBackOff}}
    lastState: {terminated: {exitCode: 0, reason: Completed, startedAt: "2026-01-01T12:01:00Z", finishedAt: "2026-01-01T12:07:00Z"}}
`, events: `
- {metadata: {name: b}, reason: Killing, type: Normal, count: 6, firstTimestamp: "2026-01-01T11:59:38Z", lastTimestamp: "2026-01-01T12:00:40Z", message: "Container web failed liveness probe, will be restarted", involvedObject: {fieldPath: "spec.containers{web}"}}
`, cause: CrashLoop, grade: Failing, container: "web"},

		{name: "killed often before, and again after the time of the probe", pod: `
spec: {containers: [{name: web, livenessProbe: {periodSeconds: 5, failureThreshold: 3}}]}
status:
  startTime: "2026-01-01T11:59:24Z"
  containerStatuses:
  - name: web
    restartCount: 8
    state: {waiting: {reason: CrashLoopBackOff}}
    lastState: {terminated: {exitCode: 0, reason: Completed, startedAt: "2026-01-01T12:07:44Z", finishedAt: "2026-01-01T12:08:00Z"}}
`, events: `
- {metadata: {name: b}, reason: Killing, type: Normal, count: 6, firstTimestamp: "2026-01-01T11:59:38Z", lastTimestamp: "2026-01-01T12:00:40Z", message: "Container web failed liveness probe, will be restarted", involvedObject: {fieldPath: "spec.containers{web}"}}
`, cause: LivenessFailing, grade: Failing, container: "web", message: "Container web failed liveness probe, will be restarted"},

		{name: "killed often before by a probe that the pod does not show, and ended by itself sooner", pod: `
status:
  startTime: "2026-01-01T11:59:24Z"
  containerStatuses:
  - name: web
    restartCount: 8
    state: {waiting: {reason: CrashLoopBackOff}}
    lastState: {terminated: {exitCode: 0, reason: Completed, startedAt: "2026-01-01T12:07:56Z", finishedAt: "2026-01-01T12:08:00Z"}}
`, events: `
- {metadata: {name: b}, reason: Killing, type: Normal, count: 6, firstTimestamp: "2026-01-01T11:59:38Z", lastTimestamp: "2026-01-01T12:00:40Z", message: "Container web failed liveness probe, will be restarted", involvedObject: {fieldPath: "spec.containers{web}"}}
`, cause: CrashLoop, grade: Failing, container: "web"},

		{name: "killed for a startup probe that the pod does not show", pod: `
status:
  containerStatuses:
  - name: web
    restartCount: 2
    state: {waiting: {reason: CrashLoopBackOff}}
    lastState: {terminated: {exitCode: 143, reason: Error, startedAt: "2026-01-01T12:00:01Z", finishedAt: "2026-01-01T12:00:40Z"}}
`, events: `
- {metadata: {name: b}, reason: Killing, type: Normal, message: "Container web failed startup probe, will be restarted", lastTimestamp: "2026-01-01T12:00:38Z", involvedObject: {fieldPath: "spec.containers{web}"}}
`, cause: StartupFailing, grade: Failing, container: "web", message: "Container web failed startup probe, will be restarted"},

		{name: "a probe killed another container", pod: `
spec: {containers: [{name: web, livenessProbe: {httpGet: {path: /live, port: 8080}}}, {name: side}]}
status:
  containerStatuses:
  - {name: side, ready: true, state: {running: {startedAt: "2026-01-01T12:00:00Z"}}}
  - {name: web, restartCount: 1, state: {terminated: {exitCode: 1, reason: Error, startedAt: "2026-01-01T11:59:00Z"}}}
`, events: `
- {reason: Killing, message: "Container side failed liveness probe, will be restarted", lastTimestamp: "2026-01-01T11:59:59Z", involvedObject: {uid: web-1, kind: Pod, fieldPath: "spec.containers{side}"}}
`, cause: CrashLoop, grade: Failing, container: "web"},

		{name: "a probe killed an earlier run, this one crashed", pod: `
spec: {containers: [{name: web, livenessProbe: {httpGet: {path: /live, port: 8080}}}]}
status:
  containerStatuses:
  - {name: web, restartCount: 2, state: {terminated: {exitCode: 1, reason: Error, startedAt: "2026-01-01T11:59:00Z", finishedAt: "2026-01-01T12:00:00Z"}}}
`, events: `
- {reason: Killing, message: "Container web failed liveness probe, will be restarted", lastTimestamp: "2026-01-01T11:40:00Z", involvedObject: {uid: web-1, kind: Pod, fieldPath: "spec.containers{web}"}}
`, cause: CrashLoop, grade: Failing, container: "web"},

		{name: "a startup probe that has not killed yet", pod: `
spec: {containers: [{name: web, startupProbe: {httpGet: {path: /up, port: 8080}}, readinessProbe: {httpGet: {path: /ready, port: 8080}}}]}
status:
  conditions: [{type: Ready, status: "False"}]
  containerStatuses:
  - {name: web, started: false, state: {running: {startedAt: "2026-01-01T12:00:00Z"}}}
`, events: `
- {reason: Unhealthy, message: "Startup probe failed: dial tcp: refused", lastTimestamp: "2026-01-01T12:00:03Z", involvedObject: {uid: web-1, kind: Pod, fieldPath: "spec.containers{web}"}}
`, cause: StartupFailing, grade: Waiting, container: "web", message: "Startup probe failed: dial tcp: refused"},

		{name: "a readiness probe that fails", pod: `
spec: {containers: [{name: web, readinessProbe: {httpGet: {path: /ready, port: 8080}}}]}
status:
  conditions: [{type: Ready, status: "False"}]
  containerStatuses:
  - {name: web, started: true, state: {running: {startedAt: "2026-01-01T12:00:00Z"}}}
`, events: `
- {reason: Unhealthy, message: "(combined from similar events): Readiness probe failed: HTTP probe failed with statuscode: 500", count: 40, lastTimestamp: "2026-01-01T12:00:03Z", involvedObject: {uid: web-1, kind: Pod, fieldPath: "spec.containers{web}"}}
`, cause: ReadinessFailing, grade: Waiting, container: "web", message: "Readiness probe failed: HTTP probe failed with statuscode: 500"},

		{name: "a readiness gate", pod: `
spec: {containers: [{name: web}], readinessGates: [{conditionType: acme.io/ready}]}
status:
  conditions: [{type: Ready, status: "False", reason: ReadinessGatesNotReady, message: corresponding condition of pod readiness gate "acme.io/ready" does not exist.}]
  containerStatuses:
  - {name: web, ready: true, started: true, state: {running: {startedAt: "2026-01-01T12:00:00Z"}}}
`, cause: ReadinessFailing, grade: Waiting, message: `corresponding condition of pod readiness gate "acme.io/ready" does not exist.`},

		{name: "a postStart hook, while the kubelet says so", pod: `
spec: {containers: [{name: web, lifecycle: {postStart: {exec: {command: ["false"]}}}}]}
status:
  containerStatuses:
  - {name: web, restartCount: 1, state: {waiting: {reason: PostStartHookError, message: "Exec lifecycle hook ([false]) failed - error: exit status 1"}}, lastState: {terminated: {exitCode: 137, reason: Error}}}
`, cause: LifecycleHookFailed, grade: Failing, container: "web", message: "Exec lifecycle hook ([false]) failed - error: exit status 1"},

		{name: "a postStart hook, afterwards", pod: `
spec: {containers: [{name: web, lifecycle: {postStart: {exec: {command: ["false"]}}}}]}
status:
  containerStatuses:
  - {name: web, restartCount: 1, state: {waiting: {reason: CrashLoopBackOff}}, lastState: {terminated: {exitCode: 137, reason: Error, startedAt: "2026-01-01T11:59:00Z"}}}
`, events: `
- {reason: FailedPostStartHook, message: "PostStartHook failed", lastTimestamp: "2026-01-01T11:59:01Z", involvedObject: {uid: web-1, kind: Pod, fieldPath: "spec.containers{web}"}}
`, cause: LifecycleHookFailed, grade: Failing, container: "web", message: "PostStartHook failed"},

		{name: "dockershim: the container can't run", pod: `
status:
  containerStatuses:
  - {name: web, restartCount: 1, state: {waiting: {reason: CrashLoopBackOff}}, lastState: {terminated: {exitCode: 127, reason: ContainerCannotRun, message: "OCI runtime create failed: container_linux.go:380: starting container process caused: exec: \"run\": executable file not found in $PATH: unknown"}}}
`, cause: CommandNotFound, grade: Fatal, container: "web", message: `exec: "run": executable file not found in $PATH`},

		{name: "no room in the cluster", pod: `
spec: {nodeName: ""}
status:
  phase: Pending
  conditions: [{type: PodScheduled, status: "False", reason: Unschedulable, message: "0/3 nodes are available: 1 node(s) had untolerated taint {gpu: true}, 2 Insufficient memory. preemption: 0/3 nodes are available: 1 Preemption is not helpful for scheduling, 2 No preemption victims found for incoming pod."}]
`, cause: Unschedulable, grade: Waiting, message: "0/3 nodes are available: 1 node(s) had untolerated taint {gpu: true}, 2 Insufficient memory"},

		{name: "no room for what it asks", pod: `
spec: {nodeName: "", initContainers: [{name: init, resources: {requests: {cpu: "3"}}}], containers: [{name: web, resources: {requests: {cpu: "1", memory: 2Gi}}}, {name: side, resources: {requests: {cpu: 500m}}}]}
status:
  phase: Pending
  conditions: [{type: PodScheduled, status: "False", reason: Unschedulable, message: "0/3 nodes are available: 3 Insufficient cpu. preemption: 0/3 nodes are available: 3 No preemption victims found for incoming pod."}]
`, cause: Unschedulable, grade: Waiting, message: "0/3 nodes are available: 3 Insufficient cpu; the pod asks for cpu 3"},

		{name: "a volume on another node", pod: `
spec: {nodeName: ""}
status:
  phase: Pending
  conditions: [{type: PodScheduled, status: "False", reason: Unschedulable, message: "0/2 nodes are available: 2 node(s) had volume node affinity conflict. no new claims to deallocate, preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling."}]
`, cause: Unschedulable, grade: Waiting, message: "0/2 nodes are available: 2 node(s) had volume node affinity conflict"},

		{name: "a claim that is not bound", pod: `
spec: {nodeName: ""}
status:
  phase: Pending
  conditions: [{type: PodScheduled, status: "False", reason: Unschedulable, message: "0/2 nodes are available: 2 node(s) didn't find available persistent volumes to bind. preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling."}]
`, cause: VolumePending, grade: Waiting},

		{name: "a claim that is not there", pod: `
spec: {nodeName: ""}
status:
  phase: Pending
  conditions: [{type: PodScheduled, status: "False", reason: Unschedulable, message: "0/2 nodes are available: persistentvolumeclaim \"data\" not found. preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling."}]
`, cause: VolumePending, grade: Fatal, message: `0/2 nodes are available: persistentvolumeclaim "data" not found`},

		{name: "gated", pod: `
spec: {nodeName: "", schedulingGates: [{name: acme.io/budget}]}
status:
  phase: Pending
  conditions: [{type: PodScheduled, status: "False", reason: SchedulingGated, message: Scheduling is blocked due to non-empty scheduling gates}]
`, cause: Unschedulable, grade: Waiting, message: "Scheduling is blocked due to non-empty scheduling gates"},

		{name: "no scheduler of that name", pod: `
spec: {nodeName: ""}
status: {phase: Pending}
`, cause: Unschedulable, grade: Waiting},

		{name: "a volume that can't be attached", pod: `
status:
  phase: Pending
  containerStatuses: [{name: web, state: {waiting: {reason: ContainerCreating}}}]
`, events: `
- {reason: FailedMount, message: "Unable to attach or mount volumes: unmounted volumes=[data], unattached volumes=[]: timed out waiting for the condition", lastTimestamp: "2026-01-01T12:02:00Z"}
- {reason: FailedAttachVolume, message: "Multi-Attach error for volume \"pvc-1\" Volume is already used by pod(s) web-old-1", lastTimestamp: "2026-01-01T12:00:01Z"}
`, cause: VolumeMountFailed, grade: Waiting, message: `Multi-Attach error for volume "pvc-1" Volume is already used by pod(s) web-old-1`},

		{name: "a mount that failed before the image was pulled", pod: `
status:
  phase: Pending
  containerStatuses: [{name: web, state: {waiting: {reason: ContainerCreating}}}]
`, events: `
- {reason: FailedMount, message: "MountVolume.SetUp failed for volume \"cfg\" : configmap \"web\" not found", lastTimestamp: "2026-01-01T12:00:00Z"}
- {reason: Pulling, message: "Pulling image \"web:2.0\"", lastTimestamp: "2026-01-01T12:00:02Z", involvedObject: {uid: web-1, kind: Pod, fieldPath: "spec.containers{web}"}}
`, cause: ImagePulling, grade: Waiting, container: "web", message: `Pulling image "web:2.0"`},

		{name: "no network for the sandbox", pod: `
status:
  phase: Pending
  containerStatuses: [{name: web, state: {waiting: {reason: ContainerCreating}}}]
`, events: `
- {reason: FailedCreatePodSandBox, message: "Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox \"abc\": plugin type=\"calico\" failed (add): stat /var/lib/calico/nodename: no such file or directory", lastTimestamp: "2026-01-01T12:00:01Z"}
`, cause: PodSandboxFailed, grade: Waiting, message: `plugin type="calico" failed (add): stat /var/lib/calico/nodename: no such file or directory`},

		{name: "the node is gone", pod: `
status:
  conditions: [{type: Ready, status: "False", lastTransitionTime: "2026-01-01T12:00:01Z"}]
  containerStatuses: [{name: web, ready: true, started: true, state: {running: {startedAt: "2026-01-01T11:00:00Z"}}}]
`, events: `
- {reason: NodeNotReady, message: Node is not ready, lastTimestamp: "2026-01-01T12:00:01Z"}
`, cause: NodeLost, grade: Waiting, message: "node node-1: Node is not ready"},

		{name: "ended, and only the event says that it was evicted", pod: `
status:
  phase: Succeeded
  containerStatuses: [{name: web, state: {terminated: {exitCode: 0, reason: Completed}}}]
`, events: `
- {reason: Evicted, message: "Usage of EmptyDir volume \"cache\" exceeds the limit \"8Mi\". ", lastTimestamp: "2026-01-01T12:00:01Z"}
`, cause: Evicted, grade: Failing, message: `Usage of EmptyDir volume "cache" exceeds the limit "8Mi".`},

		{name: "turned away by the kubelet", pod: `
status: {phase: Failed, reason: OutOfcpu, message: "Pod was rejected: Node didn't have enough resource: cpu"}
`, cause: RejectedByKubelet, grade: Waiting, message: "OutOfcpu: Node didn't have enough resource: cpu"},

		{name: "lost from sight is no crash", pod: `
status:
  conditions: [{type: Ready, status: "True"}]
  containerStatuses: [{name: web, ready: true, restartCount: 5, state: {running: {startedAt: "2026-01-01T12:00:00Z"}}, lastState: {terminated: {exitCode: 137, reason: ContainerStatusUnknown}}}]
`},
		{name: "on its way out", pod: `
metadata: {deletionTimestamp: "2026-01-01T12:00:00Z"}
status:
  containerStatuses: [{name: web, state: {terminated: {exitCode: 137, reason: Error}}}]
`},
		{name: "being created", pod: `
status:
  phase: Pending
  containerStatuses: [{name: web, state: {waiting: {reason: ContainerCreating}}}]
`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := watch(t, 3, FailFastOff)
			other := readyPod("web-2")
			other.Status.Conditions[1].Status = "False" // so that the rollout has somewhere to go
			other.Status.ContainerStatuses[0].State.Running = nil
			w.pods(other).after(0)
			w.pods(podFrom(t, tt.pod), other).after(time.Second)
			w.Events = eventsFrom(t, tt.events)
			w.after(6 * time.Second).after(6 * time.Second).after(time.Second)
			all := w.last.Findings()
			if tt.cause == "" {
				if len(all) > 0 {
					t.Errorf("findings %+v, want none", all)
				}
				return
			}
			if len(all) != 1 {
				t.Fatalf("findings %+v, want one", all)
			}
			f := all[0]
			if f.Cause != tt.cause || f.Grade != tt.grade || f.Container != tt.container {
				t.Errorf("%s/%s of %q, want %s/%s of %q", f.Cause, f.Grade, f.Container, tt.cause, tt.grade, tt.container)
			}
			if tt.message != "" && f.Message != tt.message {
				t.Errorf("message %q, want %q", f.Message, tt.message)
			}
			if f.Exemplar != "web-1" || len(f.Next) == 0 {
				t.Errorf("exemplar %q, next %q", f.Exemplar, f.Next)
			}
		})
	}
}

// The log tells what the status does not.
func TestLogExplainsACrash(t *testing.T) {
	tests := []struct {
		name  string
		exit  int32
		lines []string
		cause Cause
		logs  int
	}{
		{"wrong format", 255, []string{"exec /app: exec format error"}, ExecFormat, 1},
		{"wrong format, tini", 1, []string{"standard_init_linux.go:228: exec user process caused: exec format error"}, ExecFormat, 1},
		{"wrong format, shell", 126, []string{"/bin/sh: 1: ./app: Exec format error"}, ExecFormat, 1},
		{"talk of a format", 1, []string{"plugin x: exec format error, using the default", "listening", "fatal: no database"}, CrashLoop, 3},
		{"wrong format, crun as JSON", 1, []string{`{"msg":"exec container process ` + "`/srv/app`" + `: Exec format error","level":"error","time":"2026-01-01T12:00:00.1Z"}`}, ExecFormat, 1},
		{"wrong format, cri-dockerd in quotes", 1, []string{`standard_init_linux.go:211: exec user process caused "exec format error"`}, ExecFormat, 1},
		{"wrong format of a program's plugin", 1, []string{"starting plugin: fork/exec /plugins/x: exec format error"}, CrashLoop, 1},
		{"no interpreter, runc", 255, []string{"exec /entrypoint.sh: no such file or directory"}, CommandNotFound, 1},
		{"no interpreter, crun", 1, []string{`{"msg":"exec container process (missing dynamic library?) ` + "`//entrypoint.sh`" + `: No such file or directory","level":"error"}`}, CommandNotFound, 1},
		{"a JSON log about another program", 1, []string{`{"level":"error","msg":"exec ffmpeg: no such file or directory"}`}, CrashLoop, 1},
		{"no interpreter, cri-dockerd", 1, []string{`standard_init_linux.go:228: exec user process caused: no such file or directory`}, CommandNotFound, 1},
		{"Windows line ends, env", 127, []string{`/usr/bin/env: 'bash\r': No such file or directory`}, CommandNotFound, 1},
		{"Windows line ends, a raw one", 127, []string{"env: can't execute 'bash\r': No such file or directory"}, CommandNotFound, 1},
		{"Windows line ends, bash", 126, []string{"/bin/sh: /entrypoint.sh: /bin/bash^M: bad interpreter: No such file or directory"}, CommandNotFound, 1},
		{"too many arguments", 255, []string{"exec /srv/app: argument list too long"}, ContainerConfigInvalid, 1},
		{"too many arguments of a program's own", 126, []string{"/entrypoint.sh: line 3: /bin/cp: Argument list too long"}, CrashLoop, 1},
		{"a library is missing", 127, []string{"/srv/app: error while loading shared libraries: libssl.so.3: cannot open shared object file: No such file or directory"}, CrashLoop, 1},
		{"a program that lacks another", 1, []string{`fatal: exec: "git": executable file not found in $PATH`}, CrashLoop, 1},
		{"a program that can't execute another", 1, []string{"worker: cannot exec /opt/tool: no such file or directory"}, CrashLoop, 1},
		{"no such command in a shell", 127, []string{"/bin/sh: 1: serve: not found"}, CommandNotFound, 1},
		{"127 for reasons of its own", 127, []string{"license expired"}, CrashLoop, 1},
		{"not found, but not 127", 1, []string{"config.yaml: not found"}, CrashLoop, 1},
		{"the kubelet's words", 1, []string{"unable to retrieve container logs for containerd://abc"}, CrashLoop, 0},
		{"nothing", 1, nil, CrashLoop, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := watch(t, 3, FailFastStrict)
			w.pods(crashedPod("web-1", 0, tt.exit)).after(time.Second)
			if len(w.last.Wants.Logs) != 1 || w.last.Problems[0].Decided {
				t.Fatalf("wants %+v, want one log before it decides", w.last.Wants)
			}
			w.Logs = map[LogKey]Log{w.last.Wants.Logs[0]: {Lines: tt.lines}}
			f := w.after(time.Second).first()
			if !w.last.Problems[0].Decided {
				t.Error("not decided")
			}
			if f.Cause != tt.cause || len(f.Logs) != tt.logs {
				t.Errorf("%s with logs %q, want %s with %d lines", f.Cause, f.Logs, tt.cause, tt.logs)
			}
			if strings.Contains(tt.name, "Windows") != strings.Contains(f.Message, "CRLF") {
				t.Errorf("message %q", f.Message)
			}
		})
	}
}

// Without a probe in its spec, too, an exit that may be the kubelet's doing is explained by events.
func TestExitsThatAskForEvents(t *testing.T) {
	for exit, asks := range map[int32]bool{0: true, 137: true, 143: true, 1: false, 139: false} {
		w := watch(t, 3, FailFastStrict)
		w.pods(crashedPod("web-1", 0, exit)).after(time.Second)
		if got := len(w.last.Wants.Events) > 0; got != asks {
			t.Errorf("exit code %d asks for events: %t", exit, got)
		}
	}
}

// A program that has run for a while was executed: what its log says in JSON is about another.
func TestJSONLogOfALongRun(t *testing.T) {
	for ran, want := range map[time.Duration]Cause{time.Second: CommandNotFound, time.Minute: CrashLoop} {
		w := watch(t, 3, FailFastStrict)
		pod := crashedPod("web-1", 0, 1)
		ended := pod.Status.ContainerStatuses[0].State.Terminated
		ended.StartedAt.Time = ended.FinishedAt.Add(-ran)
		w.pods(pod).after(time.Second)
		w.Logs = map[LogKey]Log{w.last.Wants.Logs[0]: {Lines: []string{`{"level":"error","msg":"exec /opt/tool: no such file or directory"}`}}}
		if f := w.after(time.Second).first(); f.Cause != want {
			t.Errorf("after a run of %s: %s, want %s", ran, f.Cause, want)
		}
	}
}

// A log of the current run, fetched while it was the current one, still explains it as the previous.
func TestLogOfARunIsFoundAgain(t *testing.T) {
	w := watch(t, 3, FailFastOff)
	w.pods(crashedPod("web-1", 0, 1)).after(time.Second)
	w.Logs = map[LogKey]Log{w.last.Wants.Logs[0]: {Lines: []string{"no database"}}}
	p := crashedPod("web-1", 1, 1)
	c := &p.Status.ContainerStatuses[0]
	c.LastTerminationState, c.State = c.State, readyPod("x").Status.ContainerStatuses[0].State
	w.pods(p).after(time.Second)
	if len(w.last.Wants.Logs) != 0 {
		t.Errorf("wants %+v again", w.last.Wants.Logs)
	}
	if f := w.first(); len(f.Logs) != 1 {
		t.Errorf("logs %q", f.Logs)
	}
}
