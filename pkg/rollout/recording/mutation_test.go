package recording

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

// The same rollouts in other words, or seen through another watch, are judged the same.
var mutations = map[string]func([]marked) []marked{
	"hostile names, events in series, lines twice":       chain(inText(hostileNames), onEvents(seriesStyle), twice),
	"watches begun anew, an older kubelet":               chain(relisted, inText(olderKubelet), unknownTypes),
	"changes taken together, combined events, neighbors": chain(coalesced, onEvents(combined), bystander),
	"status a second late, what is yet to come":          chain(late, inText(yetToCome)),
}

func chain(all ...func([]marked) []marked) func([]marked) []marked {
	return func(lines []marked) []marked {
		for _, mutate := range all {
			lines = mutate(lines)
		}
		return lines
	}
}

// yetToCome: fields that no one knows today, and other revision numbers.
func yetToCome(text string) string {
	return strings.NewReplacer(
		`"status":{`, `"status":{"unheardOf":{"a":[1]},`,
		`"deployment.kubernetes.io/revision":"1"`, `"deployment.kubernetes.io/revision":"41"`,
		`"deployment.kubernetes.io/revision":"2"`, `"deployment.kubernetes.io/revision":"42"`,
	).Replace(text)
}

func TestVerdictsAreStable(t *testing.T) {
	for mutation, mutate := range mutations {
		for _, name := range names(t) {
			t.Run(mutation+"/"+name, func(t *testing.T) {
				t.Parallel()
				last := run(t, mutate(read(t, name)), release())
				expected := auto[name]
				expected.to += 5 // a crash may be seen a restart later, all of it a second late
				if strings.Contains(mutation, "together") && expected.grade == diagnosis.Failing {
					expected.to += 25 // a pod that is ready again within the same change does not tell that it was before
				}
				if strings.Contains(mutation, "hostile") && expected.container == "web" {
					expected.container = hostile
				}
				if expected.outcome == rollout.Superseded { // its pods may go before that is seen
					expected.cause, expected.grade, expected.container = decisive(last).Cause, decisive(last).Grade, decisive(last).Container
				}
				check(t, last, expected)
			})
		}
	}
}

// hostile is a name made of all the words that rules look for.
const hostile = "not-found-denied-503-unauthorized-timeout"

func hostileNames(text string) string {
	text = regexp.MustCompile(`127\.0\.0\.1:\d+/`).ReplaceAllString(text, "registry-429."+hostile+".example.com:8443/toomanyrequests/")
	text = strings.ReplaceAll(text, `"web"`, `"`+hostile+`"`)
	text = strings.ReplaceAll(text, `\"web\"`, `\"`+hostile+`\"`)
	text = strings.ReplaceAll(text, `containers{web}`, `containers{`+hostile+`}`)
	return strings.ReplaceAll(text, `Container web failed`, `Container `+hostile+` failed`)
}

func twice(lines []marked) []marked {
	var all []marked
	for _, l := range lines {
		all = append(all, l)
		if l.Type == Added || l.Type == Modified || l.Type == Log {
			all = append(all, l)
		}
	}
	return all
}

// relisted shows everything again every few lines, as a watch does that has to begin anew.
func relisted(lines []marked) []marked {
	var all []marked
	present := map[string]marked{}
	var order []string
	for i, l := range lines {
		all = append(all, l)
		id := l.id
		switch l.Type {
		case Initial, Added, Modified:
			if _, ok := present[id]; !ok {
				order = append(order, id)
			}
			present[id] = l
		case Deleted:
			delete(present, id)
		}
		if i%17 != 16 || l.Type == Initial {
			continue
		}
		for _, id := range order {
			if p, ok := present[id]; ok {
				all = append(all, p.as(Added, l.T))
			}
		}
	}
	return all
}

// coalesced leaves out each state of an object that another follows within half a second.
func coalesced(lines []marked) []marked {
	var all []marked
	for i, l := range lines {
		id := l.id
		if l.Type == Modified && id != "" && followed(lines[i+1:], id, l.T+0.5) {
			continue
		}
		all = append(all, l)
	}
	return all
}

func followed(rest []marked, id string, until float64) bool {
	for _, l := range rest {
		if l.T > until {
			return false
		}
		if l.Type == Modified && l.id == id {
			return true
		}
	}
	return false
}

