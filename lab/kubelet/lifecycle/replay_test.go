package lifecycle

import (
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/tools/record"
	testingclock "k8s.io/utils/clock/testing"
)

// tolerance is how far apart the same moment may be: the recordings' kubelet
// polls once a second in several places.
const tolerance = 1.3

// replayCase maps a recording to the behaviour that it shows.
type replayCase struct {
	name string
	// behavior holds the words by container.
	behavior map[string]string
	// annotations are others that the recording's program asks for.
	annotations map[string]string
	// pulls is set if the image was not on the node.
	pulls bool
	// phase is when, in seconds, the recording's kubelet listed its runtime.
	phase float64
	// late are the runs whose first readiness probe lost its race.
	late []int32
	// resync is when the sync came that comes each minute or so, if it shows.
	resync float64
	// until cuts the comparison, in seconds, where chance took another way.
	until float64
	// later changes the world at a time.
	laterAt float64
	later   func(*objects)
	before  func(*objects)
}

var replayCases = []replayCase{
	{name: "a", behavior: map[string]string{"web": "missing"}, phase: .65},
	{name: "a2", behavior: map[string]string{"web": "missing"}, phase: .65},
	{name: "a4", behavior: map[string]string{"web": "missing-25s-slow-1s"}, pulls: true, phase: .45, until: 40.5},
	{name: "ab", behavior: map[string]string{"web": "evicted-49s"}, phase: .3},
	{name: "b", behavior: map[string]string{"web": "unreachable"}, phase: .07},
	{name: "c", behavior: map[string]string{"web": "private"}, phase: .18},
	{name: "d", phase: .07},
	{name: "e", behavior: map[string]string{"web": "crash"}, pulls: true, phase: .95, late: []int32{2}, resync: 148.89},
	{name: "e3", behavior: map[string]string{"web": "done"}, phase: .39},
	{name: "e4", behavior: map[string]string{"web": "crash-2x"}, phase: .52, late: []int32{2}},
	{
		name: "e7", behavior: map[string]string{"web": "crash-after-1s"}, phase: .88, late: []int32{0}, until: 89,
		annotations: map[string]string{AnnotationExitCode: "78", AnnotationLog: "exiting", AnnotationMessage: "license file is not valid"},
	},
	{name: "f", behavior: map[string]string{"web": "crash-after-8s"}, pulls: true, phase: .15, late: []int32{2}},
	{name: "g", behavior: map[string]string{"web": "oom"}, pulls: true, phase: .8, late: []int32{2}},
	{name: "h", behavior: map[string]string{"web": "unready"}, phase: .8, late: []int32{0}, resync: 70.28},
	{name: "h2", behavior: map[string]string{"web": "p8080"}, phase: .8, resync: 86.41},
	{name: "h4", behavior: map[string]string{"web": "unready-boot-100ms"}, phase: .25},
	{name: "i", behavior: map[string]string{"web": "liveness"}, phase: .53, until: 145},
	{name: "j", behavior: map[string]string{"web": "startup"}, phase: .93},
	{name: "k", phase: .12},
	{name: "k2", phase: .14},
	{name: "k3", behavior: map[string]string{"web": "boot-100ms"}, phase: .55, laterAt: 25, later: func(o *objects) { o.secrets["db-credentials"] = []string{"password"} }},
	{name: "l", phase: .05, before: func(o *objects) { o.secrets["db-credentials"] = []string{"user"} }},
	{name: "m", phase: .5},
	{name: "t", behavior: map[string]string{"migrate": "initfail"}, pulls: true, phase: .85},
	{name: "t2", behavior: map[string]string{"wait-for-db": "hang"}, phase: .5},
	{name: "t4", behavior: map[string]string{"proxy": "startup"}, phase: .4},
	{name: "u", behavior: map[string]string{"web": "badarch"}, pulls: true, phase: .95},
	{name: "v", behavior: map[string]string{"web": "startfail"}, phase: .91, until: 94},
	{name: "v2", behavior: map[string]string{"web": "startfail"}, phase: .27},
	{name: "w", behavior: map[string]string{"web": "slow-20s"}, phase: .9, late: []int32{0}},
	{name: "w3", behavior: map[string]string{"web": "slowpull-30231ms-slow-1s"}, pulls: true, phase: .17},
	{name: "x", behavior: map[string]string{"web": "flaky"}, phase: .5},
	{name: "y", behavior: map[string]string{"web": "slow-1s"}, phase: .69},
}

