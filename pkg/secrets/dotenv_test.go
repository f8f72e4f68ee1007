package secrets

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/dotenv"
)

func TestDotenv(t *testing.T) {
	for name, test := range map[string]struct {
		files []string
		want  []string
		fault string
	}{
		"nothing":                      {[]string{""}, nil, ""},
		"a pair":                       {[]string{"A=1"}, []string{"A=1 (a.env:1)"}, ""},
		"quotes":                       {[]string{`A="1 # 2" B='x $HOME'` + "\n"}, []string{"A=1 # 2 (a.env:1)", "B=x $HOME (a.env:1)"}, ""},
		"export and comments":          {[]string{"# first\nexport A=1 # one\n"}, []string{"A=1 (a.env:2)"}, ""},
		"several lines":                {[]string{"A=\"x\ny\"\nB=2\n"}, []string{"A=x\ny (a.env:1)", "B=2 (a.env:3)"}, ""},
		"escapes":                      {[]string{`A="x\ny\"z"`}, []string{"A=x\ny\"z (a.env:1)"}, ""},
		"expansion":                    {[]string{"A=1\nB=${A}2\nC=\"$HOST:$A\""}, []string{"A=1 (a.env:1)", "B=12 (a.env:2)", "C=db:1 (a.env:3)"}, ""},
		"the environment comes first":  {[]string{"HOST=file\nA=$HOST"}, []string{"HOST=file (a.env:1)", "A=db (a.env:2)"}, ""},
		"defaults":                     {[]string{"A=${NO:-x}\nB=${NO-y}\nC=${HOST:+z}\nD=${NO+w}"}, []string{"A=x (a.env:1)", "B=y (a.env:2)", "C=z (a.env:3)", "D= (a.env:4)"}, ""},
		"a required variable":          {[]string{"A=1\nB=${NO:?hunter2}"}, nil, "a.env:2: it requires the variable NO, which is not set"},
		"one that may be a value":      {[]string{"B=${hunter2SECRET:?no}"}, nil, "a.env:1: it requires a variable that is not set (${NAME:?...})"},
		"a dollar sign":                {[]string{"A=x$$y"}, []string{"A=x$y (a.env:1)"}, ""},
		"a broken reference":           {[]string{"A=hunter2${"}, nil, "a.env:1: a $ is not followed by a variable name"},
		"later files win":              {[]string{"A=1\nB=2", "A=3"}, []string{"A=3 (b.env:1)", "B=2 (a.env:2)"}, ""},
		"and see the earlier ones":     {[]string{"A=1", "B=$A"}, []string{"A=1 (a.env:1)", "B=1 (b.env:1)"}, ""},
		"the last of a key":            {[]string{"A=1\nA=2"}, []string{"A=2 (a.env:2)"}, ""},
		"yaml's colon":                 {[]string{"A: 1"}, []string{"A=1 (a.env:1)"}, ""},
		"a name alone":                 {[]string{"HOST\nA=1"}, []string{"HOST=db (a.env:1)", "A=1 (a.env:2)"}, ""},
		"a name alone at the end":      {[]string{"HOST"}, []string{"HOST=db (a.env:1)"}, ""},
		"export of a name alone":       {[]string{"export HOST\nA=1"}, []string{"HOST=db (a.env:1)", "A=1 (a.env:2)"}, ""},
		"unset, it is an error":        {[]string{"A=1\n\nNOT_SET\n"}, nil, `a.env:3: the line has no "="`},
		"an open quote":                {[]string{"A=1\nB=\"hunter2\nC=3"}, nil, "a.env:2: the value's quote is not closed"},
		"no name":                      {[]string{"hunter2 hunter2=1"}, nil, "a.env:1: "},
		"an illegal name":              {[]string{"A=1\nhunter2!=x"}, nil, "a.env:2: the statement is not KEY=VALUE"},
		"a name of other letters":      {[]string{"hunter2ü=x"}, nil, "a.env:1: the name can't be a key"},
		"a key without quotes":         {[]string{"A=-----BEGIN\nhunter2/+=\n"}, nil, "a.env:2: the statement is not KEY=VALUE"},
		"windows' line ends":           {[]string{"A=1\r\nB=\"2\"\r\n"}, []string{"A=1 (a.env:1)", "B=2 (a.env:2)"}, ""},
		"every bad statement is named": {[]string{"!=1\nA=1\n?=2"}, nil, "a.env:3: "},
	} {
		t.Run(name, func(t *testing.T) {
			var files []DotenvFile
			for i, content := range test.files {
				files = append(files, DotenvFile{string(rune('a'+i)) + ".env", []byte(content)})
			}
			entries, _, err := ParseDotenv(files, lookupIn("HOST=db"))
			wantFault(t, err, test.fault)
			if test.fault == "" && !slices.Equal(shown(entries), test.want) {
				t.Errorf("got  %q\nwant %q", shown(entries), test.want)
			}
		})
	}
}

