package consumers

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

func at(clock string) time.Time {
	when, err := time.Parse(time.TimeOnly, clock)
	if err != nil {
		panic(err)
	}
	return time.Date(2026, 5, 1, when.Hour(), when.Minute(), when.Second(), 0, time.UTC)
}

const annotated = `"f:metadata":{"f:annotations":{"f:kubectl-app.dev/key-times":{}}}`

// object was made at nine by another manager, and holds what notes say.
func object(notes string, entries ...metav1.ManagedFieldsEntry) *metav1.ObjectMeta {
	meta := &metav1.ObjectMeta{CreationTimestamp: metav1.NewTime(at("09:00:00")), ManagedFields: entries}
	if notes != "" {
		meta.Annotations = map[string]string{workload.AnnotationKeyTimes: notes}
	}
	return meta
}

// ages are "a=10:00:00 (10:00:00-11:00:00)" of each key, and of the whole.
func ages(h contentHistory) string {
	text := "all" + ageText(keyHistory{h.last.Time, h.earlier})
	for _, key := range slices.Sorted(maps.Keys(h.keys)) {
		text += " " + key + ageText(h.keys[key])
	}
	return text
}

func ageText(k keyHistory) string {
	text := "=" + k.changed.Format(time.TimeOnly)
	for _, s := range k.earlier {
		text += "(" + s.From.Format(time.TimeOnly) + "-" + s.To.Format(time.TimeOnly) + ")"
	}
	return text
}

func updated(manager, clock, fields string) metav1.ManagedFieldsEntry {
	e := entry(manager, clock, fields)
	e.Operation = metav1.ManagedFieldsOperationUpdate
	return e
}

func applied(manager, clock, fields string) metav1.ManagedFieldsEntry {
	e := entry(manager, clock, fields)
	e.Operation = metav1.ManagedFieldsOperationApply
	return e
}

