package secrets

import (
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

func TestNotes(t *testing.T) {
	const both = `{"f:data":{"f:a":{},"f:b":{}},` + annotated + `}`
	aAtTen := `{"manager":"app","changed":{"a":"2026-05-01T10:00:00Z"}}`
	bRestored := `{"manager":"app","changed":{"a":"2026-05-01T10:00:00Z"},"earlier":{"b":[{"from":"2026-05-01T10:00:00Z","to":"2026-05-01T11:00:00Z"}],` +
		`"":[{"from":"2026-05-01T10:00:00Z","to":"2026-05-01T11:00:00Z"}]}}`
	for name, test := range map[string]struct {
		object *metav1.ObjectMeta
		want   string
	}{
		"no notes":              {object("", entry("app", "12:00:00", both)), "all=12:00:00 a=12:00:00 b=12:00:00"},
		"a was changed earlier": {object(aAtTen, entry("app", "12:00:00", both)), "all=12:00:00 a=10:00:00 b=12:00:00"},
		"b was restored":        {object(bRestored, entry("app", "12:00:00", both)), "all=12:00:00(10:00:00-11:00:00) a=10:00:00 b=12:00:00(10:00:00-11:00:00)"},
		"another manager has changed b since": {
			object(bRestored, entry("app", "12:00:00", `{"f:data":{"f:a":{}},`+annotated+`}`), entry("edit", "13:00:00", `{"f:data":{"f:b":{}}}`)),
			"all=13:00:00 a=10:00:00 b=13:00:00",
		},
		"another manager has changed c in the same second": {
			object(bRestored, entry("app", "12:00:00", both), entry("edit", "12:00:00", `{"f:data":{"f:c":{}}}`)),
			"all=12:00:00 a=10:00:00 b=12:00:00(10:00:00-11:00:00) c=12:00:00",
		},
		"notes of another manager": {object(`{"manager":"other","changed":{"a":"2026-05-01T10:00:00Z"}}`, entry("app", "12:00:00", both)), "all=12:00:00 a=12:00:00 b=12:00:00"},
		"written by who could not read, after the notes": {
			object(aAtTen, entry("app", "12:00:00", `{"f:data":{"f:b":{}},`+annotated+`}`), entry("app", "13:00:00", `{"f:data":{"f:a":{}}}`)),
			"all=13:00:00 a=13:00:00 b=12:00:00",
		},
		"copied with the object":      {object(aAtTen, entry("kubectl-create", "12:00:00", both)), "all=12:00:00 a=12:00:00 b=12:00:00"},
		"nobody owns the notes":       {object(aAtTen, entry("app", "12:00:00", `{"f:data":{"f:a":{}}}`)), "all=12:00:00 a=12:00:00"},
		"of before the object's time": {object(strings.ReplaceAll(aAtTen, "T10", "T08"), entry("app", "12:00:00", both)), "all=12:00:00 a=09:00:00 b=12:00:00"},
		"later than the manager":      {object(strings.ReplaceAll(aAtTen, "T10", "T18"), entry("app", "12:00:00", both)), "all=12:00:00 a=12:00:00 b=12:00:00"},
		"no JSON":                     {object(`yes`, entry("app", "12:00:00", both)), "all=12:00:00 a=12:00:00 b=12:00:00"},
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
	owns := func(clock string, keys ...string) metav1.ManagedFieldsEntry {
		return entry("app", clock, `{"f:data":{"f:`+strings.Join(keys, `":{},"f:`)+`":{}},`+annotated+`}`)
	}
	first := object("", owns("10:00:00", "a", "b"))

	notes := NotesOnChange(first, "app", []string{"b"})
	changed := object(notes, owns("11:00:00", "a", "b"))
	if got, want := ages(historyOf(changed)), "all=11:00:00 a=10:00:00 b=11:00:00"; got != want {
		t.Errorf("b changed: got %s, want %s", got, want)
	}

	notes = NotesOnRestore(first, changed, "app", []string{"b"}, true)
	restored := object(notes, owns("12:00:00", "a", "b"))
	if got, want := ages(historyOf(restored)), "all=12:00:00(10:00:00-11:00:00) a=10:00:00 b=12:00:00(10:00:00-11:00:00)"; got != want {
		t.Errorf("b restored: got %s, want %s", got, want)
	}

	notes = NotesOnChange(restored, "app", []string{"a"})
	after := object(notes, owns("13:00:00", "a", "b"))
	if got, want := ages(historyOf(after)), "all=13:00:00 a=13:00:00 b=12:00:00(10:00:00-11:00:00)"; got != want {
		t.Errorf("then a changed: got %s, want %s", got, want)
	}

	notes = NotesOnRestore(restored, after, "app", []string{"a"}, true)
	again := object(notes, owns("14:00:00", "a", "b"))
	want := "all=14:00:00(10:00:00-11:00:00)(12:00:00-13:00:00) a=14:00:00(10:00:00-13:00:00) b=12:00:00(10:00:00-11:00:00)"
	if got := ages(historyOf(again)); got != want {
		t.Errorf("a restored, too: got %s, want %s", got, want)
	}

	if notes := NotesOnChange(again, "app", []string{"a", "b"}); notes != "" {
		t.Errorf("all are new: %s", notes)
	}
	if notes := NotesOnRestore(first, changed, "app", []string{"b"}, false); strings.Contains(notes, `"":`) {
		t.Errorf("the whole is not as it was: %s", notes)
	}
}

// What is too much to note is left out: the content then looks newer than it is.
func TestTooManyNotes(t *testing.T) {
	var keys []string
	for i := range maxNotes + 2 {
		keys = append(keys, "k"+strings.Repeat("x", i))
	}
	meta := object("", entry("app", "10:00:00", `{"f:data":{"f:`+strings.Join(keys, `":{},"f:`)+`":{}}}`))
	if notes := NotesOnChange(meta, "app", keys[:1]); notes != "" {
		t.Errorf("%d bytes of notes", len(notes))
	}
	if notes := NotesOnChange(meta, "app", keys[:2]); notes == "" {
		t.Error("no notes of as many keys as there may be")
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
