package workload

import (
	"strings"
	"testing"

	"github.com/distribution/reference"
)

// images are references of every shape; whether each is one is what the kubelet's own parser says.
var images = []string{
	"", " ", "web", "web:1.0", "web:", ":1.0", "web:1.0 ", "web 1", "Web", "web:Tag", "web/App", "WEB/app", "Foo.io/app",
	"library/web", "ghcr.io/acme/web:1.0", "ghcr.io/Acme/web", "localhost/web", "localhost:5000/web:x", "localhost:/web",
	"reg:5000/web", "reg:50x/web", "reg/web", "reg:5000", "a/b/c/d/e:f", "a//b", "/a", "a/", "a/b/", "-web", "web-", "we--b", "we---b",
	"we_b", "we__b", "we___b", "we.b", "we..b", "we._b", "we.-b", "_web", "web_", "web:.x", "web:-x", "web:_x", "web:a.b-c_d",
	"web:a/b", "web:a:b", "web:" + strings.Repeat("x", 128), "web:" + strings.Repeat("x", 129), "[::1]:5000/web", "[::1]/web", "[::g]/web",
	"[::1/web", "[]/web", "[::1]x/web", "[::1]:/web", "docker.io/web", "docker.io/library/web", "index.docker.io/web", "https://reg.io/web", "http://reg/web:1",
	"web@sha256:" + strings.Repeat("a", 64), "web:1@sha256:" + strings.Repeat("a", 64), "web@sha256:" + strings.Repeat("a", 63),
	"web@sha256:" + strings.Repeat("A", 64), "web@sha256:" + strings.Repeat("g", 64), "web@md5:" + strings.Repeat("a", 32), "web@", "@", "web@sha256", "web@sha256:",
	"web@sha512:" + strings.Repeat("b", 128), "web@sha384:" + strings.Repeat("b", 96), "web@sha256:" + strings.Repeat("a", 64) + "@x",
	strings.Repeat("a", 64), strings.Repeat("g", 64), strings.Repeat("a", 247), strings.Repeat("a", 248), strings.Repeat("a", 255), strings.Repeat("a", 256),
	"reg.io/" + strings.Repeat("a", 248), "reg.io/" + strings.Repeat("a", 255), "reg.io/" + strings.Repeat("a", 256), "x/" + strings.Repeat("a", 253), "x/" + strings.Repeat("a", 254),
	"reg..io/web", ".reg/web", "-reg.io/web", "reg-.io/web", "reg.io-/web", "re_g.io/web", "web:latest\n", "wéb", "${IMAGE}", "web:${TAG}", "<none>", "*", "web:1.0+build", "x:y/z",
	"docker.io/" + strings.Repeat("a", 248), "docker.io/x/" + strings.Repeat("a", 253), "docker.io/x/" + strings.Repeat("a", 254), "docker.io/", "docker.io",
}

func TestCheckImageAgreesWithTheKubelet(t *testing.T) {
	for _, image := range images {
		compareWithKubelet(t, image)
	}
}

func FuzzCheckImage(f *testing.F) {
	for _, image := range images {
		f.Add(image)
	}
	f.Fuzz(compareWithKubelet)
}

func compareWithKubelet(t *testing.T, image string) {
	_, want := reference.ParseNormalizedNamed(image)
	got := CheckImage(image)
	if (got == nil) != (want == nil) {
		t.Errorf("%q: we say %v, the kubelet %v", image, got, want)
	}
}

func TestCheckImageSaysWhy(t *testing.T) {
	for image, want := range map[string]string{
		"":                                    "it is empty",
		"Web:1":                               `the repository "Web" has to be lower case`,
		"web:1.0+build":                       `the tag "1.0+build"`,
		"reg:50x/web":                         `the registry "reg:50x"`,
		"web/-a":                              `the invalid part "-a"`,
		"web@sha256:abc":                      "64 hexadecimal digits",
		strings.Repeat("a", 64):               "image ID",
		"https://u:hunter2@reg.example/web:1": `"https://reg.example/web:1" is not an image reference: it is a URL; leave out https://`,
		"u:hunter2@reg.example/web:1":         `"…@reg.example/web:1" is not an image reference: it has a user`,
	} {
		err := CheckImage(image)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q: got %v, want %q in it", image, err, want)
		}
	}
}
