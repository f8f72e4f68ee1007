package diagnosis

import (
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
