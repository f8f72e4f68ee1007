package term

import (
	"strings"
	"testing"
)

func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		"plain ASCII, ~":                            "plain ASCII, ~",
		"café 起動 ✓ 👩‍🚀":                             "café 起動 ✓ 👩‍🚀",
		"\x1b[31mred\x1b[0m":                        "red",
		"a\x1b]0;title\x07b":                        "ab",
		"a\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\": "alink",
		"\x1b[2J\x1b[Hcleared":                      "cleared",
		"\u009b31mC1":                               "31mC1", // without the control it is text
		"two\nlines\r\nand\ttab":                    "two lines  and tab",
		"bell\a back\b del\x7f":                     "bell back del",
		"\u202Edesrever\u2066\u200e":                "desrever",
		"zero\u200bwidth\ufeff":                     "zerowidth",
		"broken \xff\xfe":                           "broken \uFFFD",
		"cut off \x1b[3":                            "cut off ",
	} {
		if got := Clean(in); got != want {
			t.Errorf("Clean(%q) = %q, want %q", in, got, want)
		}
	}
}

// Whatever comes in, nothing that moves the cursor comes out, and cleaning again changes nothing.
func FuzzClean(f *testing.F) {
	f.Add("\x1b[31mred\x1b[0m\u009b2J\n")
	f.Add("\x1b\x1b[[31m3")
	f.Fuzz(func(t *testing.T, s string) {
		got := Clean(s)
		if strings.ContainsFunc(got, func(r rune) bool { return r < ' ' || (r >= 0x7f && r < 0xa0) }) {
			t.Errorf("Clean(%q) = %q", s, got)
		}
		if again := Clean(got); again != got {
			t.Errorf("%q cleaned again is %q", got, again)
		}
	})
}

func TestWidths(t *testing.T) {
	if got := Width("\x1b[1m起動\x1b[22m ok"); got != 7 {
		t.Errorf("Width = %d", got)
	}
	if got := Cut("起動に失敗", 6, "…"); got != "起動…" {
		t.Errorf("Cut = %q", got)
	}
	if got := Pad("起動", 6) + "|" + PadLeft("7", 3); got != "起動  |  7" {
		t.Errorf("Pad = %q", got)
	}
	if got := strings.Join(Wrap("one two three", 8), "|"); got != "one two|three" {
		t.Errorf("Wrap = %q", got)
	}
	if got := strings.Join(Wrap("起動に失敗しました", 8), "|"); got != "起動に失|敗しまし|た" {
		t.Errorf("Wrap = %q", got)
	}
}
