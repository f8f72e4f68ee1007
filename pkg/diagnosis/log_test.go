package diagnosis

import (
	"slices"
	"strings"
	"testing"
)

func TestReadLog(t *testing.T) {
	long := strings.Repeat("x", MaxLogBytes-4)
	for name, test := range map[string]struct {
		text  string
		lines []string
		err   string
	}{
		"nothing":                       {text: ""},
		"an empty line":                 {text: "\n"},
		"lines":                         {text: "a\n\nb\n", lines: []string{"a", "", "b"}},
		"no line end":                   {text: "a\nb", lines: []string{"a", "b"}},
		"the kubelet's own words":       {text: "unable to retrieve container logs for x://1", err: "unable to retrieve container logs for x://1"},
		"cut within a line":             {text: long + "\nabc", lines: []string{long}},
		"one line that is longer":       {text: long + "abcd"},
		"as long, but the end is whole": {text: long + "abc\n", lines: []string{long + "abc"}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := ReadLog(test.text); !slices.Equal(got.Lines, test.lines) || got.Err != test.err {
				t.Errorf("%d lines, error %q", len(got.Lines), got.Err)
			}
		})
	}
}
