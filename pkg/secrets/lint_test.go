package secrets

import (
	"encoding/base64"
	"encoding/binary"
	"slices"
	"strings"
	"testing"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

func TestLint(t *testing.T) {
	file, literal, stdin := Origin{Kind: File, Name: "f"}, Origin{Kind: Literal}, Origin{Kind: Stdin}
	encodedText := base64.StdEncoding.EncodeToString([]byte("hunter2-and-more"))
	for name, test := range map[string]struct {
		entry Entry
		want  []Problem
	}{
		"nothing wrong":                     {Entry{"A", []byte("hunter2"), literal}, nil},
		"an empty value":                    {Entry{"A", nil, literal}, []Problem{EmptyValue}},
		"echo's newline":                    {Entry{"A", []byte("hunter2\n"), file}, []Problem{TrailingNewline}},
		"echo's newline through a pipe":     {Entry{"A", []byte("hunter2\n"), stdin}, []Problem{TrailingNewline}},
		"a newline alone":                   {Entry{"A", []byte("\n"), file}, []Problem{TrailingNewline}},
		"a newline that was typed":          {Entry{"A", []byte("hunter2\n"), literal}, nil},
		"a text of several lines":           {Entry{"app.conf", []byte("a\nb\n"), file}, nil},
		"base64":                            {Entry{"A", []byte(encodedText), literal}, []Problem{AlreadyBase64}},
		"base64 with echo's newlines":       {Entry{"A", []byte(base64.StdEncoding.EncodeToString([]byte("hunter2\n")) + "\n"), file}, []Problem{TrailingNewline, AlreadyBase64}},
		"a word of base64's letters":        {Entry{"A", []byte("password"), literal}, nil},
		"a long word of base64's letters":   {Entry{"A", []byte("correcthorsebatterystaple012"), literal}, nil},
		"a number of base64's letters":      {Entry{"A", []byte("12345678"), literal}, nil},
		"a key of random bytes":             {Entry{"A", []byte("q83vEjRWeJCrze8SNFZ4kA=="), literal}, nil},
		"the lines of windows":              {Entry{"a.txt", []byte("a\r\nb\r\n"), file}, []Problem{CRLF}},
		"binary":                            {Entry{"store.jks", []byte{0xfe, 0xed}, file}, []Problem{NotUTF8}},
		"text with NUL":                     {Entry{"A", []byte("hunter2\x00"), literal}, []Problem{NotUTF8}},
		"binary with NUL":                   {Entry{"store.p12", []byte{0x30, 0x82, 0, 0, 0xfe}, file}, []Problem{NotUTF8}},
		"UTF-16":                            {Entry{"a.txt", []byte("\xff\xfeh\x00i\x00"), file}, []Problem{Encoding}},
		"UTF-16 without its mark":           {Entry{"a.txt", []byte("\x00h\x00i\x00\n"), file}, []Problem{Encoding}},
		"a byte order mark":                 {Entry{"a.txt", []byte("\uFEFFhunter2"), file}, []Problem{Encoding}},
		"CR alone":                          {Entry{"a.txt", []byte("a\rb"), file}, []Problem{CRLF}},
		"a PEM of windows":                  {Entry{"ca.crt", []byte("-----BEGIN CERTIFICATE-----\r\nhunter2\r\n"), file}, []Problem{CRLF}},
		"base64 in lines":                   {Entry{"a.txt", wrapped(encodedText, 8, "\n"), file}, []Problem{AlreadyBase64}},
		"base64 in lines of windows":        {Entry{"a.txt", wrapped(encodedText, 8, "\r\n"), file}, []Problem{AlreadyBase64, CRLF}},
		"base64 for URLs":                   {Entry{"A", []byte(base64.URLEncoding.EncodeToString([]byte("hunter2?hunter2>hunter2?"))), literal}, []Problem{AlreadyBase64}},
		"base64 of other letters":           {Entry{"A", []byte(base64.StdEncoding.EncodeToString([]byte("grün und blau"))), literal}, []Problem{AlreadyBase64}},
		"random bytes in lines":             {Entry{"a.txt", wrapped("q83vEjRWeJCrze8SNFZ4kA==", 8, "\n"), file}, nil},
		"words in lines":                    {Entry{"a.txt", []byte("alpha\nbeta\ngamma\n"), file}, nil},
		"JSON in one line":                  {Entry{"a.json", []byte("{\"a\": 1}\n"), file}, nil},
		"a key with a dash":                 {Entry{"db-url", []byte("x"), literal}, []Problem{NoEnvName}},
		"a key with a digit first":          {Entry{"1st", []byte("x"), Origin{Kind: Dotenv, Name: "a", Line: 1}}, []Problem{NoEnvName}},
		"a file's name":                     {Entry{"app.conf", []byte("x"), file}, nil},
		"a newline and an unfortunate name": {Entry{"a.b", []byte("x\n"), stdin}, []Problem{TrailingNewline, NoEnvName}},
		"nearly all of the size":            {Entry{"big", []byte(strings.Repeat("x!", MaxSize/2-10)), file}, []Problem{NearLimit}},
	} {
		t.Run(name, func(t *testing.T) {
			found := Lint(Draft{Entries: []Entry{test.entry}, Kind: workload.SecretReference})
			var problems []string
			for _, f := range found {
				problems = append(problems, string(f.Problem))
				if strings.Contains(f.String(), "hunter2") || len(f.String()) > 300 {
					t.Errorf("the message shows a value: %s", f)
				}
			}
			var want []string
			for _, p := range test.want {
				want = append(want, string(p))
			}
			if strings.Join(problems, " ") != strings.Join(want, " ") {
				t.Errorf("found %v, want %v", problems, want)
			}
		})
	}
	if found := Lint(Draft{Entries: []Entry{{"A", []byte(encodedText), literal}}, Kind: workload.ConfigMapReference}); len(found) > 0 {
		t.Errorf("a ConfigMap encodes nothing: %v", found)
	}
}

func wrapped(text string, length int, end string) []byte {
	var lines []byte
	for line := range slices.Chunk([]byte(text), length) {
		lines = append(append(lines, line...), end...)
	}
	return lines
}

// Who makes a variable of what none can hold is named.
func TestLintVariables(t *testing.T) {
	users := func(all ...string) func(string) []string { return func(string) []string { return all } }
	for name, test := range map[string]struct {
		value string
		users func(string) []string
		want  []string
	}{
		"text":         {"hunter2", users("deployment/web uses it as RAW"), nil},
		"nobody knows": {"hunter2\xff", nil, []string{"warning raw (f): the value (8 bytes) is not UTF-8: it can be mounted as a file, but can't be a variable"}},
		"as a file":    {"hunter2\xff", users(), []string{"warning raw (f): the value (8 bytes) is not UTF-8: it can be mounted"}},
		"as variables": {"hunter2\xff", users("deployment/web uses it as RAW", "deployment/api uses it as DB_raw"), []string{"warning raw (f): the value (8 bytes) is not UTF-8, and no variable can hold it: deployment/web uses it as RAW, deployment/api uses it as DB_raw"}},
		"with NUL":     {"hunter2\x00", users("deployment/web uses it as RAW"), []string{"warning raw (f): the value (8 bytes) contains NUL (\\0), and no variable can hold it: deployment/web uses it as RAW"}},
		"UTF-16":       {inUTF16("hunter2", binary.LittleEndian), users("deployment/web uses it as RAW"), []string{"warning raw (f): the value (14 bytes) is UTF-16, not UTF-8, and is stored unchanged: convert it with iconv -f UTF-16LE -t UTF-8; the value (14 bytes) contains NUL (\\0), and no variable can hold it: deployment/web"}},
	} {
		t.Run(name, func(t *testing.T) {
			e := Entry{"raw", []byte(test.value), Origin{Kind: File, Name: "f"}}
			wantFindings(t, Merge(Lint(Draft{Kind: workload.SecretReference, Entries: []Entry{e}, Variables: test.users})), test.want)
		})
	}
}

func TestLintMessages(t *testing.T) {
	found := Lint(Draft{Kind: workload.SecretReference, Entries: []Entry{
		{"password", []byte("hunter2\n"), Origin{Kind: File, Name: "pw.txt"}}, {"db-url", nil, Origin{Kind: EnvFile, Name: "app.env", Line: 3}},
	}})
	var text []string
	for _, f := range Merge(found) {
		text = append(text, f.String())
	}
	want := `password (pw.txt): the value (8 bytes) ends with a newline, which becomes part of it: use printf instead of echo, or --trim-newline
db-url (app.env:3): the value is empty; the key is not a valid name of a shell variable, but db_url is`
	if got := strings.Join(text, "\n"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestTrimNewline(t *testing.T) {
	file := Origin{Kind: File}
	for value, want := range map[string]string{"x\n": "x", "x\r\n": "x", "x\n\n": "x\n", "x": "x", "": "", "\n": ""} {
		entries := []Entry{{"a", []byte(value), file}}
		if got := string(TrimNewline(entries)[0].Value); got != want || string(entries[0].Value) != value {
			t.Errorf("%q became %q, want %q; the argument %q", value, got, want, entries[0].Value)
		}
	}
	if got := TrimNewline([]Entry{{"a", []byte("x\n"), Origin{Kind: Literal}}}); string(got[0].Value) != "x\n" {
		t.Errorf("a literal became %q", got[0].Value)
	}
}
