package secrets

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"
)

// inUTF16 is how PowerShell's > and its kin write a text.
func inUTF16(text string, order binary.AppendByteOrder) string {
	var content []byte
	for _, unit := range utf16.Encode([]rune(text)) {
		content = order.AppendUint16(content, unit)
	}
	return string(content)
}

// The parsers, by the flag that calls them.
var parsers = map[string]func(content string, lookup Lookup) ([]Entry, []Finding, error){
	"dotenv": func(content string, lookup Lookup) ([]Entry, []Finding, error) {
		return ParseDotenv([]DotenvFile{{"a.env", []byte(content)}}, lookup)
	},
	"env file": func(content string, lookup Lookup) ([]Entry, []Finding, error) {
		return ParseEnvFile("a.env", []byte(content), lookup)
	},
}

// What is refused both ways; the text of a line is never shown.
func TestLinesThatAreRefused(t *testing.T) {
	const utf16, token, cr = "the file is UTF-16", "the line is not KEY=VALUE: it looks like the end of a value", `a.env:1: the line ends with CR alone`
	for name, test := range map[string]struct{ content, says string }{
		"UTF-16LE with its mark":        {"\xff\xfe" + inUTF16("PW=hunter2\r\nB=ü\r\n", binary.LittleEndian), "a.env: " + utf16 + " (as PowerShell's > writes it), and UTF-8 is needed: save it as UTF-8, or: iconv -f UTF-16LE"},
		"UTF-16BE with its mark":        {"\xfe\xff" + inUTF16("PW=hunter2\n", binary.BigEndian), utf16},
		"UTF-16LE without":              {inUTF16("PW=hunter2\r\n", binary.LittleEndian), utf16},
		"UTF-16BE without":              {inUTF16("PW=hunter2\r\nB=ü\r\n", binary.BigEndian), "iconv -f UTF-16BE"},
		"the mark of UTF-16 alone":      {"\xff\xfe", utf16},
		"a token in the middle":         {"TOKEN=\nhunter2hunter2AA==\nB=1\n", "a.env:2: " + token},
		"a token at the end":            {"TOKEN=hunter2\nhunter2hunter2AA==", "a.env:2: " + token},
		"a token with CRLF":             {"TOKEN=\r\nhunter2hunter2AA==\r\nB=1\r\n", "a.env:2: " + token},
		"a token with blanks behind it": {"TOKEN=\nhunter2hunter2AA==  \n", "a.env:2: " + token},
		"a token in url-safe base64":    {"TOKEN=\nhunter2_hunter2AA==\n", "a.env:2: " + token},
		"one with a single =":           {"TOKEN=\nhunter2hunter2Hunter2Hunte8=\n", "a.env:2: " + token},
		"url-safe, a single =":          {"TOKEN=\nhunter2_hunter2-Hunter2Hun8=\n", "a.env:2: " + token},
		"few letters of it":             {"TOKEN=\nhunter2==\n", "a.env:2: " + token},
		"behind one more token":         {"A==\nhunter2==\n", "a.env:2: " + token},
		"a padded one alone":            {"hunter2hunter2HunterAA==\n", "a.env:1: " + token},
		"a line between":                {"TOKEN=\n\nhunter2==\n", "a.env:3: " + token},
		"a token alone":                 {"hU7nT3eR2hU5nT9eR48=\n", "a.env:1: " + token},
		"base32":                        {"SEED=\nHUNTER2HUNTER2======\n", "a.env:2: " + token},
		"a token without padding":       {"TOKEN=\nhunter2hunter2AA\n", `a.env:2: the line has no "="`},
		"export of a name alone":        {"A=1\nexport hunter2\n", `a.env:2: the line `},
		"CR alone":                      {"A=1\rPW=hunter2\rB=2\r", cr},
		"CR alone, a comment first":     {"# passwords\rPW=hunter2\r", cr},
		"CR alone, export":              {"A=1\rexport PW=hunter2\n", cr},
		"CR alone on one line":          {"A=1\rPW=hunter2\nB=2\n", cr},
	} {
		for kind, parse := range parsers {
			t.Run(kind+"/"+name, func(t *testing.T) {
				_, _, err := parse(test.content, lookupIn())
				wantFault(t, err, test.says)
				if strings.Count(err.Error(), "\n") > 0 {
					t.Errorf("more than one message: %v", err)
				}
			})
		}
	}
}

