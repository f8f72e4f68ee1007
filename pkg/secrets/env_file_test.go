package secrets

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	cmdutil "k8s.io/kubectl/pkg/cmd/util"
)

// shown gives entries as tests write them: key=value, and the place.
func shown(entries []Entry) []string {
	var all []string
	for _, e := range entries {
		all = append(all, fmt.Sprintf("%s=%s (%s)", e.Key, e.Value, e.Origin))
	}
	return all
}

func lookupIn(pairs ...string) Lookup { return Environment(pairs).Lookup }

func TestEnvFile(t *testing.T) {
	for name, test := range map[string]struct {
		content string
		want    []string
		fault   string
	}{
		"nothing":                        {"", nil, ""},
		"a pair":                         {"A=1\n", []string{"A=1 (app.env:1)"}, ""},
		"no newline at the end":          {"A=1", []string{"A=1 (app.env:1)"}, ""},
		"comments and empty lines":       {"# a\n\n  # b\nA=1\n", []string{"A=1 (app.env:4)"}, ""},
		"quotes are part of the value":   {`A="1"`, []string{`A="1" (app.env:1)`}, ""},
		"so is an inline comment":        {"A=1 # one", []string{"A=1 # one (app.env:1)"}, ""},
		"and a space at the end":         {"A=1 ", []string{"A=1  (app.env:1)"}, ""},
		"only the first = parts":         {"A=b=c", []string{"A=b=c (app.env:1)"}, ""},
		"windows' line ends":             {"A=1\r\nB=2\r\n", []string{"A=1 (app.env:1)", "B=2 (app.env:2)"}, ""},
		"a byte order mark":              {"\uFEFFA=1\n", []string{"A=1 (app.env:1)"}, ""},
		"an empty value":                 {"A=", []string{"A= (app.env:1)"}, ""},
		"a name alone takes a variable":  {"SET", []string{"SET=here (app.env:1)"}, ""},
		"unset, it is an error":          {"\nNOT_SET\n", nil, `app.env:2: the line has no "=", and no variable of that name is set`},
		"a name with a dash":             {"a-b=1", []string{"a-b=1 (app.env:1)"}, ""},
		"export":                         {"export A=1", nil, `app.env:1: the line begins with "export": write KEY=VALUE alone`},
		"a space before =":               {"A =1", nil, `app.env:1: a space stands between the name and "="`},
		"a digit first":                  {"1A=1", nil, `app.env:1: the text before "=" is not a valid variable name`},
		"no name":                        {"=hunter2", nil, `app.env:1: there is no name before "="`},
		"a line of a key":                {"K=-----BEGIN\nhunter2/+hunter2\n", nil, "app.env:2: the line is not KEY=VALUE"},
		"not UTF-8":                      {"A=1\nB=\xff\n", nil, "app.env:2: the line is not UTF-8"},
		"every bad line is named":        {"1=hunter2\nA=1\n2=hunter2\n", nil, "app.env:3:"},
		"a long line and those after it": {"A=" + strings.Repeat("x", 70_000) + "\nB=2\n", []string{"A=" + strings.Repeat("x", 70_000) + " (app.env:1)", "B=2 (app.env:2)"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			entries, _, err := ParseEnvFile("app.env", []byte(test.content), lookupIn("SET=here"))
			wantFault(t, err, test.fault)
			if test.fault == "" && !slices.Equal(shown(entries), test.want) {
				t.Errorf("got  %q\nwant %q", shown(entries), test.want)
			}
		})
	}
}

// wantFault checks the error's text, and that it holds none of the values of these tests.
func wantFault(t *testing.T, err error, says string) {
	t.Helper()
	switch {
	case (err != nil) != (says != ""):
		t.Fatalf("error %v, want %q", err, says)
	case err == nil:
	case !strings.Contains(err.Error(), says):
		t.Errorf("error %q does not say %q", err, says)
	case strings.Contains(err.Error(), "hunter2"):
		t.Errorf("the error shows a value: %v", err)
	}
}

