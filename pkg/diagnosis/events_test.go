package diagnosis

import (
	"strings"
	"testing"
	"time"
)

func TestNotes(t *testing.T) {
	all := events(eventsFrom(t, `
- {reason: Killing, message: Stopping container web, lastTimestamp: "2026-01-01T12:00:01Z", involvedObject: {uid: p, fieldPath: "spec.containers{web}"}}
- {reason: Killing, message: "Container web failed liveness probe, will be restarted", lastTimestamp: "2026-01-01T12:00:02Z", count: 3, involvedObject: {uid: p, fieldPath: "spec.containers{web}"}}
- {reason: Killing, message: "Init container web-init failed startup probe", eventTime: "2026-01-01T12:00:03.000000Z", series: {count: 7, lastObservedTime: "2026-01-01T12:00:33.000000Z"}, involvedObject: {uid: p, fieldPath: "spec.initContainers{web-init}"}}
- {reason: Killing, message: "Container side failed liveness probe", firstTimestamp: "2026-01-01T12:00:04Z", involvedObject: {uid: p}}
- {reason: Unhealthy, message: "(combined from similar events): Liveness probe failed: refused", lastTimestamp: "2026-01-01T12:00:05Z", involvedObject: {uid: p, fieldPath: "spec.containers{web}"}}
`))
	if n := indexEvents(all); len(n["p"]) != 5 {
		t.Errorf("%d events of the pod", len(n["p"]))
	}
	if indexEvents(nil) != nil {
		t.Error("an index of nothing")
	}
	for container, want := range map[string]int{"web": 3, "web-init": 1, "side": 1, "we": 0} {
		if got := all.of(container); len(got) != want {
			t.Errorf("%d events of %s, want %d", len(got), container, want)
		}
	}
	latest := all.latest("", "Killing")
	if latest != all[2] || eventCount(latest) != 7 || eventSpan(latest) != 30*time.Second {
		t.Errorf("latest %+v, %d times for %s", latest, eventCount(latest), eventSpan(latest))
	}
	if got := all.of("web").latest("failed liveness probe", "Killing"); got != all[1] || eventCount(got) != 3 {
		t.Errorf("%+v", got)
	}
	if all.latest("failed liveness probe", "Unhealthy") != nil {
		t.Error("an event of another reason")
	}
	if got := eventText(all[4]); got != "Liveness probe failed: refused" {
		t.Errorf("%q", got)
	}
	if eventCount(all[3]) != 1 || eventSpan(all[3]) != 0 {
		t.Errorf("%d times for %s", eventCount(all[3]), eventSpan(all[3]))
	}
}

// A status can be ahead of the events of the same moment, where the API server is slow: the cause is vague until they are there.
func TestEventsBehindTheStatus(t *testing.T) {
	const (
		start = `- {reason: Started, message: Started container web, lastTimestamp: "2026-01-01T12:00:AT", involvedObject: {uid: web-1, fieldPath: "spec.containers{web}"}}`
		kill  = `- {reason: Killing, message: "Container web failed liveness probe, will be restarted", lastTimestamp: "2026-01-01T12:00:06Z", involvedObject: {uid: web-1, fieldPath: "spec.containers{web}"}}`
	)
	started := func(at string) string { return strings.ReplaceAll(start, "AT", at+"Z") + "\n" }
	for _, tt := range []struct {
		name, events string
		after        time.Duration // the status is seen
		want         Cause
		vague        bool
	}{
		{"those of the run, but not of its end", started("01"), 0, CrashLoop, true},
		{"still not", started("01"), eventLag - time.Second, CrashLoop, true},
		{"none came", started("01"), eventLag, CrashLoop, false},
		{"the kill", started("01") + kill, 0, LivenessFailing, false},
		{"a start of the same second", started("06"), 0, CrashLoop, true},
		{"the next start, and no kill", started("01") + started("07"), 0, CrashLoop, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := watch(t, 1, FailFastAuto).pods(podFrom(t, `
spec: {containers: [{name: web, livenessProbe: {periodSeconds: 2}}]}
status:
  startTime: "2026-01-01T12:00:00Z"
  containerStatuses:
  - name: web
    restartCount: 1
    state: {waiting: {reason: CrashLoopBackOff}}
    lastState: {terminated: {exitCode: 0, startedAt: "2026-01-01T12:00:01Z", finishedAt: "2026-01-01T12:00:06Z"}}
`))
			w.Forbidden = []string{forbiddenLogs}
			w.Now = epoch.Add(6 * time.Second)
			seen := Look(w.Input, History{})
			w.Events = eventsFrom(t, tt.events)
			w.Now = w.Now.Add(tt.after)
			got := Look(w.Input, seen.History).Problems
			if len(got) != 1 || got[0].Cause != tt.want || got[0].Vague() != tt.vague {
				t.Errorf("%+v", got)
			}
		})
	}
}