// What only looks like it, and is what it seems.
func TestLinesThatAreTaken(t *testing.T) {
	for content, want := range map[string]string{
		"API_TOKEN=\n":                 "API_TOKEN=",
		"camelCaseName=\n":             "camelCaseName=",
		"AWS_S3_BUCKET=\n":             "AWS_S3_BUCKET=",
		"smtp2ServerName=\n":           "smtp2ServerName=",
		"A=x==\n":                      "A=x==",
		"Auth0Scopes=\n":               "Auth0Scopes=",
		"A=b\nS3Endpoints=\n":          "A=b S3Endpoints=",
		"A=\n# b\nS3Endpoints=\n":      "A= S3Endpoints=",
		"CHANNEL=#general\n":           "CHANNEL=#general",
		"TOKEN=aHVudGVyMmh1bnRlcjI=\n": "TOKEN=aHVudGVyMmh1bnRlcjI=",
		"COLOR=#ff0000\n":              "COLOR=#ff0000",
		"A=x\r\n":                      "A=x",
		"A=x\r":                        "A=x",
		"A=first\rsecond\n":            "A=first\rsecond",
		"\uFEFF":                       "",
	} {
		for kind, parse := range parsers {
			entries, found, err := parse(content, lookupIn())
			var got []string
			for _, e := range entries {
				got = append(got, fmt.Sprintf("%s=%s", e.Key, e.Value))
			}
			if err != nil || strings.Join(got, " ") != want || len(found) > 0 != strings.HasPrefix(content, "\uFEFF") {
				t.Errorf("%s: %q: got %q, %v, %v", kind, content, got, found, err)
			}
		}
	}
}

// Of what a file holds and the object will not, the user is told by file and line, once for a line.
func TestDotenvFindings(t *testing.T) {
	for name, test := range map[string]struct {
		files []string
		want  []string
	}{
		"a comment":                       {[]string{"A=1 # one"}, []string{`note A (a.env:1): the text from " #" on was cut off as a comment`}},
		"comments":                        {[]string{"A=1 # one\nB=2\nC=3 #three\n"}, []string{`note A, C (a.env:1,3): the text from " #" on was cut off`}},
		"behind quotes":                   {[]string{"A='1' # one\n"}, nil},
		"in quotes":                       {[]string{"A=\"1 # one\"\nB='# b'\n"}, nil},
		"of its own line":                 {[]string{"# x # y\nA=1\n"}, nil},
		"an equals sign alone":            {[]string{"OP==\nA=true\nB==\n"}, []string{`warning a.env:1: the value is only "="`, `warning a.env:3: the value is only "="`}},
		"a channel":                       {[]string{"A=#general\nB='# b'\n"}, nil},
		"in place of a value":             {[]string{"A=   # none\nB= #none\nC=\t# none # at all\n"}, []string{`warning A (a.env:1): the value begins with "#"`, "warning B (a.env:2)", "warning C (a.env:3)"}},
		"a colour":                        {[]string{"A= #ff0000\nB=#fff # white\n"}, []string{"note B (a.env:2)"}},
		"a comment cut off an object":     {[]string{`A={"note": "issue #1", "b": 2}`}, []string{`warning A (a.env:1): the value is not complete`}},
		"a comment cut off an array":      {[]string{`A=["x", "y #1"]`}, []string{`warning A (a.env:1): the value is not complete`}},
		"one cut off between the entries": {[]string{`A=[1, #2]`}, []string{`warning A (a.env:1): the value is not complete`}},
		"a comment behind JSON":           {[]string{`A={"b": [1]} # one`}, []string{`note A (a.env:1)`}},
		"a comment cut off quotes":        {[]string{`A=say "no #1"`}, []string{`warning A (a.env:1): the value is not complete`}},
		"a doubled key":                   {[]string{"A=1\nB=2\nA=3\n"}, []string{"warning A (a.env:1): a.env:3 sets the key again, and the last one wins"}},
		"three times":                     {[]string{"A=1\nA=2\nA=3\n"}, []string{"warning A (a.env:1): a.env:2 sets", "warning A (a.env:2): a.env:3 sets"}},
		"in two files":                    {[]string{"A=1\nB=1\nC=1\n", "A=2\nC=2\n"}, []string{"note A, C (a.env:1,3): b.env sets the key too, and the later file wins"}},
		"a name cut at a colon":           {[]string{"Logging:Level=info\n"}, []string{`warning Logging (a.env:1): the name ends at ":", and all after it is the value; .NET reads Logging__NAME like Logging:NAME`}},
		"two of them":                     {[]string{"V:A=1\nexport V:B:C=2\n"}, []string{`warning V (a.env:1): the name ends at ":", and all after it is the value; .NET reads V__NAME like V:NAME; a.env:2 sets the key again`, "warning V (a.env:2)"}},
		"yaml's colon":                    {[]string{"A: 1\nURL: http://h/?a=b\nB:postgres://u@h/?c=d\nC: x=y\n"}, nil},
		"a byte order mark":               {[]string{"\uFEFFA=1\n"}, []string{"note a.env: the byte order mark (BOM) at the beginning is left out"}},
	} {
		t.Run(name, func(t *testing.T) {
			var files []DotenvFile
			for i, content := range test.files {
				files = append(files, DotenvFile{string(rune('a'+i)) + ".env", []byte(content)})
			}
			_, found, err := ParseDotenv(files, lookupIn())
			if err != nil {
				t.Fatal(err)
			}
			wantFindings(t, Merge(found), test.want)
		})
	}
}

