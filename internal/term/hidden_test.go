package term

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

func TestHiddenAnswers(t *testing.T) {
	const most = longestLine - 1
	for name, test := range map[string]struct{ typed, answer, problem string }{
		"a line":                    {"hunter2\r", "hunter2", ""},
		"nothing":                   {"\r", "", ""},
		"a line feed ends it too":   {"hunter2\n", "hunter2", ""},
		"corrected":                 {"huntex\x7fr2\r", "hunter2", ""},
		"begun anew":                {"wrong\x15hunter2\r", "hunter2", ""},
		"letters of the world":      {"пароль-密码-🔑\r", "пароль-密码-🔑", ""},
		"back with the arrow":       {"unter2\x1b[D\x1b[D\x1b[D\x1b[D\x1b[D\x1b[Dh\r", "hunter2", ""},
		"the longest":               {strings.Repeat("x", most) + "\r", strings.Repeat("x", most), ""},
		"longer":                    {strings.Repeat("x", most+1) + "\r", "", "an answer of 4096 characters or more can't be typed"},
		"much longer":               {strings.Repeat("ж", 3*most) + "\r", "", "an answer of 4096 characters or more can't be typed"},
		"a tab":                     {"hunter\t2\r", "", "a tab can't be typed"},
		"another control character": {"hunter\x002\r", "", "a control character can't be typed"},
		"Latin-1":                   {"h\xfcnter2\r", "", "what is not UTF-8 can't be typed"},
		"what comes behind it":      {"hunter2\r\t", "hunter2", ""},
	} {
		t.Run(name, func(t *testing.T) {
			var screen strings.Builder
			answer, err := ask(strings.NewReader(test.typed), &screen, "password: ")
			var refused *AnswerError
			switch {
			case test.problem == "" && (err != nil || string(answer) != test.answer):
				t.Errorf("got %.50q, %v; want %.50q", answer, err, test.answer)
			case test.problem != "" && (!errors.As(err, &refused) || refused.Problem != test.problem):
				t.Errorf("error %v, want %q", err, test.problem)
			}
			if strings.Contains(screen.String(), "h") || !strings.HasPrefix(screen.String(), "password: ") {
				t.Errorf("the screen says %q", screen.String())
			}
		})
	}
	// A character may come in pieces.
	if answer, err := ask(iotest.OneByteReader(strings.NewReader("пароль-🔑\r")), io.Discard, ""); err != nil || string(answer) != "пароль-🔑" {
		t.Errorf("in pieces: %q, %v", answer, err)
	}
	for _, key := range []string{"\x03", "\x04"} {
		if _, err := ask(strings.NewReader("hunter2\x15"+key), io.Discard, ""); !errors.Is(err, io.EOF) {
			t.Errorf("%q: %v", key, err)
		}
	}
}
