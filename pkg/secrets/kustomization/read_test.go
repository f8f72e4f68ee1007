package kustomization

import (
	"errors"
	"strings"
	"testing"

	"github.com/kubectl-app/kubectl-app/pkg/secrets"
)

// setNew sets a generator in a new file.
func setNew(g Generator, d directory) error {
	_, err := set("", g, d)
	return err
}

func unset(string) (string, bool) { return "", false }

// A file that kustomize reads otherwise is told, with the line; one that it reads alike is none of our business.
func TestFilesThatKustomizeReadsOtherwise(t *testing.T) {
	long := "A=1\nB=" + strings.Repeat("x", 70000) + "\nC=1\n"
	for name, test := range map[string]struct {
		dotenv, says string
		kubectl      bool // its rules, in place of docker compose's
	}{
		"plain":                      {dotenv: "A=1\n# comment\n\nB=x y\n"},
		"quotes":                     {dotenv: "A=1\nB=\"hunter2\"\n", says: ".env:2: kustomize reads this line differently"},
		"a comment behind":           {dotenv: "A=hunter2 # two\n", says: ".env:1: "},
		"export":                     {dotenv: "\nexport A=hunter2\n", says: ".env:2: "},
		"expansion":                  {dotenv: "A=1\nB=$A\n", says: ".env:2: "},
		"several lines":              {dotenv: "A=\"hunter2\nB=hunter2\"\n", says: ".env:1: "},
		"the later one wins":         {dotenv: "A=1\nA=2\n", says: ".env:2: kustomize refuses a key that is given twice, as A is"},
		"twice the same":             {dotenv: "A=1\nA=1\n", says: ".env:2: kustomize refuses a key that is given twice, as A is"},
		"a colon":                    {dotenv: "A: hunter2\n", says: ".env:1: "},
		"kubectl's own":              {dotenv: "A='1' # kept\r\n  B=x=y\nC=\n", kubectl: true},
		"a byte order mark":          {dotenv: "\uFEFFA=1\n", kubectl: true},
		"a long line":                {dotenv: long, kubectl: true, says: ".env:2: kustomize reads this line differently"},
		"what comes behind it":       {dotenv: long, kubectl: true, says: ".env:3: kustomize reads this line differently"},
		"a name alone, which is set": {dotenv: "A=1\nHOME\n", kubectl: true, says: ".env:2: kustomize reads this line differently: a name without = is empty"},
	} {
		t.Run(name, func(t *testing.T) {
			lookup := func(name string) (string, bool) { return "hunter2", name == "HOME" }
			entries, _, err := secrets.ParseEnvFile(".env", []byte(test.dotenv), lookup)
			if !test.kubectl {
				entries, _, err = secrets.ParseDotenv([]secrets.DotenvFile{{Name: ".env", Content: []byte(test.dotenv)}}, unset)
			}
			if err != nil {
				t.Fatal(err)
			}
			g := sources(t, "Secret", entries...)
			err = setNew(g, directory{".env": test.dotenv})
			var read *ReadError
			switch {
			case test.says == "" && err != nil:
				t.Errorf("error %v", err)
			case test.says != "" && (!errors.As(err, &read) || !strings.Contains(err.Error(), test.says) || len(read.Hints()) == 0):
				t.Errorf("error %v, want %q", err, test.says)
			case err != nil && strings.Contains(err.Error(), "hunter2"):
				t.Errorf("a value is in %v", err)
			}
		})
	}
}

func TestTwoFilesWithOneKey(t *testing.T) {
	d := directory{"a.env": "A=1\nB=1\n", "b.env": "A=2\n"}
	entries, _, err := secrets.ParseDotenv([]secrets.DotenvFile{{Name: "a.env", Content: []byte(d["a.env"])}, {Name: "b.env", Content: []byte(d["b.env"])}}, unset)
	if err != nil {
		t.Fatal(err)
	}
	if err := setNew(sources(t, "Secret", entries...), d); err == nil || err.Error() != "b.env:1: kustomize refuses a key that is given twice, as A is" {
		t.Errorf("error %v", err)
	}
}

func TestFilesAreReadWhole(t *testing.T) {
	d := directory{"conf/a": "x\n"}
	whole, trimmed := file("a", "conf/a"), file("a", "conf/a")
	whole.Value, trimmed.Value = []byte("x\n"), []byte("x")
	if err := setNew(sources(t, "Secret", whole), d); err != nil {
		t.Error(err)
	}
	if err := setNew(sources(t, "Secret", trimmed), d); err == nil || !strings.Contains(err.Error(), "conf/a: kustomize reads the whole file") {
		t.Errorf("error %v", err)
	}
	odd := file("a", "conf/b=c")
	if err := setNew(sources(t, "Secret", odd), d); err == nil || !strings.Contains(err.Error(), "kustomize can't read it") {
		t.Errorf("error %v", err)
	}
}

// What is in no file yet would be one in plain text: of a Secret it is refused.
func TestValuesFromSaferPlaces(t *testing.T) {
	same := func(name string) (string, error) { return name, nil }
	for _, kind := range []secrets.SourceKind{secrets.Variable, secrets.Prompt, secrets.Stdin, secrets.Generated} {
		e := secrets.Entry{Key: "a", Value: []byte("hunter2"), Origin: secrets.Origin{Kind: kind, Name: "A"}}
		var plain *PlainTextError
		if _, err := NewSources("Secret", []secrets.Entry{e}, same); !errors.As(err, &plain) || strings.Contains(err.Error(), "hunter2") || len(plain.Hints()) == 0 {
			t.Errorf("%s: error %v", kind, err)
		}
		if s, err := NewSources("ConfigMap", []secrets.Entry{e}, same); err != nil || s[0].List != Literals {
			t.Errorf("%s of a ConfigMap: %v, %v", kind, s, err)
		}
	}
	if _, err := NewSources("ConfigMap", []secrets.Entry{lit("a", "\xff")}, same); err == nil || !strings.Contains(err.Error(), "a (literal): the value is not UTF-8") {
		t.Errorf("error %v", err)
	}
	outside := errors.New("outside")
	if _, err := NewSources("Secret", []secrets.Entry{file("a", "../a")}, func(string) (string, error) { return "", outside }); !errors.Is(err, outside) {
		t.Errorf("error %v", err)
	}
}

// A file that can't be named is told once, however many keys it has.
func TestFaultsOfAFile(t *testing.T) {
	outside := errors.New("outside")
	var entries []secrets.Entry
	for _, key := range []string{"a", "b", "c"} {
		entries = append(entries, secrets.Entry{Key: key, Origin: secrets.Origin{Kind: secrets.EnvFile, Name: "../app.env"}})
	}
	_, err := NewSources("Secret", entries, func(string) (string, error) { return "", outside })
	if !errors.Is(err, outside) || err.Error() != "outside" {
		t.Errorf("got %v", err)
	}
}
