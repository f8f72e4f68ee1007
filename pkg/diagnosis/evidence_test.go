package diagnosis

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// The log of a run is found whether it was asked for as the current or as the previous one, and the
// runs before it stand in for it.
func TestLines(t *testing.T) {
	key := func(restart int32, previous bool) LogKey {
		return LogKey{Pod: "p", PodUID: "p", Container: "web", Restart: restart, Previous: previous}
	}
	tests := []struct {
		name string
		logs map[LogKey]Log
		want string
	}{
		{"the run itself", map[LogKey]Log{key(5, false): {Lines: []string{"five"}}, key(4, true): {Lines: []string{"four"}}}, "five"},
		{"asked for as the previous", map[LogKey]Log{key(5, true): {Lines: []string{"five"}}}, "five"},
		{"the run before", map[LogKey]Log{key(4, false): {Lines: []string{"four"}}}, "four"},
		{"the run before, as this one was silent", map[LogKey]Log{key(5, false): {}, key(4, false): {Lines: []string{"four"}}}, "four"},
		{"the run before, as this one could not be read", map[LogKey]Log{key(5, false): {Err: "gone"}, key(4, true): {Lines: []string{"four"}}}, "four"},
		{"too long ago", map[LogKey]Log{key(1, false): {Lines: []string{"one"}}}, ""},
		{"of another container", map[LogKey]Log{{Pod: "p", PodUID: "p", Container: "side", Restart: 5}: {Lines: []string{"side"}}}, ""},
		{"the kubelet's words", map[LogKey]Log{key(5, false): {Lines: []string{"unable to retrieve container logs for containerd://x"}}}, ""},
	}
	for _, tt := range tests {
		c := &evidence{logs: tt.logs, history: &History{}}
		if got := strings.Join(c.lines(key(5, false)), "|"); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestProgramLines(t *testing.T) {
	var many []string
	for range 30 {
		many = append(many, strings.Repeat("é", maxLine), "", "  ")
	}
	got := programLines(Log{Lines: many})
	if len(got) != maxLines {
		t.Fatalf("%d lines", len(got))
	}
	for _, l := range got {
		if len(l) > maxLine+3 || !utf8.ValidString(l) {
			t.Errorf("line of %d bytes, valid: %v", len(l), utf8.ValidString(l))
		}
	}
}

func TestOneLine(t *testing.T) {
	if got := oneLine("  a\n\tb  c "); got != "a b c" {
		t.Errorf("%q", got)
	}
	got := oneLine(strings.Repeat("ü", maxMessage))
	if len(got) > maxMessage+3 || !utf8.ValidString(got) || !strings.HasSuffix(got, "…") {
		t.Errorf("%d bytes, %q", len(got), got[len(got)-4:])
	}
}

func TestGist(t *testing.T) {
	for text, want := range map[string]string{
		"license expired\n":                             "license expired",
		"starting\nconnecting\nno database\n":           "no database",
		"start\npanic: boom\n\ngoroutine 1:\nmain.go:3": "panic: boom",
		"Traceback:\n  line 1\nValueError: bad":         "ValueError: bad",
		"fatal error: out of memory\n\nruntime stack:":  "fatal error: out of memory",
	} {
		if got := gist(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestAlarm(t *testing.T) {
	a := Alarm{Now: epoch}
	for _, t := range []time.Time{{}, epoch.Add(-time.Second), epoch} {
		a.Set(t)
	}
	if !a.At.IsZero() {
		t.Errorf("set for %s, which is no time to come", a.At)
	}
	a.Set(epoch.Add(time.Minute))
	a.Set(epoch.Add(time.Second))
	a.Set(epoch.Add(time.Hour))
	if want := epoch.Add(time.Second); !a.At.Equal(want) {
		t.Errorf("set for %s, want the earliest", a.At)
	}
}

func TestFirst(t *testing.T) {
	order := func(a, b int) int { return a - b }
	for _, tt := range []struct{ all, want []int }{
		{nil, nil},
		{[]int{3, 1}, []int{1, 3}},
		{[]int{9, 4, 7, 1, 8, 2, 4}, []int{1, 2, 4}},
	} {
		got := first(3, tt.all, order)
		if len(got) != len(tt.want) {
			t.Errorf("%v, want %v", got, tt.want)
			continue
		}
		for i := range got {
			if got[i] != tt.want[i] {
				t.Errorf("%v, want %v", got, tt.want)
			}
		}
	}
}