func TestReplay(t *testing.T) {
	for _, c := range replayCases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := readRecording(t, c.name, false)
			r.resync = c.resync
			if c.until > 0 {
				r.end = c.until
			}
			got := simulate(c, r)
			compare(t, "statuses", lasting(r.statuses()), lasting(got.statuses))
			if c.name != "h2" {
				r.events, got.events = sure(r), surely(got.events)
			}
			compare(t, "events", r.eventMoments(), got.events)
			for _, log := range r.logWords() {
				if !got.logs[log] {
					t.Errorf("no such log: %s\nbut: %s", log, strings.Join(slices.Sorted(maps.Keys(got.logs)), "\n"))
				}
			}
		})
	}
}

// moment is something told at a time, in comparable words.
type moment struct {
	t    float64
	what string
}

type result struct {
	statuses, events []moment
	logs             map[string]bool
}

// simulate plays the recording's pod through a Machine, second by second as the
// Machine asks for.
func simulate(c replayCase, r *recording) result {
	pod := r.pod.DeepCopy()
	pod.Annotations = map[string]string{}
	for container, words := range c.behavior {
		pod.Annotations[AnnotationBehavior+"."+container] = words
	}
	for key, value := range c.annotations {
		pod.Annotations[key] = value
	}
	world := newObjects()
	for _, container := range slices.Concat(pod.Spec.InitContainers, pod.Spec.Containers) {
		world.images[container.Image] = !c.pulls || container.Name != "web" && container.Name != "migrate"
	}
	if c.before != nil {
		c.before(world)
	}
	m := New(pod, Settings{HostIP: "10.88.0.1", PodIP: "10.88.1.2", Listed: r.at(c.phase), Jitter: r.jitter, LateProbe: func(run int32) bool { return slices.Contains(c.late, run) }}, r.at(r.seen))
	got := result{logs: map[string]bool{}}
	clock := testingclock.NewFakePassiveClock(r.start)
	correlator := record.NewEventCorrelator(clock)
	changed := false
	for now := r.at(r.seen); !now.After(r.at(r.end)); {
		at := now.Sub(r.start).Seconds()
		if c.later != nil && at >= c.laterAt && !changed {
			c.later(world)
			changed = true
		}
		out := m.Step(now, world)
		world.pulled(out.Pulled)
		if out.Status != nil {
			got.statuses = append(got.statuses, moment{at, statusWords(out.Status)})
		}
		for _, e := range out.Events {
			clock.SetTime(e.Time)
			if result, err := correlator.EventCorrelate(APIEvent(pod, e)); err == nil && !result.Skip {
				correlator.UpdateState(result.Event)
				got.events = append(got.events, moment{at, eventWords(result.Event)})
			}
		}
		for _, u := range m.units() {
			for _, previous := range []bool{false, true} {
				got.logs[machineLog(m, u.Name, previous)] = true
			}
		}
		if out.Wake.IsZero() {
			break
		}
		if now = out.Wake; changed == false && c.later != nil && now.After(r.at(c.laterAt)) {
			c.later(world)
			changed = true
		}
	}
	got.statuses = distinct(got.statuses)
	return got
}

func (r *recording) statuses() []moment {
	var all []moment
	for _, p := range r.pods {
		if p.t <= r.end {
			all = append(all, moment{p.t, statusWords(&p.pod.Status)})
		}
	}
	return distinct(all)
}

func (r *recording) eventMoments() []moment {
	var all []moment
	for _, e := range r.events {
		if e.t <= r.end {
			all = append(all, moment{e.t, eventWords(e.event)})
		}
	}
	return all
}

