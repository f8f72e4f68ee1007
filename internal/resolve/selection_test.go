package resolve

import (
	"errors"
	"strings"
	"testing"
)

func TestSelection(t *testing.T) {
	for name, test := range map[string]struct {
		selection Selection
		want      string // "kind/name …"
		err       string
	}{
		"TYPE/NAME":               {selection: Selection{Args: []string{"deploy/web"}}, want: "deploy/web"},
		"several":                 {selection: Selection{Args: []string{"deploy/web", "sts/db"}}, want: "deploy/web sts/db"},
		"the same twice":          {selection: Selection{Args: []string{"deploy/web", "deploy/web"}}, want: "deploy/web"},
		"TYPE NAME":               {selection: Selection{Args: []string{"deployment", "web"}}, want: "deployment/web"},
		"TYPE NAME NAME":          {selection: Selection{Args: []string{"deployment", "web", "api"}}, want: "deployment/web deployment/api"},
		"TYPE,TYPE NAME":          {selection: Selection{Args: []string{"deploy,sts", "db"}}, want: "deploy/db sts/db"},
		"TYPE --all":              {selection: Selection{Args: []string{"deploy"}, All: true}, want: "deploy/"},
		"TYPE,TYPE -l":            {selection: Selection{Args: []string{"deploy,ds"}, LabelSelector: "a=b"}, want: "deploy/ ds/"},
		"files":                   {selection: Selection{Filenames: []string{"a.yaml"}}},
		"files with a selector":   {selection: Selection{Filenames: []string{"a.yaml"}, LabelSelector: "a=b"}},
		"files, --local":          {selection: Selection{Kustomize: "dir", Local: true}},
		"nothing":                 {err: "no workload: give TYPE/NAME"},
		"NAME alone":              {selection: Selection{Args: []string{"web"}}, err: "web is not TYPE/NAME; did you mean deployment/web?"},
		"TYPE alone":              {selection: Selection{Args: []string{"deploy"}}, err: "no name: give deploy/NAME, or choose with -l or --all"},
		"both forms":              {selection: Selection{Args: []string{"deploy", "sts/db"}}, err: "deploy is not TYPE/NAME, and sts/db is"},
		"a slash too many":        {selection: Selection{Args: []string{"deploy/web/x"}}, err: `objects are named TYPE/NAME, and "deploy/web/x" is not`},
		"a value in its place":    {selection: Selection{Args: []string{"deploy/web", "c2VjcmV0/c2VjcmV0/c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0"}}, err: "objects are named TYPE/NAME, and argument 2 is not"},
		"a name that is missing":  {selection: Selection{Args: []string{"deploy/"}}, err: `"deploy/" is not`},
		"TYPE/NAME and -l":        {selection: Selection{Args: []string{"deploy/web"}, LabelSelector: "a=b"}, err: "a name can't be combined with -l or --all"},
		"TYPE NAME and --all":     {selection: Selection{Args: []string{"deploy", "web"}, All: true}, err: "a name can't be combined with -l or --all"},
		"-l and --all":            {selection: Selection{Args: []string{"deploy"}, All: true, LabelSelector: "a"}, err: "used together"},
		"-f and -k":               {selection: Selection{Filenames: []string{"a"}, Kustomize: "b"}, err: "used together"},
		"-k and -R":               {selection: Selection{Kustomize: "b", Recursive: true}, err: "-R goes with -f"},
		"-f and TYPE/NAME":        {selection: Selection{Filenames: []string{"a"}, Args: []string{"deploy/web"}}, err: "not both"},
		"--local and TYPE/NAME":   {selection: Selection{Args: []string{"deploy/web"}, Local: true}, err: "--local reads files"},
		"a selector that is none": {selection: Selection{Args: []string{"deploy"}, LabelSelector: "a=b=c"}, err: "the selector can't be parsed"},
	} {
		t.Run(name, func(t *testing.T) {
			wanted, err := test.selection.parse()
			var got []string
			for _, w := range wanted {
				got = append(got, w.kind+"/"+w.name)
			}
			if s := strings.Join(got, " "); s != test.want {
				t.Errorf("got %q", s)
			}
			var argument *ArgumentError
			if test.err != "" && (!errors.As(err, &argument) || !strings.Contains(err.Error(), test.err)) || test.err == "" && err != nil {
				t.Errorf("error: %v", err)
			}
		})
	}
}