// wantFindings compares levels and the beginning of what is said.
func wantFindings(t *testing.T, found []Finding, want []string) {
	t.Helper()
	var got []string
	for _, f := range found {
		got = append(got, map[Level]string{Warn: "warning ", Note: "note ", Refuse: "refused "}[f.Level]+f.String())
		if strings.Contains(f.String(), "hunter") {
			t.Errorf("the message shows a value: %s", f)
		}
	}
	if !slices.EqualFunc(got, want, strings.HasPrefix) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// A colon may stand for "=": the value before it is open as well.
func TestATokenBehindAColon(t *testing.T) {
	for _, content := range []string{"A: hunter2\nhunter2==\n", "A:\nhunter2==\n", "export A=\nhunter2==\n"} {
		_, _, err := ParseDotenv([]DotenvFile{{"a.env", []byte(content)}}, lookupIn())
		wantFault(t, err, "a.env:2: the line is not KEY=VALUE")
	}
	for _, content := range []string{"A='hunter2'\nB==\n", "A=\"\"\nB==\n", "A=\n# b\nB==\n"} {
		if _, _, err := ParseDotenv([]DotenvFile{{"a.env", []byte(content)}}, lookupIn()); err != nil {
			t.Errorf("%q: %v", content, err)
		}
	}
}

func TestEnvFileFindings(t *testing.T) {
	_, found, err := ParseEnvFile("a.env", []byte("\uFEFFA=# none\nB= # none\nC=1 # part of it\nD=#fff\nE=#general\nOP==\nF=   \n"), lookupIn())
	if err != nil {
		t.Fatal(err)
	}
	wantFindings(t, Merge(found), []string{"note a.env: the byte order mark", "warning A (a.env:1): the value begins with", "warning B (a.env:2)", `warning a.env:6: the value is only "="`})
	_, _, err = ParseEnvFile("a.env", []byte("A=1\n\uFEFFB=hunter2\n"), lookupIn())
	wantFault(t, err, "a.env:2: a byte order mark (BOM) stands before the name")
}

// One line, one message: what follows a quote that ended too early is no fault of its own.
func TestDotenvSaysOneThingOfALine(t *testing.T) {
	for content, says := range map[string]string{
		`A="{"type": "hunter2", "b": "hunter2", "c": 1}"`: "a.env:1: there is text after the closing quote: does the value contain that quote?",
		"A=1\nB='x'hunter2\nC=2":                          "a.env:2: there is text after the closing quote",
		"?=1 ?=2":                                         "a.env:1: the statement is not KEY=VALUE",
	} {
		_, _, err := ParseDotenv([]DotenvFile{{"a.env", []byte(content)}}, lookupIn())
		wantFault(t, err, says)
		if strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: %v", content, err)
		}
	}
	_, _, err := ParseDotenv([]DotenvFile{{"a.env", []byte("A='x'\nhunter2\n?=1\n")}}, lookupIn())
	var unset *UnsetError
	if !errors.As(err, &unset) || strings.Count(err.Error(), "\n") != 1 {
		t.Errorf("each bad line: %v", err)
	}
}

func TestTokensAsLiterals(t *testing.T) {
	for _, argument := range []string{"hunter2hunter2Hunter2Hunte8=", "Hunter2Hunte3A==", "hunter2_hunter2-Hunter2Hun8="} {
		_, err := ParseLiteral(argument, Origin{Kind: Literal})
		wantFault(t, err, "it looks like a base64 value without a key")
	}
	for _, argument := range []string{"sep==", "password=", "OPERATOR==="} {
		if _, err := ParseLiteral(argument, Origin{Kind: Literal}); err != nil {
			t.Errorf("%s: %v", argument, err)
		}
	}
}

// Whatever is read, no message has the text of a line, and a key that "=" may pad is warned of.
func FuzzLinesStayUnseen(f *testing.F) {
	for _, seed := range []string{"TOKEN=\nq1Xz\nB=1\n", "A=q1Xz # q1Xz\n", "V:q=q1Xz\rB=2", "q1Xz==", "A=\"{\"q1Xz\": 1}\"\n", "A=${q1Xz:?no}", "\uFEFFq1Xz"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, content string) {
		for kind, parse := range parsers {
			entries, found, err := parse(content, lookupIn())
			for _, e := range entries {
				padded := strings.Trim(string(e.Value), "= ") == "" && strings.Contains(string(e.Value), "=")
				warned := slices.ContainsFunc(found, func(f Finding) bool { return f.Origin == e.Origin && f.Problem == BrokenLine })
				if strings.Contains(e.Key, "=") || kind == "env file" && padded && !warned {
					t.Errorf("%q: %s: the key %q", content, kind, e.Key)
				}
			}
			if err != nil && strings.Contains(err.Error(), "q1Xz") && !strings.Contains(err.Error(), "is required") {
				t.Errorf("%q: %s: %v", content, kind, err)
			}
			for _, m := range Merge(found) {
				if m.Key == "" && strings.Contains(m.String(), "q1Xz") {
					t.Errorf("%q: %s: %v", content, kind, m)
				}
			}
		}
	})
}
