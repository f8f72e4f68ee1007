package state_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

func TestLogTail(t *testing.T) {
	var long strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&long, "line %d\n", i)
	}
	for _, test := range []struct {
		name, log string
		n         int
		want      []string
	}{
		{name: "short", log: "a\nb\n", n: 5, want: []string{"a", "b"}},
		{name: "last ones", log: "a\nb\nc", n: 2, want: []string{"b", "c"}},
		{name: "empty", log: "\n", n: 2},
		{name: "long", log: long.String(), n: 2, want: []string{"line 4998", "line 4999"}},
		{name: "one endless line", log: strings.Repeat("x", 100_000), n: 2, want: []string{strings.Repeat("x", 16<<10)}},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, dir := newLab(t)
			if err := dir.Make(); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(dir.Log("etcd"), []byte(test.log), 0o600); err != nil {
				t.Fatal(err)
			}
			if got := dir.LogTail("etcd", test.n); !slices.Equal(got, test.want) {
				t.Errorf("got %q", got)
			}
		})
	}
	_, dir := newLab(t)
	if got := dir.LogTail("etcd", 3); got != nil {
		t.Errorf("no log: %q", got)
	}
}