// statusWords writes out what must be the same, leaving out what is random.
func statusWords(s *corev1.PodStatus) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s %s qos=%s ip=%v host=%v gen=%d start=%v\n", s.Phase, s.Reason, s.Message, s.QOSClass, len(s.PodIPs), s.HostIP != "", s.ObservedGeneration, s.StartTime != nil)
	for _, c := range s.Conditions {
		fmt.Fprintf(&b, "  %s=%s %s %s gen=%d\n", c.Type, c.Status, c.Reason, c.Message, c.ObservedGeneration)
	}
	for _, c := range slices.Concat(s.InitContainerStatuses, s.ContainerStatuses) {
		fmt.Fprintf(&b, "  %s ready=%v started=%v restarts=%d id=%v image=%s/%v\n    now %s\n    last %s\n    resources=%v allocated=%v user=%v mounts=%v\n",
			c.Name, c.Ready, *c.Started, c.RestartCount, c.ContainerID != "", c.Image, strings.Contains(c.ImageID, "@sha256:"),
			stateWords(c.State), stateWords(c.LastTerminationState), c.Resources, c.AllocatedResources, c.User, len(c.VolumeMounts))
	}
	return b.String()
}

var podUID = regexp.MustCompile(`\([0-9a-f-]{36}\)`)

func stateWords(s corev1.ContainerState) string {
	switch {
	case s.Running != nil:
		return "running"
	case s.Waiting != nil:
		return fmt.Sprintf("waiting %s %s", s.Waiting.Reason, podUID.ReplaceAllString(s.Waiting.Message, "(UID)"))
	case s.Terminated != nil:
		return fmt.Sprintf("terminated %s %d %s", s.Terminated.Reason, s.Terminated.ExitCode, s.Terminated.Message)
	}
	return "-"
}

var (
	podAddress = regexp.MustCompile(`10\.88\.1\.\d+`)
	pullLength = regexp.MustCompile(`in \S+ \(\S+ including waiting\)\. Image size: \d+ bytes`)
)

func eventWords(e *corev1.Event) string {
	message := podUID.ReplaceAllString(podAddress.ReplaceAllString(e.Message, "IP"), "(UID)")
	message = pullLength.ReplaceAllString(message, "in T (T including waiting). Image size: N bytes")
	return fmt.Sprintf("%s %s %s %s x%d", e.InvolvedObject.FieldPath, e.Type, e.Reason, message, e.Count)
}

// lasting leaves out what is replaced at once, and what stands between a start
// and the first probe: whether that is ever told is chance.
func lasting(all []moment) []moment {
	var kept []moment
	for i, m := range all {
		last := i+1 == len(all)
		if last || all[i+1].t-m.t > .06 && !(all[i+1].t-m.t < 1.1 && strings.Contains(m.what, "now running") && strings.Contains(all[i+1].what, "ready=true")) {
			kept = append(kept, m)
		}
	}
	return distinct(kept)
}

// refused marks what a probe says that comes before the program listens, or
// after it ended: a race, lost and won by chance.
const refused = "connection refused"

func surely(all []moment) []moment {
	return slices.DeleteFunc(all, func(m moment) bool {
		return strings.Contains(m.what, "probe failed") && strings.Contains(m.what, refused)
	})
}

func sure(r *recording) []recordedEvent {
	return slices.DeleteFunc(r.events, func(e recordedEvent) bool {
		return e.event.Reason == "Unhealthy" && strings.Contains(e.event.Message, refused)
	})
}

// distinct leaves out what repeats the moment before.
func distinct(all []moment) []moment {
	return slices.CompactFunc(all, func(a, b moment) bool { return a.what == b.what })
}

// compare wants the same moments in the same order at about the same time.
func compare(t *testing.T, what string, want, got []moment) {
	t.Helper()
	for i := range max(len(want), len(got)) {
		switch {
		case i >= len(want):
			t.Errorf("%s: too many, at %.2f:\n%s", what, got[i].t, got[i].what)
			return
		case i >= len(got):
			t.Errorf("%s: missing, at %.2f:\n%s", what, want[i].t, want[i].what)
			return
		case want[i].what != got[i].what || math.Abs(want[i].t-got[i].t) > tolerance:
			t.Errorf("%s: number %d\nwant at %.2f:\n%s\ngot at %.2f:\n%s", what, i, want[i].t, want[i].what, got[i].t, got[i].what)
			return
		}
	}
}