func TestEnvFileNamesEveryBadLine(t *testing.T) {
	_, _, err := ParseEnvFile("app.env", []byte("1=x\nA=1\nB C=2\nD\n"), lookupIn())
	for _, says := range []string{"app.env:1: ", "app.env:3: ", "app.env:4: "} {
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("error %v does not say %q", err, says)
		}
	}
	var malformed *MalformedError
	var unset *UnsetError
	if !errors.As(err, &malformed) || malformed.Origin.Line != 1 || !errors.As(err, &unset) || unset.Origin.Line != 4 {
		t.Errorf("error %#v", err)
	}
}

// isStricter: what nobody can have meant is refused here, and read by others.
func isStricter(err error) bool {
	return err != nil && (strings.Contains(err.Error(), tokenProblem) || strings.Contains(err.Error(), crProblem) || strings.Contains(err.Error(), "is UTF-16"))
}

// What kubectl reads we read, to the same keys and values; what it refuses we refuse.
func FuzzEnvFileAsKubectl(f *testing.F) {
	for _, seed := range []string{
		"A=1\nB=2\n", "\uFEFFA=1", "A=1\r\n\r\nB='2'\r", "# c\n\t A = 1", "A\nB=", "export A=1", "=x", "A=\xff",
		"A=1\n\uFEFFB=2", "\u00a0A=1\u00a0", "A==\n.=1\n..a=2", "_=1\n-=2\na.b-c=3", "\r\nA=1\r\r\n", "A=1\vB=2\fC", "\x00=1",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		if slices.ContainsFunc(bytes.Split(content, []byte("\n")), func(l []byte) bool { return len(l) > 60_000 }) {
			return // kubectl loses such lines
		}
		path := filepath.Join(t.TempDir(), "env")
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		var theirs []string
		theirErr := cmdutil.AddFromEnvFile(path, func(key, value string) error {
			if err := checkKey(key, Origin{}); err != nil {
				return err
			}
			theirs = append(theirs, key+"="+value)
			return nil
		})
		entries, _, err := ParseEnvFile("env", content, func(string) (string, bool) { return "", true })
		var ours []string
		for _, e := range entries {
			// kubectl takes the variable from the process, which has some of these names.
			if _, set := os.LookupEnv(e.Key); set && len(e.Value) == 0 {
				return
			}
			ours = append(ours, e.Key+"="+string(e.Value))
		}
		if isStricter(err) {
			return
		}
		if (err != nil) != (theirErr != nil) || err == nil && !slices.Equal(ours, theirs) {
			t.Errorf("ours %q, %v\nkubectl's %q, %v", ours, err, theirs, theirErr)
		}
	})
}

// kubectl keeps the quotes, which few mean; a value of several quoted texts means them.
func TestEnvFileWarnsOfQuotes(t *testing.T) {
	for line, warned := range map[string]bool{
		`A="hunter2"`: true, `A='hunter2'`: true, `A="hunter2" `: true, `A=""`: true, `A="say \"hunter2\" now"`: true,
		`A=hunter2`: false, `A="hunter2`: false, `A=hunter2"`: false, `A="`: false, `A="hunter2","b"`: false, `A=it's`: false, `A='hunter2"`: false,
	} {
		entries, found, err := ParseEnvFile("app.env", []byte(line), lookupIn())
		if err != nil || len(entries) != 1 || string(entries[0].Value) != line[2:] {
			t.Errorf("%s: %v, %v", line, entries, err)
		}
		is := len(found) == 1 && found[0].Problem == QuotedValue && found[0].Level == Warn && found[0].Key == "A"
		if is != warned || !is && len(found) > 0 || is && strings.Contains(found[0].String(), "hunter2") {
			t.Errorf("%s: found %v", line, found)
		}
	}
}
