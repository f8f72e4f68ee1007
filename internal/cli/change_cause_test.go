package cli

import (
	"strings"
	"testing"
)

func TestChangeCause(t *testing.T) {
	command := []string{"set", "image", "deployment/web", "web=web:2.0"}
	for name, test := range map[string]struct {
		reason string
		env    map[string]string
		want   string
	}{
		"what the user says": {
			reason: "fixes the login", env: map[string]string{"GITHUB_ACTIONS": "true"}, want: "fixes the login",
		},
		"at a terminal, the command": {want: "kubectl app set image deployment/web web=web:2.0"},
		"GitHub Actions": {
			env: map[string]string{
				"GITHUB_ACTIONS": "true", "GITHUB_ACTOR": "alice", "GITHUB_SHA": "0123456789abcdef0123456789abcdef01234567",
				"GITHUB_SERVER_URL": "https://github.example", "GITHUB_REPOSITORY": "shop/web", "GITHUB_RUN_ID": "17",
			},
			want: "GitHub Actions by alice commit 0123456789ab https://github.example/shop/web/actions/runs/17",
		},
		"a job that tells little": {
			env:  map[string]string{"GITLAB_CI": "true", "CI_JOB_URL": "https://gitlab.example/jobs/3"},
			want: "GitLab CI https://gitlab.example/jobs/3",
		},
		"a job that tells nothing": {env: map[string]string{"BUILDKITE": "true"}, want: "Buildkite"},
		"a URL of which a part is missing": {
			env:  map[string]string{"GITHUB_ACTIONS": "true", "GITHUB_SERVER_URL": "https://github.example", "GITHUB_ACTOR": "bob"},
			want: "GitHub Actions by bob",
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := changeCause(test.reason, command, func(v string) string { return test.env[v] })
			if got != test.want {
				t.Errorf("got  %q\nwant %q", got, test.want)
			}
		})
	}
}

func TestTypedSelection(t *testing.T) {
	for want, flags := range map[string]selectionFlags{
		"deployment '*=shop:2.0' -l app=shop":                  {selector: "app=shop"},
		"deployment '*=shop:2.0' -l 'app in (shop, web)'":      {selector: "app in (shop, web)"},
		"deployment '*=shop:2.0' -f a.yaml -f 'it'\\''s b' -R": {filenames: []string{"a.yaml", "it's b"}, recursive: true},
		"deployment '*=shop:2.0' -k base --all":                {kustomize: "base", all: true},
	} {
		if got := strings.Join(flags.typed([]string{"deployment", "*=shop:2.0"}), " "); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}