// late lets the workload's and the revisions' status lag behind the pods by a second.
func late(lines []marked) []marked {
	all := make([]marked, 0, len(lines))
	var held []marked
	release := func(until float64) {
		for len(held) > 0 && held[0].T <= until {
			all = append(all, held[0])
			held = held[1:]
		}
	}
	for _, l := range lines {
		release(l.T)
		if k := l.kind; l.T > 0.5 && l.Type == Modified && (k == "Deployment" || k == "ReplicaSet") {
			l.T++
			held = append(held, l)
			continue
		}
		if l.Type == End {
			release(l.T + 2)
		}
		all = append(all, l)
	}
	return all
}

var backOffWithCause = regexp.MustCompile(`(Back-off pulling image \\"[^"]*\\"): ErrImagePull: [^}]*?(","reason":"ImagePullBackOff")`)

// olderKubelet: the back-off's message holds no cause (before 1.31), and no condition tells that the
// sandbox is there (before 1.29).
func olderKubelet(text string) string {
	text = backOffWithCause.ReplaceAllString(text, `$1$2`)
	return strings.ReplaceAll(text, `"type":"PodReadyToStartContainers"`, `"type":"example.com/Other"`)
}

func unknownTypes(lines []marked) []marked {
	all := []marked{{Line: Line{Type: "HEADER", Object: json.RawMessage(`"anything"`)}}}
	for _, l := range lines {
		all = append(all, l, made(l.T, "BOOKMARK", `{"kind":"Pod"}`))
		if l.Type == Update {
			all = append(all, made(l.T, Added, `{"kind":"Lease","metadata":{"name":"x"}}`))
		}
	}
	return all
}

// bystander adds events and pods of others in the namespace, which are none of ours.
func bystander(lines []marked) []marked {
	var all []marked
	for _, l := range lines {
		all = append(all, l)
		if k := l.kind; (k == "Pod" || k == "Event") && l.Type != Deleted && l.Type != Initial {
			other := strings.NewReplacer(`"uid":"`, `"uid":"other-`, `"name":"web-`, `"name":"other-`).Replace(string(l.Object))
			all = append(all, made(l.T, l.Type, other))
		}
	}
	return all
}

func seriesStyle(e map[string]any) {
	last := e["lastTimestamp"]
	if last == nil {
		return
	}
	e["series"] = map[string]any{"count": e["count"], "lastObservedTime": strings.Replace(fmt.Sprint(last), "Z", ".000000Z", 1)}
	e["eventTime"] = strings.Replace(fmt.Sprint(e["firstTimestamp"]), "Z", ".000000Z", 1)
	e["count"], e["lastTimestamp"], e["firstTimestamp"] = 0, nil, nil
}

func combined(e map[string]any) {
	if n, _ := e["count"].(float64); n > 2 {
		e["message"] = "(combined from similar events): " + fmt.Sprint(e["message"])
	}
}

// What an event speaks of may have been mended since: a ConfigMap that is created between two of the
// kubelet's attempts is not held against the rollout before the next.
func TestEventsAreBelievedWhenTheyComeAgain(t *testing.T) {
	lines := read(t, "m-missing-configmap-volume")
	var quiet []marked
	for _, l := range lines {
		if l.kind != "Event" || l.T < 20 {
			quiet = append(quiet, l)
		}
	}
	check(t, run(t, quiet, release()), want{failed, diagnosis.ConfigMapMissing, diagnosis.Fatal, "", 60, 64})
}

// Without the evidence the cause is vaguer, never another one.
func TestWithoutEvidence(t *testing.T) {
	without := func(kind string) func([]marked) []marked {
		return func(lines []marked) []marked {
			var all []marked
			for _, l := range lines {
				if l.kind != kind {
					all = append(all, l)
				}
			}
			return all
		}
	}
	tests := []struct {
		name, kind string
		want       want
	}{
		{"u-exec-format-error", "PodLog", want{failed, diagnosis.CrashLoop, diagnosis.Failing, "web", 38, 46}},
		{"i-liveness-fails", "Event", want{failed, diagnosis.CrashLoop, diagnosis.Failing, "web", 17, 20}},
		{"j-startup-fails", "Event", want{failed, diagnosis.CrashLoop, diagnosis.Failing, "web", 45, 49}},
		{"m-missing-configmap-volume", "Event", want{undecided, diagnosis.PodSandboxFailed, diagnosis.Waiting, "", 160, 161}},
		{"e-exit1", "PodLog", want{failed, diagnosis.CrashLoop, diagnosis.Failing, "web", 38, 42}},
		{"w3-slow-pull", "Event", want{succeeded, "", "", "", 64, 66}},
		{"h-readiness-500", "Event", want{undecided, diagnosis.ReadinessFailing, diagnosis.Waiting, "web", 90, 91}},
	}
	for _, tt := range tests {
		t.Run(tt.name+" without "+tt.kind, func(t *testing.T) {
			check(t, run(t, without(tt.kind)(read(t, tt.name)), release()), tt.want)
		})
	}
}

