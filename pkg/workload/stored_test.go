package workload

import (
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"
)

const (
	digestA = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	digestB = "sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
)

func TestSameImage(t *testing.T) {
	for _, test := range []struct {
		asked, stored string
		want          bool
	}{
		{"api:4", "api:4", true},
		{"api:4", "api:4@" + digestA, true},
		{"api:4", "api@" + digestA, true},
		{"api:4", "mirror.example/hub/api:4", true},
		{"hub.example:5000/team/api:4", "mirror.example/team/api:4@" + digestA, true},
		{"api", "mirror.example/api:latest", true},
		{"api", "api@" + digestA, true},
		{"api:4", "api:3", false},
		{"api:4", "api:3@" + digestA, false},
		{"api", "api:3", false},
		{"api:4", "mirror.example/web:4", false},
		{"api:4", "mirror.example/fastapi:4", false},
		{"old.example/a/api:4", "new.example/b/api:4", false},
		{"hub.example/team/api:4", "mirror.example/hub.example/team/api:4", true},
		{"hub.example/team/api:4", "mirror.example/api:4", true},
		{"docker.io/library/api:4", "mirror.example/hub/api:4", true},
		{"team/api:4", "api:4", false},
		{"team/api:4", "docker.io/api:4", false},
		{"api:4", "team/api:4", true},
		{"api@" + digestA, "mirror.example/api@" + digestA, true},
		{"api:4@" + digestA, "api@" + digestA, true},
		{"api@" + digestA, "api@" + digestB, false},
		{"api@" + digestA, "api:4", false},
	} {
		if got := SameImage(test.asked, test.stored); got != test.want {
			t.Errorf("%s stored as %s: %v", test.asked, test.stored, got)
		}
	}
}

func TestDropped(t *testing.T) {
	const before = `{initContainers: [{name: setup, image: "setup:1"}], containers: [{name: web, image: "web:1", env: [{name: OLD, value: a}, {name: MODE, value: slow}]}]}`
	const asked = `{initContainers: [{name: setup, image: "setup:1"}], containers: [{name: web, image: "web:2", env: [{name: MODE, value: fast}, {name: NEW, value: x}]}]}`
	web := func(image, env string) string {
		return `{initContainers: [{name: setup, image: "setup:1"}], containers: [{name: web, image: "` + image + `", env: [` + env + `]}]}`
	}
	for name, test := range map[string]struct {
		stored string
		want   string
		stores bool
	}{
		"all of it": {stored: asked, stores: true},
		"pinned":    {stored: web("web:2@"+digestA, "{name: MODE, value: fast}, {name: NEW, value: x}"), stores: true},
		"with a sidecar": {
			stored: `{initContainers: [{name: setup, image: "setup:1"}, {name: mesh, image: "mesh:1", env: [{name: A, value: b}]}], containers: [{name: web, image: "web:2", env: [{name: MODE, value: fast}, {name: NEW, value: x}]}]}`,
		},
		"with more variables":     {stored: web("web:2", "{name: MODE, value: fast}, {name: NEW, value: x}, {name: TRACE, value: y}")},
		"another image":           {stored: web("approved:9", "{name: MODE, value: fast}, {name: NEW, value: x}")},
		"the image as it was":     {stored: web("web:1", "{name: MODE, value: fast}, {name: NEW, value: x}"), want: "the image web:2 of container web"},
		"a variable is not there": {stored: web("web:2", "{name: MODE, value: fast}"), want: "the variable NEW of container web"},
		"a variable as it was":    {stored: web("web:2", "{name: MODE, value: slow}, {name: NEW, value: x}"), want: "the variable MODE of container web"},
		"a doubled one made one":  {stored: web("web:2", "{name: MODE, value: slow}, {name: MODE, value: fast}, {name: NEW, value: x}")},
		"another value":           {stored: web("web:2", "{name: MODE, value: best}, {name: NEW, value: x}"), want: "the variable MODE of container web"},
		"a variable is back":      {stored: web("web:2", "{name: OLD, value: a}, {name: MODE, value: fast}, {name: NEW, value: x}"), want: "the removal of the variable OLD of container web"},
		"nothing of it": {
			stored: before,
			want:   "the image web:2 of container web; the removal of the variable OLD of container web; the variable MODE of container web; the variable NEW of container web",
		},
	} {
		t.Run(name, func(t *testing.T) {
			b, a, s := podSpec(t, before), podSpec(t, asked), podSpec(t, test.stored)
			if got := strings.Join(Dropped(b, a, s), "; "); got != test.want {
				t.Errorf("dropped: %s", got)
			}
			if got := Stores(b, a, s); got != test.stores {
				t.Errorf("stores: %v", got)
			}
		})
	}
}

// An image as it was before is another form of the one asked for only if it names the same tag or digest. It is
// never the sign of a write.
func TestAnImageThatStays(t *testing.T) {
	template := func(image string) *corev1.PodTemplateSpec {
		return podSpec(t, `{containers: [{name: web, image: "`+image+`"}]}`)
	}
	for _, test := range []struct {
		before, asked string
		dropped       bool
	}{
		{"api:4@" + digestA, "api:4", false},
		{"api:4@" + digestA, "api:4@" + digestB, true},
		{"api@" + digestA, "api:4@" + digestA, false},
		{"api@" + digestA, "api:4", true},
		{"api@" + digestA, "api", true},
		{"api", "api:latest", false},
		{"mirror.example/hub/api:4", "api:4", false},
		{"mirror.example/shop/api:4", "docker.io/shop/api:4", false},
		{"old.example/a/api:4", "new.example/b/api:4", true},
		{"api:4", "team/api:4", true},
	} {
		before, asked := template(test.before), template(test.asked)
		if got := Dropped(before, asked, before); len(got) > 0 != test.dropped {
			t.Errorf("%s stays, asked for %s: dropped %v", test.before, test.asked, got)
		}
		if Stores(before, asked, before) {
			t.Errorf("%s stays, asked for %s: a write", test.before, test.asked)
		}
		if !SameButImages(before, asked) {
			t.Errorf("%s and %s differ in more than the image", test.before, test.asked)
		}
	}
}

func podSpec(t *testing.T, text string) *corev1.PodTemplateSpec {
	t.Helper()
	var template corev1.PodTemplateSpec
	if err := yaml.UnmarshalStrict([]byte(text), &template.Spec); err != nil {
		t.Fatal(err)
	}
	return &template
}
