package cli

import (
	"errors"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
)

func TestParseEnvArgs(t *testing.T) {
	for name, test := range map[string]struct {
		args, flagged []string
		want          string // "resources | set | remove | stdin"
		err           string
	}{
		"TYPE/NAME":           {args: []string{"deploy/web", "A=1", "B=x=y", "OLD-"}, want: "deploy/web | A=1 B=x=y | OLD | "},
		"TYPE NAME":           {args: []string{"deploy", "web", "A=1"}, want: "deploy web | A=1 |  | "},
		"from -e first":       {args: []string{"deploy/web", "A=1"}, flagged: []string{"B=2", "OLD-"}, want: "deploy/web | B=2 A=1 | OLD | "},
		"from standard input": {args: []string{"deploy/web", "A=1"}, flagged: []string{"-"}, want: "deploy/web | A=1 |  | stdin"},
		"- alone is -e -":     {args: []string{"deploy/web", "-"}, want: "deploy/web |  |  | stdin"},
		"an empty value":      {args: []string{"deploy/web", "A="}, want: "deploy/web | A= |  | "},
		"a value with a dash": {args: []string{"deploy/web", "A=-", "B=b-"}, want: "deploy/web | A=- B=b- |  | "},
		"several lines":       {args: []string{"deploy/web", "A=1\n2"}, want: "deploy/web | A=1\n2 |  | "},
		"dots and dashes":     {args: []string{"deploy/web", "a.b-c=1"}, want: "deploy/web | a.b-c=1 |  | "},
		"nothing to set":      {args: []string{"deploy/web"}, want: "deploy/web |  |  | "},
		"the same twice":      {args: []string{"deploy/web", "A=1", "A=1"}, want: "deploy/web | A=1 |  | "},
		"two values":          {args: []string{"deploy/web", "A=hunter2", "A=hunter3"}, err: "A is set to two values"},
		"two values, one -e":  {args: []string{"deploy/web", "A=hunter2"}, flagged: []string{"A=hunter3"}, err: "A is set to two values"},
		"a resource at the end": {
			args: []string{"A=1", "deploy/web"}, err: "name the resources before KEY=VALUE",
		},
		"a value without quotes":    {args: []string{"deploy/web", "A=pass", "hunter2"}, err: "put a value with a space in it in quotes"},
		"no name":                   {args: []string{"deploy/web", "A=1", "postgres://u:hunter2@h/?a=b"}, err: "argument 3 has no valid variable name"},
		"a digit first":             {args: []string{"deploy/web", "1A=hunter2"}, err: "argument 2 has no valid variable name"},
		"a name alone":              {args: []string{"deploy/web", "FOO"}, err: "argument 2 has no =; write KEY=VALUE to set a variable, or KEY- to remove it"},
		"a name and a value":        {args: []string{"deploy/web", "FOO", "hunter2"}, err: "argument 2 has no ="},
		"a value alone":             {args: []string{"deploy/web", "=hunter2"}, err: "argument 2 has no name before =; write KEY=VALUE"},
		"a value with a path":       {args: []string{"deploy/web", "=/hunter2"}, err: "argument 2 has no name before ="},
		"an address":                {args: []string{"deploy/web", "postgres://u:hunter2@h/"}, err: "argument 2 is neither TYPE/NAME nor KEY=VALUE nor KEY-"},
		"no name to remove":         {args: []string{"deploy/web", "a b-"}, err: "argument 2 has no valid variable name"},
		"-e that is no setting":     {args: []string{"deploy/web"}, flagged: []string{"hunter2"}, err: "-e number 1 is neither KEY=VALUE nor KEY-"},
		"set and removed":           {args: []string{"deploy/web", "A=hunter2", "A-"}, err: "A is set and removed by the same command"},
		"standard input, twice":     {args: []string{"deploy/web", "-"}, flagged: []string{"-"}, err: "standard input can be read only once"},
		"a value that is not UTF-8": {args: []string{"deploy/web", "A=hunter2\xff"}, err: "A is not UTF-8"},
	} {
		t.Run(name, func(t *testing.T) {
			given, err := parseEnvArgs(test.args, test.flagged)
			if test.err != "" {
				var usage usageError
				if !errors.As(err, &usage) || !strings.Contains(err.Error(), test.err) {
					t.Errorf("got %v", err)
				}
				if err != nil && strings.Contains(err.Error(), "hunter") {
					t.Errorf("%v has a value", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			stdin := ""
			if given.stdin {
				stdin = "stdin"
			}
			got := strings.Join([]string{strings.Join(given.resources, " "), pairs(given.set), strings.Join(given.remove, " "), stdin}, " | ")
			if got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func pairs(env []corev1.EnvVar) string {
	var all []string
	for _, v := range env {
		all = append(all, v.Name+"="+v.Value)
	}
	return strings.Join(all, " ")
}