func TestNotes(t *testing.T) {
	const both = `{"f:data":{"f:a":{},"f:b":{}},` + annotated + `}`
	aAtTen := `{"manager":"app","written":"2026-05-01T12:00:01Z","changed":{"a":"2026-05-01T10:00:00Z"}}`
	bRestored := `{"manager":"app","written":"2026-05-01T12:00:00Z","changed":{"a":"2026-05-01T10:00:00Z"},` +
		`"earlier":{"b":[{"from":"2026-05-01T10:00:00Z","to":"2026-05-01T11:00:00Z"}],"":[{"from":"2026-05-01T10:00:00Z","to":"2026-05-01T11:00:00Z"}]}}`
	for name, test := range map[string]struct {
		object *metav1.ObjectMeta
		want   string
	}{
		"no notes":              {object("", updated("app", "12:00:00", both)), "all=12:00:00 a=12:00:00 b=12:00:00"},
		"a was changed earlier": {object(aAtTen, updated("app", "12:00:00", both)), "all=12:00:00 a=10:00:00 b=12:00:00"},
		"b was restored":        {object(bRestored, updated("app", "12:00:00", both)), "all=12:00:00(10:00:00-11:00:00) a=10:00:00 b=12:00:00(10:00:00-11:00:00)"},
		"another manager has changed b since": {
			object(bRestored, updated("app", "12:00:00", `{"f:data":{"f:a":{}},`+annotated+`}`), updated("edit", "13:00:00", `{"f:data":{"f:b":{}}}`)),
			"all=13:00:00 a=10:00:00 b=13:00:00",
		},
		"another manager has changed c in the same second": {
			object(bRestored, updated("app", "12:00:00", both), updated("edit", "12:00:00", `{"f:data":{"f:c":{}}}`)),
			"all=12:00:00 a=10:00:00 b=12:00:00(10:00:00-11:00:00) c=12:00:00",
		},
		"another manager owns b, too, since then": {
			object(bRestored, updated("app", "12:00:00", both), applied("flux", "12:00:00", `{"f:stringData":{"f:b":{}}}`)),
			"all=12:00:00 a=10:00:00 b=12:00:00",
		},
		"applied as text, which the server does not take from it": {
			object("", applied("flux", "09:30:00", `{"f:stringData":{"f:a":{}}}`), updated("app", "11:00:00", `{"f:data":{"f:a":{}}}`)), "all=11:00:00 a=11:00:00",
		},
		"notes of another manager": {
			object(strings.ReplaceAll(aAtTen, `"app"`, `"other"`), updated("app", "12:00:00", both)), "all=12:00:00 a=12:00:00 b=12:00:00",
		},
		"an apply of the same manager": {
			object(aAtTen, updated("app", "12:00:00", `{"f:data":{"f:b":{}},`+annotated+`}`), applied("app", "12:00:00", `{"f:data":{"f:a":{}}}`)),
			"all=12:00:00 a=12:00:00 b=12:00:00",
		},
		"an apply of the same manager before that": {
			object(aAtTen, updated("app", "12:00:00", `{"f:data":{"f:b":{}},`+annotated+`}`), applied("app", "11:00:00", `{"f:data":{"f:a":{}}}`)),
			"all=12:00:00 a=10:00:00 b=12:00:00",
		},
		"an apply that notes": {object(aAtTen, applied("app", "12:00:00", both)), "all=12:00:00 a=10:00:00 b=12:00:00"},
		"an apply after that, and noted nothing": {
			object(aAtTen, updated("app", "12:00:00", `{"f:data":{"f:b":{}},`+annotated+`}`), applied("app", "12:00:03", `{"f:data":{"f:a":{}}}`)),
			"all=12:00:03 a=12:00:03 b=12:00:00",
		},
		"the manager has written again, and noted nothing": {object(aAtTen, updated("app", "12:00:07", both)), "all=12:00:07 a=12:00:07 b=12:00:07"},
		"copied with the object":                           {object(aAtTen, updated("kubectl-create", "12:00:00", both)), "all=12:00:00 a=12:00:00 b=12:00:00"},
		"nobody owns the notes":                            {object(aAtTen, updated("app", "12:00:00", `{"f:data":{"f:a":{}}}`)), "all=12:00:00 a=12:00:00"},
		"of before the object's time":                      {object(strings.ReplaceAll(aAtTen, "T10", "T08"), updated("app", "12:00:00", both)), "all=12:00:00 a=09:00:00 b=12:00:00"},
		"later than the manager":                           {object(strings.ReplaceAll(aAtTen, "T10", "T18"), updated("app", "12:00:00", both)), "all=12:00:00 a=12:00:00 b=12:00:00"},
		"no JSON":                                          {object(`yes`, updated("app", "12:00:00", both)), "all=12:00:00 a=12:00:00 b=12:00:00"},
		"a removal is a change, too": {
			object(`{"manager":"app","written":"2026-05-01T12:00:00Z"}`, updated("create", "10:00:00", `{"f:data":{"f:a":{}}}`), updated("app", "12:00:00", `{`+annotated+`}`)),
			"all=12:00:00 a=10:00:00",
		},
	} {
		t.Run(name, func(t *testing.T) {
			if got := ages(historyOf(test.object)); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

// A story of writes, each with the server's note of its time: what is known in the end.
func TestNotesOfWrites(t *testing.T) {
	write := func(clock string, keys ...string) Update { return Update{Manager: "app", At: at(clock), Keys: keys} }
	after := func(clock string, notes *string, keys ...string) *metav1.ObjectMeta {
		text := ""
		if notes != nil {
			text = *notes
		}
		o := object(text, updated("app", clock, `{"f:data":{"f:`+strings.Join(keys, `":{},"f:`)+`":{}},`+annotated+`}`))
		o.ResourceVersion = clock
		return o
	}
	tell := func(o *metav1.ObjectMeta, what, want string) {
		t.Helper()
		if got := ages(historyOf(o)); got != want {
			t.Errorf("%s:\ngot  %s\nwant %s", what, got, want)
		}
	}
	first := after("10:00:00", nil, "a", "b")
	changed := after("11:00:00", write("11:00:02", "b").Notes(first), "a", "b")
	tell(changed, "b changed", "all=11:00:00 a=10:00:00 b=11:00:00")

	restored := after("12:00:00", write("12:00:00", "b").RestoreNotes(changed, first, changed, true), "a", "b")
	tell(restored, "b restored", "all=12:00:00(10:00:00-11:00:00) a=10:00:00 b=12:00:00(10:00:00-11:00:00)")

	other := after("13:00:00", write("13:00:00", "a").Notes(restored), "a", "b")
	tell(other, "then a changed", "all=13:00:00 a=13:00:00 b=12:00:00(10:00:00-11:00:00)")

	again := after("14:00:00", write("14:00:00", "a").RestoreNotes(other, restored, other, true), "a", "b")
	tell(again, "a restored, too",
		"all=14:00:00(10:00:00-11:00:00)(12:00:00-13:00:00) a=14:00:00(10:00:00-13:00:00) b=12:00:00(10:00:00-11:00:00)")

	// The content was wrong from the write on, whatever was written to the object between that and the restore.
	touched := after("11:30:00", write("11:30:00", "c").Notes(changed), "a", "b", "c")
	late := after("12:00:00", write("12:00:00", "b").RestoreNotes(touched, first, changed, false), "a", "b", "c")
	tell(late, "c added before b was restored", "all=12:00:00 a=10:00:00 b=12:00:00(10:00:00-11:00:00) c=11:30:00")

	// No answer came to the write: it is not known from when on the content was wrong.
	unanswered := after("12:00:00", write("12:00:00", "b").RestoreNotes(changed, first, first, true), "a", "b")
	tell(unanswered, "restored without an answer", "all=12:00:00 a=10:00:00 b=12:00:00")
}

func TestNotesToWrite(t *testing.T) {
	many := make([]string, 0, maxNotes+2)
	for i := range maxNotes + 2 {
		many = append(many, fmt.Sprintf("k%d", i))
	}
	owning := func(notes string, keys ...string) *metav1.ObjectMeta {
		return object(notes, updated("app", "10:00:00", `{"f:data":{"f:`+strings.Join(keys, `":{},"f:`)+`":{}},`+annotated+`}`))
	}
	const ours, theirs, bare = `{"manager":"app"}`, `{"manager":"other"}`, `{"manager":"app","written":"2026-05-01T12:00:00Z"}`
	for name, test := range map[string]struct {
		now     *metav1.ObjectMeta
		keys    []string
		removes bool
		want    string
	}{
		"all keys are changed":                {owning("", "a"), []string{"a"}, false, "left"},
		"all are changed, and ours are there": {owning(ours, "a"), []string{"a"}, false, "taken away"},
		"someone else's are there":            {owning(theirs, "a"), []string{"a"}, false, "left"},
		"another key is ours": {
			owning("", "a", "b"), []string{"b"}, false, `{"manager":"app","written":"2026-05-01T12:00:00Z","changed":{"a":"2026-05-01T10:00:00Z"}}`,
		},
		"a key is removed":               {owning("", "a"), []string{"a"}, true, bare},
		"too many keys":                  {owning("", many...), many[:1], false, bare},
		"as many as can be":              {owning("", many[:maxNotes+1]...), many[:1], false, "long"},
		"keys with the longest of names": {owning("", strings.Repeat("x", maxNoteBytes), "a"), []string{"a"}, false, bare},
	} {
		t.Run(name, func(t *testing.T) {
			notes := Update{Manager: "app", At: at("12:00:00"), Keys: test.keys, Removes: test.removes}.Notes(test.now)
			got := "left"
			switch {
			case notes != nil && *notes == "":
				got = "taken away"
			case notes != nil && len(*notes) > 1000:
				got = "long"
			case notes != nil:
				got = *notes
			}
			if got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

// A pod that read a value before it was changed and restored holds what is there now.
func TestStaleAfterRestore(t *testing.T) {
	const env = `{containers: [{name: web, env: [{name: P, valueFrom: {secretKeyRef: {name: db, key: password}}}]}]}`
	const all = `{containers: [{name: web, envFrom: [{secretRef: {name: db}}]}]}`
	earlier := []span{{at("10:00:00"), at("11:00:00")}}
	for name, test := range map[string]struct{ spec, started, want string }{
		"before it had the value": {env, "09:59:59", "Stale"},
		"when it was set":         {env, "10:00:00", "Current"},
		"while it was right":      {env, "10:59:59", "Current"},
		"while it was wrong":      {env, "11:00:00", "Stale"},
		"since the restore":       {env, "12:00:00", "Current"},
		"all keys, right":         {all, "10:59:59", "Current"},
		"all keys, wrong":         {all, "11:30:00", "Stale"},
	} {
		t.Run(name, func(t *testing.T) {
			subject := database("Secret")
			subject.earlier, subject.key("password").earlier = earlier, earlier
			consumers := found(t, subject, web(test.spec)+pod("web-1-a", test.started, test.started, test.spec))
			if len(consumers) != 1 || string(consumers[0].State) != test.want {
				t.Errorf("%s, want %s", usesText(consumers), test.want)
			}
		})
	}
}

// An apply has one time for all its keys, as an update has; those that it leaves as they are keep theirs.
func TestApplyNotes(t *testing.T) {
	before := object("", applied("app", "10:00:00", `{"f:data":{"f:a":{},"f:b":{}}}`), updated("edit", "11:00:00", `{"f:data":{"f:c":{}}}`))
	u := Update{Manager: "app", At: at("12:00:00"), Keys: []string{"a"}, Same: []string{"b", "c"}}
	text := u.ApplyNotes(before)
	after := object(text, applied("app", "12:00:00", `{"f:data":{"f:a":{},"f:b":{},"f:c":{}},`+annotated+`}`))
	if got := ages(historyOf(after)); got != "all=12:00:00 a=12:00:00 b=10:00:00 c=11:00:00" {
		t.Error(got)
	}
	u.Keys = nil
	if got := u.ApplyNotes(after); got != text {
		t.Errorf("an apply that changes nothing writes %s", got)
	}
	u.Manager, u.Keys = "ci", []string{"a"}
	if got := u.ApplyNotes(after); got != "" {
		t.Errorf("over the notes of another manager: %s", got)
	}
}