// A file without a key makes an empty object, which nobody wants.
func TestFilesWithoutAKey(t *testing.T) {
	for content, warns := range map[string]bool{"": true, "\n\n": true, "# A=1\n": true, "A=1": false, "A=": false, "not a pair": false} {
		_, env, _ := ParseEnvFile("app.env", []byte(content), lookupIn())
		_, both, _ := ParseDotenv([]DotenvFile{{"a.env", []byte("A=1")}, {"b.env", []byte(content)}}, lookupIn())
		for place, found := range map[string][]Finding{"app.env": env, "b.env": both} {
			is := slices.ContainsFunc(found, func(f Finding) bool {
				return f.Problem == EmptyFile && f.Level == Warn && f.Origin.String() == place
			})
			if is != warns {
				t.Errorf("%s of %q: %v", place, content, found)
			}
		}
	}
}

// The piece of a password behind a $ is no variable: the user is told where, and not which.
func TestDotenvSaysWhereSomethingWasLost(t *testing.T) {
	content := "A=1\nPASSWORD=pa$hunter2\nB=${NO:-x} ${NO}\nC=${A}\nD='$hunter2'\n"
	_, notes, err := ParseDotenv([]DotenvFile{{"a.env", []byte(content)}}, lookupIn())
	if err != nil || len(notes) != 1 || notes[0].Problem != UnsetExpansion || !strings.HasPrefix(notes[0].String(), "PASSWORD (a.env:2): ") ||
		strings.Contains(notes[0].String(), "hunter2") {
		t.Errorf("notes %v, error %v", notes, err)
	}
}

// Cut into statements, a file means what the library reads from it as a whole.
func FuzzDotenvAsCompose(f *testing.F) {
	for _, seed := range []string{
		"A=1\nB=\"x\ny\" C='z'\n", "export A=1 # x\n", "A=\"\\\"\\n\\$x\\\\\"\n", "A: b\n", "A=$B ${C:-d} $$\n", "A='x'y\nB=2", "# x\n\n A = 1\n",
		"A=\"\\\\\"B=1\n", "\uFEFFA=1", "A=\u00a0'x'\nB=\u2003'y'\n", "A[0]=1\nü=2", "A=x\\\nB=2", "A='\\''\n", "export\nA=1", "A=\n\nB\n=1\n", "A B\n=1",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, content string) {
		lookup := func(name string) (string, bool) { return "<" + name + ">", true }
		theirs, err := dotenv.UnmarshalWithLookup(strings.TrimPrefix(content, "\uFEFF"), lookup)
		legal := err == nil
		for key := range theirs {
			legal = legal && checkKey(key, Origin{}) == nil
		}
		entries, _, ourErr := ParseDotenv([]DotenvFile{{"a.env", []byte(content)}}, lookup)
		if !legal || isStricter(ourErr) {
			return
		}
		ours := map[string]string{}
		for _, e := range entries {
			ours[e.Key] = string(e.Value)
		}
		if ourErr != nil || !maps.Equal(ours, theirs) {
			t.Errorf("%q\nours  %q, %v\nits   %q", content, ours, ourErr, theirs)
		}
	})
}
