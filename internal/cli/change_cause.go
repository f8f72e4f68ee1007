package cli

import "strings"

// ciSystems says, for each system whose jobs we know, which variables tell who did what.
var ciSystems = []struct {
	marker             string // set in each of its jobs
	name               string
	actor, commit, url []string // variables, joined
}{
	{
		marker: "GITHUB_ACTIONS", name: "GitHub Actions", actor: []string{"GITHUB_ACTOR"}, commit: []string{"GITHUB_SHA"},
		url: []string{"GITHUB_SERVER_URL", "/", "GITHUB_REPOSITORY", "/actions/runs/", "GITHUB_RUN_ID"},
	},
	{marker: "GITLAB_CI", name: "GitLab CI", actor: []string{"GITLAB_USER_LOGIN"}, commit: []string{"CI_COMMIT_SHA"}, url: []string{"CI_JOB_URL"}},
	{marker: "JENKINS_URL", name: "Jenkins", actor: []string{"BUILD_USER_ID"}, commit: []string{"GIT_COMMIT"}, url: []string{"BUILD_URL"}},
	{marker: "CIRCLECI", name: "CircleCI", actor: []string{"CIRCLE_USERNAME"}, commit: []string{"CIRCLE_SHA1"}, url: []string{"CIRCLE_BUILD_URL"}},
	{marker: "BUILDKITE", name: "Buildkite", actor: []string{"BUILDKITE_BUILD_CREATOR"}, commit: []string{"BUILDKITE_COMMIT"}, url: []string{"BUILDKITE_BUILD_URL"}},
	{marker: "TF_BUILD", name: "Azure Pipelines", actor: []string{"BUILD_REQUESTEDFOR"}, commit: []string{"BUILD_SOURCEVERSION"}, url: []string{"SYSTEM_COLLECTIONURI", "SYSTEM_TEAMPROJECT", "/_build/results?buildId=", "BUILD_BUILDID"}},
	{marker: "BITBUCKET_BUILD_NUMBER", name: "Bitbucket Pipelines", actor: []string{"BITBUCKET_STEP_TRIGGERER_UUID"}, commit: []string{"BITBUCKET_COMMIT"}, url: []string{"BITBUCKET_GIT_HTTP_ORIGIN", "/pipelines/results/", "BITBUCKET_BUILD_NUMBER"}},
}

// changeCause is why a change is made, for `rollout history`: what the user says, else what the CI
// job tells, else the command itself. An old cause must never stand beside a new change.
func changeCause(reason string, command []string, getenv func(string) string) string {
	if reason != "" {
		return reason
	}
	for _, ci := range ciSystems {
		if getenv(ci.marker) == "" {
			continue
		}
		parts := []string{ci.name}
		if actor := expand(ci.actor, getenv); actor != "" {
			parts = append(parts, "by "+actor)
		}
		if commit := expand(ci.commit, getenv); commit != "" {
			parts = append(parts, "commit "+commit[:min(len(commit), 12)])
		}
		if url := expand(ci.url, getenv); url != "" {
			parts = append(parts, url)
		}
		return strings.Join(parts, " ")
	}
	return "kubectl app " + strings.Join(command, " ")
}

// expand joins the values of variables and the text between them; "" if one of them is not set.
func expand(parts []string, getenv func(string) string) string {
	var b strings.Builder
	for _, p := range parts {
		if !isVariable(p) {
			b.WriteString(p)
			continue
		}
		value := getenv(p)
		if value == "" {
			return ""
		}
		b.WriteString(value)
	}
	return b.String()
}

func isVariable(s string) bool {
	return strings.ToUpper(s) == s && !strings.ContainsAny(s, "/?=")
}
