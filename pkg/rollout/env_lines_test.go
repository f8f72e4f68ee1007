package rollout

import (
	"errors"
	"strings"
	"testing"
)

func TestParseEnvLines(t *testing.T) {
	long := strings.Repeat("x", 200_000)
	for name, test := range map[string]struct{ text, want, err string }{
		"as env prints them":           {text: "A=1\nB=two words\n", want: "A=1|B=two words"},
		"no newline at the end":        {text: "A=1", want: "A=1"},
		"from Windows":                 {text: "\ufeffA=1\r\nB=2\r\n", want: "A=1|B=2"},
		"comments and empty lines":     {text: "# A=0\n\n  # B=0\n  \nA=1\n", want: "A=1"},
		"a # in a value":               {text: "COLOR=#fff\nURL=http://h/#top # no comment\n", want: "COLOR=#fff|URL=http://h/#top # no comment"},
		"an = in a value":              {text: "A=b=c\n", want: "A=b=c"},
		"quotes stay":                  {text: `A="b"` + "\n", want: `A="b"`},
		"an empty value":               {text: "A=\n", want: "A="},
		"a long line, and one after":   {text: "A=" + long + "\nB=1\n", want: "A=" + long + "|B=1"},
		"nothing":                      {},
		"no =":                         {text: "A=1\n-----BEGIN hunter2\n", err: "line 2 is not KEY=VALUE"},
		"no name":                      {text: "=hunter2\n", err: "line 1 has no name of a variable before '='"},
		"a URL alone":                  {text: "\nhttp://hunter2@h/?a=b\n", err: "line 2 has no name of a variable"},
		"export":                       {text: "export A=hunter2\n", err: "line 1 has no name of a variable"},
		"further in":                   {text: " A=hunter2\n", err: "line 1 has no name of a variable"},
		"twice":                        {text: "A=1\nB=2\n\nA=hunter2\n", err: "line 4 sets A again, after line 1"},
		"not UTF-8":                    {text: "A=hunter2\xff\n", err: "line 1 has a value that is not UTF-8"},
		"separated by NULs (`env -0`)": {text: "A=hunter2\x00B=2\x00", err: "line 1 has a value with a NUL in it"},
	} {
		t.Run(name, func(t *testing.T) {
			env, err := ParseEnvLines([]byte(test.text))
			if test.err != "" {
				var line *EnvLineError
				if !errors.As(err, &line) || !strings.HasPrefix(err.Error(), test.err) {
					t.Errorf("got %v", err)
				}
				if err != nil && strings.Contains(err.Error(), "hunter2") {
					t.Errorf("%v quotes the line", err)
				}
				return
			}
			var got []string
			for _, v := range env {
				got = append(got, v.Name+"="+v.Value)
			}
			if err != nil || strings.Join(got, "|") != test.want {
				t.Errorf("got %.100v, %v", got, err)
			}
		})
	}
}

// Every line that is a variable comes back as it was given, and nothing else does.
func FuzzParseEnvLines(f *testing.F) {
	for _, seed := range []string{"A=1\nB=2\n", "# c\n\nA=#1\r\n", "A", "=", "A=1\nA=2", "\ufeffA=\x00", "A=\xff"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		env, err := ParseEnvLines([]byte(text))
		if err != nil {
			return
		}
		for _, v := range env {
			line := v.Name + "=" + v.Value
			if strings.ContainsAny(line, "\n\x00") || !strings.Contains(text, line) {
				t.Errorf("%q is not in %q", line, text)
			}
		}
		lines := 0
		for _, l := range strings.Split(strings.TrimPrefix(text, "\ufeff"), "\n") {
			l = strings.TrimLeft(strings.TrimSuffix(l, "\r"), " \t")
			if l != "" && l[0] != '#' {
				lines++
			}
		}
		if lines != len(env) {
			t.Errorf("%d variables of %d lines", len(env), lines)
		}
	})
}
