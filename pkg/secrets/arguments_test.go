package secrets

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestLiteral(t *testing.T) {
	for argument, want := range map[string]string{
		"a=1":     "a=1 (--from-literal)",
		"a=b=c":   "a=b=c (--from-literal)",
		"a=":      "a= (--from-literal)",
		`a="q"`:   `a="q" (--from-literal)`,
		"a=-":     "a=- (--from-literal)",
		"a=1\n":   "a=1\n (--from-literal)",
		"a.b-c=1": "a.b-c=1 (--from-literal)",
	} {
		e, err := ParseLiteral(argument, Origin{Kind: Literal, Name: "--from-literal"})
		if err != nil || shown([]Entry{e})[0] != want {
			t.Errorf("%q: %q, %v, want %q", argument, shown([]Entry{e}), err, want)
		}
	}
	for argument, says := range map[string]string{
		"hunter2":                             `it has no "="`,
		"=hunter2":                            `it begins with "="`,
		"a b=hunter2":                         `"a b" can't be a key: it may have letters, digits, '-', '_' and '.'; did you mean "a_b"?`,
		"hunter2/+ab=":                        `--from-literal: the text before "=" is not a valid key: it may have letters`,
		"hunter2+ab==":                        `--from-literal: the text before "=" is not a valid key`,
		"...=hunter2":                         `it names a folder`,
		"  ü =hunter2":                        "can't be a key",
		strings.Repeat("a", 300) + "=hunter2": "it has more than 253 characters",
	} {
		_, err := ParseLiteral(argument, Origin{Kind: Literal, Name: "--from-literal"})
		wantFault(t, err, says)
	}
}

func TestVariableName(t *testing.T) {
	v, err := ParseVariableName("TOKEN", "--docker-password-env", "password")
	if err != nil || v != (VariableSource{"TOKEN", "password"}) {
		t.Errorf("got %v, %v", v, err)
	}
	for _, argument := range []string{"", "hunter2+/", "TOKEN=hunter2", "hunter2 2"} {
		_, err := ParseVariableName(argument, "--docker-password-env", "password")
		wantFault(t, err, "--docker-password-env: it takes the name of a variable, and not its value")
	}
}

func TestFileSource(t *testing.T) {
	for argument, want := range map[string]FileSource{
		"dir/app.conf":     {"app.conf", "dir/app.conf", false},
		"conf=dir/a b.txt": {"conf", "dir/a b.txt", true},
		"my dir":           {"my dir", "my dir", false},
	} {
		if got, err := ParseFileSource(argument); err != nil || got != want {
			t.Errorf("%q: %+v, %v", argument, got, err)
		}
	}
	for argument, says := range map[string]string{
		"=path": "key name for file path path missing",
		"key=":  "file path for key name key missing",
		"a=b=c": "cannot contain '='",
		"":      "the path is empty",
		"a b=c": `did you mean "a_b"?`,
	} {
		_, err := ParseFileSource(argument)
		wantFault(t, err, says)
	}
}

func TestArguments(t *testing.T) {
	for line, want := range map[string]string{
		"":              "[] stdin= remove=[]",
		"a=1 b=2":       "[a=1 (argument 1 after the name) b=2 (argument 2 after the name)] stdin= remove=[]",
		"a=- old-":      "[] stdin=a remove=[old]",
		"a=x- old-one-": "[a=x- (argument 1 after the name)] stdin= remove=[old-one]",
	} {
		a, err := ParseArguments(strings.Fields(line))
		got := fmt.Sprintf("%v stdin=%s remove=%v", shown(a.Literals), a.Stdin, a.Remove)
		if err != nil || got != want {
			t.Errorf("%q: %s, %v", line, got, err)
		}
	}
	for line, says := range map[string]string{
		"a=- b=-":     "stdin can be read only once, and a=- reads it already",
		"a=1 hunter2": `argument 2 after the name: it has no "="`,
	} {
		_, err := ParseArguments(strings.Fields(line))
		wantFault(t, err, says)
	}
}

func TestVariables(t *testing.T) {
	environment := Environment{"DB_URL=x", "P_A=1", "P_B=2", "P_A=3", "=C:=C:\\", "P_c d=4"}
	for argument, want := range map[string]string{
		"DB_URL":     "DB_URL=x (variable DB_URL)",
		"DB_URL=url": "url=x (variable DB_URL)",
		"P_A":        "P_A=3 (variable P_A)",
	} {
		source, err := ParseVariable(argument)
		if err != nil {
			t.Fatal(err)
		}
		if e, err := source.Entry(environment); err != nil || shown([]Entry{e})[0] != want {
			t.Errorf("%s: %v, %v", argument, shown([]Entry{e}), err)
		}
	}
	_, err := VariableSource{"DB_ULR", "url"}.Entry(environment)
	wantFault(t, err, "the variable DB_ULR is not set; DB_URL is")
	for argument, says := range map[string]string{
		"":            "the name of a variable",
		"=x":          "the name of a variable",
		"A=hunter2 !": "the text after A= is not a valid key",
		"hunter2 x":   "it takes the name of a variable, or NAME=KEY",
	} {
		_, err := ParseVariable(argument)
		wantFault(t, err, says)
	}
}

