package page

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/kubectl-app/kubectl-app/internal/layout/layouttest"
	"github.com/kubectl-app/kubectl-app/internal/term"
)

// A printed is a kind of report with examples of it.
type printed[R any] struct {
	folder, schema string
	examples       map[string]R
	write          func(out *term.Output, name string, width int, report R) error
	asASCII        string // the example that a terminal of 40 columns shows in ASCII
	tooLong        string // lines with this text are for copying and may be wider than the terminal
}

func (p printed[R]) text(t *testing.T, name string, screen term.Screen) string {
	t.Helper()
	screen.Height, screen.ASCII = 24, name == p.asASCII && screen.Width == 40
	terminal, _, out, errOut := term.Fake(&screen)
	if err := p.write(terminal.Out, name, screen.Width, p.examples[name]); err != nil {
		t.Fatal(err)
	}
	if errOut.Len() > 0 {
		t.Errorf("on stderr %q", errOut)
	}
	return out.String()
}

// golden compares each example with its file at four widths, and holds it to its width.
func (p printed[R]) golden(t *testing.T) {
	for name := range p.examples {
		for _, width := range []int{0, 40, 80, 200} {
			t.Run(fmt.Sprint(name, width), func(t *testing.T) {
				text := p.text(t, name, term.Screen{Width: width})
				layouttest.Golden(t, fmt.Sprintf("%s/%s-%d", p.folder, name, width), text)
				for line := range strings.Lines(text) {
					free := p.tooLong != "" && strings.Contains(line, p.tooLong)
					if width > 0 && term.Width(strings.TrimRight(line, "\n")) > width && !free {
						t.Errorf("wider than %d: %q", width, line)
					}
				}
				if strings.Contains(text, "\x1b") {
					t.Errorf("without colour %q", text)
				}
			})
		}
	}
}

// inColour holds that colour is there, and that it changes no text.
func (p printed[R]) inColour(t *testing.T) {
	for name := range p.examples {
		colored := p.text(t, name, term.Screen{Width: 80, Color: true})
		if !strings.Contains(colored, "\x1b") {
			t.Errorf("%s: no colour", name)
		}
		with := strings.Split(colored, "\n")
		for i, want := range strings.Split(p.text(t, name, term.Screen{Width: 80}), "\n") {
			if got := strings.TrimRight(term.Clean(with[i]), " "); got != want {
				t.Errorf("%s: %q, without colour %q", name, got, want)
			}
		}
	}
}

// followsSchema also tries an unknown field beside the kind.
func (p printed[R]) followsSchema(t *testing.T, kind string) {
	schema := layouttest.Compile(t, p.schema)
	for _, report := range p.examples {
		text, err := json.Marshal(report)
		if err != nil {
			t.Fatal(err)
		}
		layouttest.Validate(t, schema, text)
		is := fmt.Sprintf(`"kind":%q`, kind)
		var value any
		changed := bytes.Replace(text, []byte(is), []byte(is+`,"extra":1`), 1)
		if err := json.Unmarshal(changed, &value); err != nil || schema.Validate(value) == nil {
			t.Errorf("an unknown field is taken: %v", err)
		}
	}
}

// namesConstants compares the sets of a schema with the constants of the code.
func (p printed[R]) namesConstants(t *testing.T, sets map[string][]string) {
	for _, set := range slices.Sorted(maps.Keys(sets)) {
		want, got := slices.Sorted(slices.Values(sets[set])), slices.Sorted(slices.Values(layouttest.Enum(t, p.schema, set)))
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, the code has %v", set, got, want)
		}
	}
}
