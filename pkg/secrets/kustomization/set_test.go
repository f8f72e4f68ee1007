package kustomization

import (
	_ "embed"
	"errors"
	"io/fs"
	"regexp"
	"strings"
	"testing"

	"github.com/kubectl-app/kubectl-app/pkg/secrets"
)

// noFiles is a directory in which nothing is.
func noFiles(string) ([]byte, error) { return nil, fs.ErrNotExist }

func sources(t *testing.T, kind string, entries ...secrets.Entry) Generator {
	t.Helper()
	g := Generator{Kind: "ConfigMap", Name: "app"}
	if kind == "Secret" {
		g.Kind = "Secret"
	}
	var err error
	g.Sources, err = NewSources(g.Kind, entries, func(name string) (string, error) { return name, nil })
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func lit(key, value string) secrets.Entry {
	return secrets.Entry{Key: key, Value: []byte(value), Origin: secrets.Origin{Kind: secrets.Literal}}
}

func file(key, name string) secrets.Entry {
	return secrets.Entry{Key: key, Origin: secrets.Origin{Kind: secrets.File, Name: name}}
}

//go:embed testdata/set.txt
var setCases string

// setCase is one of testdata/set.txt.
type setCase struct {
	name, command, before, after, says string
	files                              directory
}

var section = regexp.MustCompile(`(?m)^-- (\S+) --\n`)

func readCases(t testing.TB) []setCase {
	t.Helper()
	var cases []setCase
	for _, text := range strings.Split(strings.TrimSuffix(setCases, "\n"), "\n=== ")[1:] {
		name, text, _ := strings.Cut(text, "\n")
		text += "\n"
		at := section.FindAllStringSubmatchIndex(text, -1)
		c := setCase{name: name, command: strings.TrimPrefix(strings.TrimSpace(text[:at[0][0]]), "$ "), files: directory{}}
		for i, s := range at {
			end := len(text)
			if i+1 < len(at) {
				end = at[i+1][0]
			}
			switch part, content := text[s[2]:s[3]], text[s[1]:end]; part {
			case "before":
				c.before = content
			case "after":
				c.after = content
			case "error":
				c.says = strings.TrimSpace(content)
			default:
				c.files[part] = content
			}
		}
		cases = append(cases, c)
	}
	return cases
}

// generator reads a line like "configmap app a=1 file:b=conf/b env:.env label:x=y".
func (c setCase) generator(t *testing.T) Generator {
	t.Helper()
	words := strings.Fields(c.command)
	g := Generator{Name: words[1]}
	var entries []secrets.Entry
	for _, word := range words[2:] {
		word = strings.NewReplacer(`\n`, "\n", `\s`, " ", `\t`, "\t").Replace(word)
		what, rest, _ := strings.Cut(word, ":")
		key, value, _ := strings.Cut(rest, "=")
		whole, text, _ := strings.Cut(word, "=")
		switch {
		case what == "file":
			e := file(key, value)
			e.Value = []byte(c.files[value])
			entries = append(entries, e)
		case what == "env":
			parsed, _, err := secrets.ParseEnvFile(rest, []byte(c.files[rest]), nil)
			if err != nil {
				t.Fatal(err)
			}
			entries = append(entries, parsed...)
		case what == "label":
			g.Labels = with(g.Labels, key, value)
		case what == "annotation":
			g.Annotations = with(g.Annotations, key, value)
		case whole == "type":
			g.Type = text
		case whole == "behavior":
			g.Behavior = text
		case whole == "namespace":
			g.Namespace = text
		case word == "immutable":
			g.Immutable = true
		case whole == "hash" && (text == "true" || text == "false"):
			g.Hash = new(text == "true")
		default:
			entries = append(entries, lit(whole, text))
		}
	}
	kind := map[string]string{"configmap": "ConfigMap", "secret": "Secret"}[words[0]]
	read := sources(t, kind, entries...)
	g.Kind, g.Sources = read.Kind, read.Sources
	return g
}

func with(m map[string]string, key, value string) map[string]string {
	if m == nil {
		m = map[string]string{}
	}
	m[key] = value
	return m
}

// Each case holds for files of every look: with the line ends of Windows, a byte order mark, a document's
// beginning, an empty line or no newline at the end.
func TestSet(t *testing.T) {
	same := func(text string) string { return text }
	looks := map[string]struct{ before, after func(string) string }{
		"as it is": {same, same},
		"CRLF":     {crlf, crlf},
		"BOM":      {func(text string) string { return byteOrderMark + text }, func(text string) string { return byteOrderMark + text }},
		"start":    {started, started},
		"no end":   {func(text string) string { return strings.TrimSuffix(text, "\n") }, nil},
	}
	for _, c := range readCases(t) {
		for look, change := range looks {
			if c.before == "" && look != "as it is" {
				continue
			}
			t.Run(c.name+"/"+look, func(t *testing.T) {
				g := c.generator(t)
				before := change.before(c.before)
				after, err := set(before, g, c.files)
				switch {
				case c.says != "":
					if err == nil || look != "start" && !strings.Contains(err.Error(), c.says) {
						t.Errorf("error %v, want %q\n%s", err, c.says, after)
					}
					return
				case err != nil:
					t.Fatal(err)
				}
				want := c.after
				if change.after != nil {
					want = change.after(c.after)
				}
				if after != want && (change.after != nil || after != strings.TrimSuffix(want, "\n")) {
					t.Errorf("got\n%q\nwant\n%q", after, want)
				}
				if again, err := set(after, g, c.files); err != nil || again != after {
					t.Errorf("the second time: %v\n%s", err, again)
				}
				buildsTheSame(t, c.files, before, after, g)
			})
		}
	}
}

func crlf(text string) string    { return strings.ReplaceAll(text, "\n", "\r\n") }
func started(text string) string { return "--- # the shop\n" + text }

func set(text string, g Generator, d directory) (string, error) {
	f, err := Parse([]byte(text))
	if err != nil {
		return "", err
	}
	next, err := f.Set(g, d.load)
	if err != nil {
		return "", err
	}
	return string(next.Text()), nil
}

// A file in another encoding has other bytes than the library's positions tell.
func TestOtherEncodings(t *testing.T) {
	var fault *FileError
	for _, text := range []string{"\xff\xfea\x00:\x00 \x00b\x00", "namespace: \xff", "namespace: a\x00"} {
		if _, err := Parse([]byte(text)); !errors.As(err, &fault) || !strings.Contains(err.Error(), "not UTF-8") {
			t.Errorf("%q: error %v", text, err)
		}
	}
}