func TestVariablesByPrefix(t *testing.T) {
	environment := Environment{"P_B=2", "P_A=1", "OTHER=x"}
	entries, err := environment.WithPrefix("P_")
	if want := []string{"A=1 (variable P_A)", "B=2 (variable P_B)"}; err != nil || !slices.Equal(shown(entries), want) {
		t.Errorf("%v, %v", shown(entries), err)
	}
	_, err = environment.WithPrefix("Q_")
	wantFault(t, err, `no variable is set whose name begins with "Q_"`)
	_, err = Environment{"P_=hunter2"}.WithPrefix("P_")
	wantFault(t, err, "variable P_: \"\" can't be a key: it is empty")
}

func TestGenerate(t *testing.T) {
	for argument, test := range map[string]struct {
		length  int
		letters string
	}{
		"k=32":        {32, letters},
		"k=1:alnum":   {1, letters},
		"k=16:hex":    {32, "0123456789abcdef"},
		"k=24:base64": {32, letters + "+/="},
		"k=4096":      {4096, letters},
	} {
		g, err := ParseGeneration(argument)
		if err != nil {
			t.Fatal(err)
		}
		e, err := g.Entry(bytes.NewReader(bytes.Repeat([]byte{255, 7, 250, 61, 128}, 4000)))
		if err != nil || e.Key != "k" || len(e.Value) != test.length {
			t.Errorf("%s: %d characters of %s, %v", argument, len(e.Value), e.Key, err)
		}
		if i := bytes.IndexFunc(e.Value, func(r rune) bool { return !strings.ContainsRune(test.letters, r) }); i >= 0 {
			t.Errorf("%s: %q is not of the alphabet", argument, e.Value[i])
		}
	}
	for argument, says := range map[string]string{
		"k": "it takes KEY=LENGTH", "=3": "it takes KEY=LENGTH", "k=": "must be a number from 1 to 4096", "k=0": "must be a number",
		"k=-1": "must be a number", "k=4097": "must be a number", "k=8:words": "must be alnum, hex or base64", "a b=8": `did you mean "a_b"?`,
	} {
		_, err := ParseGeneration(argument)
		wantFault(t, err, says)
	}
}

// 248 and above would come out as the first letters more often than as the others.
func TestGeneratedLettersAreAllAsLikely(t *testing.T) {
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i + 240) // those that have to be dropped are among the first
	}
	e, err := Generation{"k", 248, Alnum}.Entry(bytes.NewReader(all))
	if err != nil {
		t.Fatal(err)
	}
	for _, letter := range letters {
		if n := bytes.Count(e.Value, []byte(string(letter))); n != 4 {
			t.Errorf("%c came %d times", letter, n)
		}
	}
	if _, err := (Generation{"k", 64, Hex}).Entry(bytes.NewReader(nil)); err == nil {
		t.Error("no error without randomness")
	}
}

func TestCheckNamesEveryFault(t *testing.T) {
	file := Origin{Kind: File, Name: "my file"}
	err := Check([]Entry{
		{"a", nil, Origin{Kind: EnvFile, Name: "app.env", Line: 2}},
		{"a", nil, Origin{Kind: Stdin}},
		{"my file", make([]byte, MaxSize+1), file},
	})
	for _, says := range []string{
		`the key "a" is given twice: by app.env:2, and by stdin`,
		`my file: "my file" can't be a key: it may have letters, digits, '-', '_' and '.'; did you mean "my_file"?`,
		"the values are 1.00 MiB together, and an object holds 1.00 MiB; the largest is my file (1.00 MiB)",
	} {
		wantFault(t, err, says)
	}
	var duplicate *DuplicateError
	var key *KeyError
	var size *TooLargeError
	if !errors.As(err, &duplicate) || !errors.As(err, &key) || !errors.As(err, &size) {
		t.Errorf("error %#v", err)
	}
	if err := Check([]Entry{{"a", make([]byte, MaxSize), file}}); err != nil {
		t.Errorf("a value of the whole size: %v", err)
	}
}

// Whatever format prints an entry, its value is not in it.
func TestEntriesPrintWithoutTheirValue(t *testing.T) {
	e := Entry{"password", []byte("hunter2"), Origin{Kind: Prompt}}
	for _, text := range []string{
		fmt.Sprint(e), fmt.Sprintf("%+v", e), fmt.Sprintf("%#v", e), fmt.Sprintf("%x", e), fmt.Sprintf("%v", []Entry{e}), fmt.Sprintf("%d", e),
		fmt.Sprintf("%#v", &e), fmt.Sprintf("%v", Login{Server: "s", Password: e}),
	} {
		if !strings.Contains(text, "password (prompt, 7 bytes)") || strings.Contains(text, "hunter") {
			t.Errorf("%q", text)
		}
	}
}

func FuzzArguments(f *testing.F) {
	for _, seed := range []string{"a=1", "a=-", "a-", "=", "-", "a b=c", "a=1:hex", "k=32:base64", "\x00=", "--"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, argument string) {
		if a, err := ParseArguments([]string{argument}); err == nil {
			if err := Check(a.Literals); err != nil {
				t.Errorf("%q: read without an error, and then %v", argument, err)
			}
		}
		if s, err := ParseFileSource(argument); err == nil && s.Path == "" {
			t.Errorf("%q: no path", argument)
		}
		if v, err := ParseVariable(argument); err == nil && checkKey(v.Key, Origin{}) != nil {
			t.Errorf("%q: an illegal key", argument)
		}
		if g, err := ParseGeneration(argument); err == nil && (g.Length < 1 || checkKey(g.Key, Origin{}) != nil) {
			t.Errorf("%q: %+v", argument, g)
		}
	})
}
