package secrets

import (
	"encoding/base64"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// A login that no kubelet can use does not take the place of one that works without a word.
func TestSpoiledLogins(t *testing.T) {
	login := func(server, text string) string {
		return `{"auths":{"` + server + `":{"auth":"` + base64.StdEncoding.EncodeToString([]byte(text)) + `"}}}`
	}
	for _, test := range []struct {
		before, after string
		spoiled       bool
	}{
		{login("r.io", "me:hunter2"), login("r.io", "me:hunter2\n"), true},
		{login("r.io", "me:hunter2"), login("r.io", "me:"), true},
		{login("r.io", "me:hunter2"), login("r.io", "me:hunter3"), false},
		{login("r.io", "me:hunter2\n"), login("r.io", "me:hunter3\n"), false},
		{login("r.io", "me:hunter2"), login("other.io", "me:hunter2\n"), false},
		{"", login("r.io", "me:hunter2\n"), false},
		{"no JSON", login("r.io", "me:hunter2\n"), false},
	} {
		got := SpoiledLogins([]byte(test.before), []byte(test.after))
		if (len(got) == 1 && got[0] == "r.io") != test.spoiled {
			t.Errorf("%s after %s: %q", test.after, test.before, got)
		}
	}
}

func TestDockerConfig(t *testing.T) {
	auth := func(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }
	good := auth("robot:hunter2")
	for content, want := range map[string]string{
		`{"auths":{"r.io":{"auth":"` + good + `"}}}`:                                    "",
		`{"auths":{"r.io":{"auth":"` + good + `"}}}` + "\n":                             "",
		`{"auths":{"r.io":{"auth":"` + strings.TrimRight(good, "=") + `"}}}`:            "",
		`{"auths":{"r.io":{"username":"u","password":"p"}}}`:                            "",
		`{"auths":{"r.io":{},"y":{"auth":"` + good + `"}}}`:                             "",
		`{"auths":{"r.io":{"auth":"` + auth("robot:hunter2\n") + `"}}}`:                 "warning PLACE: the login of r.io contains a line break",
		`{"auths":{"r.io":{"auth":"` + auth("robot:hunter2\r\n") + `"}}}`:               "warning PLACE: the login of r.io contains a line break",
		`{"auths":{"r.io":{"auth":"` + auth("hunter2") + `"}}}`:                         "refused PLACE: the login of r.io can't be read: its auth is not USER:PASSWORD in base64",
		`{"auths":{"r.io":{"auth":"robot:hunter2"}}}`:                                   "refused PLACE: the login of r.io can't be read: its auth is not base64",
		`{"auths":{"r.io":{"auth":"` + auth("robot:") + `"}}}`:                          "warning PLACE: the login of r.io lacks the user or the password",
		`{"auths":{"r.io":{"identitytoken":"hunter2"}}}`:                                "warning PLACE: the login of r.io is an identity token, which no kubelet can use",
		`{"auths":{"r.io":{"auth":"` + auth("hunter2") + `"},"a":{"auth":"x y"}}}`:      "refused PLACE: the login of a can't be read: its auth is not base64; the login of r.io can't be read",
		`{"auths":{},"credsStore":"osxkeychain"}`:                                       `refused PLACE: it has no logins: docker keeps them in its store "osxkeychain", which no kubelet uses`,
		`{"auths":{"r.io":{}},"credsStore":"desktop"}`:                                  `refused PLACE: it has no logins: docker keeps them in its store "desktop"`,
		`{"credHelpers":{"r.io":"ecr-login"}}`:                                          `refused PLACE: it has no logins: docker keeps them in its credential helper "ecr-login" (for r.io)`,
		`{"auths":{},"credsStore":"pass","credHelpers":{"b":"gcloud","a":"ecr-login"}}`: `refused PLACE: it has no logins: docker keeps them in its store "pass" and its credential helper "ecr-login" (for a) and its credential helper "gcloud" (for b)`,
		`{"auths":{"r.io":{"auth":"` + good + `"}},"credHelpers":{"r.io":"x"}}`:         "",
		`{"auths":{"r.io":{"auth":"` + good + `"}},"credHelpers":{"a":"gcloud"}}`:       `warning PLACE: no kubelet uses its credential helper "gcloud" (for a): it pulls with the other logins only`,
		`{}`:                                   "refused PLACE: it has no logins: it needs",
		`"hunter2"`:                            "refused PLACE: it is not a config.json of docker",
		"hunter2":                              "refused PLACE: it is not a config.json of docker",
		`{"auths":{"x":{"auth":["hunter2"]}}}`: "refused PLACE: it is not a config.json of docker",
		"\uFEFF" + `{"auths":{"r.io":{"auth":"` + good + `"}}}`: "refused PLACE: the value begins with a byte order mark",
	} {
		var all []string
		if want != "" {
			all = []string{strings.Replace(want, "PLACE", ".dockerconfigjson (config.json)", 1)}
		}
		e := Entry{corev1.DockerConfigJsonKey, []byte(content), Origin{Kind: File, Name: "config.json"}}
		wantFindings(t, Merge(Lint(Draft{Kind: workload.SecretReference, Type: corev1.SecretTypeDockerConfigJson, Entries: []Entry{e}})), all)
	}
	e := Entry{corev1.DockerConfigJsonKey, []byte("hunter2"), Origin{Kind: Literal}}
	wantFindings(t, Lint(Draft{Kind: workload.SecretReference, Entries: []Entry{e}}), []string{"warning .dockerconfigjson (literal): it is not a config.json of docker"})
}

func TestOldDockerConfig(t *testing.T) {
	good := base64.StdEncoding.EncodeToString([]byte("robot:hunter2"))
	for content, want := range map[string]string{
		`{"r.io":{"auth":"` + good + `"}}`:           "",
		`{"r.io":{"username":"u","password":"p"}}`:   "",
		`{"r.io":{"username":"u"}}`:                  "warning PLACE: the login of r.io lacks the user or the password",
		`{"r.io":{"auth":"hunter2!"}}`:               "refused PLACE: the login of r.io can't be read: its auth is not base64",
		`{"auths":{"r.io":{"auth":"` + good + `"}}}`: "refused PLACE: it is a config.json of docker: give it under the key .dockerconfigjson",
		`{}`:      `refused PLACE: it has no logins: it needs {"REGISTRY": {"auth": "..."}}`,
		`hunter2`: "refused PLACE: it is not a .dockercfg of docker",
	} {
		var all []string
		if want != "" {
			all = []string{strings.Replace(want, "PLACE", ".dockercfg (old)", 1)}
		}
		e := Entry{corev1.DockerConfigKey, []byte(content), Origin{Kind: File, Name: "old"}}
		wantFindings(t, Lint(Draft{Kind: workload.SecretReference, Type: corev1.SecretTypeDockercfg, Entries: []Entry{e}}), all)
	}
}

// What echo adds to a password comes out as a login that no registry takes.
func TestDockerLoginWithNewline(t *testing.T) {
	e, err := Login{Server: "r.io", Username: "robot", Password: Entry{Value: []byte("hunter2\n"), Origin: Origin{Kind: Variable, Name: "TOKEN"}}}.Entry()
	if err != nil {
		t.Fatal(err)
	}
	wantFindings(t, Lint(Draft{Kind: workload.SecretReference, Type: corev1.SecretTypeDockerConfigJson, Entries: []Entry{e}}),
		[]string{"warning .dockerconfigjson (variable TOKEN): the login of r.io contains a line break in the user or the password: the registry refuses it"})
}
