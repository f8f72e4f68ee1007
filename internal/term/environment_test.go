package term

import (
	"bytes"
	"testing"
)

func lookup(variables map[string]string) func(string) string {
	return func(name string) string { return variables[name] }
}

func TestColored(t *testing.T) {
	for _, c := range []struct {
		name      string
		variables map[string]string
		terminal  bool
		want      bool
	}{
		{"a terminal", nil, true, true},
		{"a pipe", nil, false, false},
		{"NO_COLOR", map[string]string{"NO_COLOR": "1"}, true, false},
		{"NO_COLOR, empty", map[string]string{"NO_COLOR": ""}, true, true},
		{"CLICOLOR=0", map[string]string{"CLICOLOR": "0"}, true, false},
		{"CLICOLOR_FORCE on a pipe", map[string]string{"CLICOLOR_FORCE": "1"}, false, true},
		{"CLICOLOR_FORCE=0 on a pipe", map[string]string{"CLICOLOR_FORCE": "0"}, false, false},
		{"NO_COLOR over CLICOLOR_FORCE", map[string]string{"NO_COLOR": "1", "CLICOLOR_FORCE": "1"}, true, false},
		{"a dumb terminal", map[string]string{"TERM": "dumb"}, true, false},
	} {
		if got := readEnvironment(lookup(c.variables)).colored(c.terminal); got != c.want {
			t.Errorf("%s: coloured %v, want %v", c.name, got, c.want)
		}
	}
}

func TestASCIIOnly(t *testing.T) {
	for _, c := range []struct {
		variables map[string]string
		want      bool
	}{
		{nil, false},
		{map[string]string{"LANG": "de_DE.UTF-8"}, false},
		{map[string]string{"LANG": "C.utf8"}, false},
		{map[string]string{"LANG": "en_US.ISO-8859-1"}, true},
		{map[string]string{"LANG": "en_US.UTF-8", "LC_ALL": "C"}, true},
		{map[string]string{"LANG": "C", "LC_CTYPE": "en_US.UTF-8"}, false},
	} {
		if got := asciiOnly(lookup(c.variables)); got != c.want {
			t.Errorf("%v: ASCII only %v, want %v", c.variables, got, c.want)
		}
	}
}

func TestGlyphsAreOneColumn(t *testing.T) {
	for _, g := range []Glyphs{unicodeGlyphs, asciiGlyphs} {
		for _, s := range []string{g.Good, g.Bad, g.Warn, g.Busy, g.Wait, g.Back, g.Full, g.Half, g.Empty, g.Bar, g.Ellipsis} {
			if Width(s) != 1 {
				t.Errorf("%q is %d columns wide", s, Width(s))
			}
		}
	}
}

func TestBuffersAreNoTerminals(t *testing.T) {
	var in, out, errOut bytes.Buffer
	terminal := New(&in, &out, &errOut, lookup(map[string]string{"TERM": "xterm-256color"}))
	if width, height := terminal.Err.Size(); terminal.Out.IsTerminal() || terminal.Err.CanRepaint() || terminal.InIsTerminal() || width+height != 0 {
		t.Errorf("a buffer is taken for a terminal: %+v", terminal)
	}
	if got := terminal.Out.Colors().Red("x"); got != "x" {
		t.Errorf("coloured: %q", got)
	}
}

// Two streams of one program may differ: no switch is shared.
func TestColorsAreValues(t *testing.T) {
	on, off := newColors(true), newColors(false)
	if got := on.Red("x") + off.Red("x") + on.Bold(""); got != "\x1b[31mx\x1b[0mx" {
		t.Errorf("%q", got)
	}
	var none Colors
	if got := none.Green("x"); got != "x" {
		t.Errorf("%q", got)
	}
}