// A rollout that is taken up on the way, from what a watch first shows, is judged like one that was
// watched from the start.
func TestTakenUpOnTheWay(t *testing.T) {
	tests := []struct {
		name string
		at   float64
		want want
	}{
		{"a-image-tag-not-found", 30, want{failed, diagnosis.ImageNotFound, diagnosis.Fatal, "web", 39, 45}},
		{"e-exit1", 50, want{failed, diagnosis.CrashLoop, diagnosis.Failing, "web", 50, 54}},
		{"f-crash-after-8s", 5, want{failed, diagnosis.CrashLoop, diagnosis.Failing, "web", 10, 12}},
		{"g-oomkilled", 30, want{failed, diagnosis.OOMKilled, diagnosis.Failing, "web", 30, 33}},
		{"h4-readiness-500-deadline30", 40, want{failed, diagnosis.ReadinessFailing, diagnosis.Waiting, "web", 40, 46}},
		{"p-quota-exceeded", 20, want{failed, diagnosis.QuotaExceeded, diagnosis.Fatal, "", 30, 32}},
		{"y-healthy-quick", 10, want{succeeded, "", "", "", 32, 34}},
		{"y-healthy-quick", 40, want{succeeded, "", "", "", 54, 56}},
		{"y5-paused", 10, want{failed, diagnosis.Paused, diagnosis.Waiting, "", 10, 31}},
		{"e4-crash-twice-then-healthy", 60, want{succeeded, "", "", "", 60, 76}},
		{"e5-crash-then-undo", 10, want{rollout.Superseded, diagnosis.CrashLoop, diagnosis.Failing, "web", 30, 31}},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprint(tt.name, " at ", tt.at), func(t *testing.T) {
			t.Parallel()
			check(t, run(t, takenUp(read(t, tt.name), tt.at), release()), tt.want)
		})
	}
}

// takenUp makes what stands at a moment the first that is seen.
func takenUp(lines []marked, at float64) []marked {
	present := map[string]marked{}
	var order []string
	var began string
	var rest []marked
	for _, l := range lines {
		id := l.id
		switch {
		case l.Type == Update:
			began = string(l.Object)
		case l.T > at:
			rest = append(rest, l)
		case l.Type == Deleted:
			delete(present, id)
		case l.Type == Initial || l.Type == Added || l.Type == Modified:
			if _, ok := present[id]; !ok {
				order = append(order, id)
			}
			present[id] = l
		}
	}
	var all []marked
	for _, id := range order {
		if l, ok := present[id]; ok {
			all = append(all, l.as(Initial, 0))
		}
	}
	return append(append(all, made(at, Watch, began)), rest...)
}

// The engine's Wake is exact: looking every 100 ms decides no earlier than looking when it asks.
func TestWakeIsExact(t *testing.T) {
	for _, name := range names(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			lines := read(t, name)
			asked := run(t, lines, release())
			var ticking []marked
			for i, l := range lines {
				ticking = append(ticking, l)
				if l.Type == Initial || i+1 == len(lines) {
					continue
				}
				for at := l.T + 0.1; at < lines[i+1].T; at += 0.1 {
					ticking = append(ticking, made(at, Action, `{}`))
				}
			}
			ticked := run(t, ticking, release())
			if d := asked.Elapsed - ticked.Elapsed; d > time.Millisecond || d < -200*time.Millisecond {
				t.Errorf("decided at %s, and with a look each 100 ms at %s", asked.Elapsed, ticked.Elapsed)
			}
			if asked.State.Outcome != ticked.State.Outcome || decisive(asked).Cause != decisive(ticked).Cause {
				t.Errorf("%s %s, and with a look each 100 ms %s %s", asked.State.Outcome, decisive(asked).Cause, ticked.State.Outcome, decisive(ticked).Cause)
			}
		})
	}
}
