package main

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// repository is what is tested, as its files are now.
const repository = "../.."

const (
	first  = "v0.9.1"
	second = "v0.9.2"
)

func TestTemplatesAreFresh(t *testing.T) {
	c, err := readCollection(repository)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range c.Plugins {
		want, err := c.template(p)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(repository, "krew", p.Name+".yaml")
		if got := read(t, path); got != want {
			t.Errorf("%s is not what plugins.yaml says: run `make krew-templates`", path)
		}
	}
}

func TestManifest(t *testing.T) {
	c := collection{Download: "https://example.org/VERSION/ARCHIVE", Plugins: []plugin{{Name: "a-b", Platforms: []string{"linux/amd64", "windows/arm64"}, Description: "One.\n\nTwo.\n"}}}
	template, err := c.template(c.Plugins[0])
	if err != nil {
		t.Fatal(err)
	}
	same := func(address string) string { return address }
	sums := map[string]string{"kubectl-a-b_linux_amd64.tar.gz": "aaa", "kubectl-a-b_windows_arm64.zip": "bbb"}
	got, err := manifest(template, "v1.2.3", sums, same)
	for _, part := range []string{
		"  version: v1.2.3\n", "\n  description: |\n    One.\n\n    Two.\n",
		"    uri: https://example.org/v1.2.3/kubectl-a-b_linux_amd64.tar.gz\n    sha256: aaa\n    bin: kubectl-a-b\n",
		"    uri: https://example.org/v1.2.3/kubectl-a-b_windows_arm64.zip\n    sha256: bbb\n    bin: kubectl-a-b.exe\n",
	} {
		if err != nil || !strings.Contains(got, part) {
			t.Errorf("lacks %q, %v:\n%s", part, err, got)
		}
	}
	delete(sums, "kubectl-a-b_windows_arm64.zip")
	if _, err := manifest(template, "v1.2.3", sums, same); err == nil || !strings.Contains(err.Error(), "no checksum of kubectl-a-b_windows_arm64.zip") {
		t.Errorf("a platform that is not built: %v", err)
	}
}

// Two builds of one commit are the same bytes, wherever they were made, and krew installs, upgrades and removes them. Only
// the plugin app is built, and for this machine; the lab is ten times as large.
func TestRelease(t *testing.T) {
	host := runtime.GOOS + "/" + runtime.GOARCH
	one, other := filepath.Join(t.TempDir(), "one"), filepath.Join(t.TempDir(), "another", "place")
	source := commit(t)
	for _, clone := range []string{one, other} {
		output(t, nil, "git", "clone", "-q", source, clone)
		build(t, clone, first, host)
	}
	compare(t, filepath.Join(one, first), filepath.Join(other, first))
	checkArchive(t, filepath.Join(one, first), host, "LICENSE kubectl-app")
	build(t, one, second, host)

	server := httptest.NewServer(http.FileServer(http.Dir(one)))
	defer server.Close()
	k := newKrew(t)
	k.index = map[string]string{}
	for _, version := range []string{first, second} {
		o := options{root: one, dist: filepath.Join(one, version), version: version, download: server.URL + "/" + version}
		c, err := readCollection(one)
		if err == nil {
			err = o.manifests(c.narrow([]string{"app"}, []string{host}))
		}
		if err != nil {
			t.Fatal(err)
		}
		k.index[version] = filepath.Join(one, version, "krew")
	}
	k.run("validate-krew-manifest", "-skip-install", "-manifest", k.manifest(first))
	k.installFromArchive(filepath.Join(one, first, plugin{Name: "app"}.archiveFile(host)))
	k.installFromIndex()
}

// Every platform that plugins.yaml names is built as it says. The program is a small one.
func TestEveryPlatform(t *testing.T) {
	c, err := readCollection(repository)
	if err != nil {
		t.Fatal(err)
	}
	platforms := c.Plugins[0].Platforms
	var made [2]string
	for i := range made {
		made[i] = filepath.Join(t.TempDir(), "small")
		for name, text := range map[string]string{
			"go.mod": "module example.org/small\n", "LICENSE": "as you like\n", ".gitignore": "dist/\nv*/\n",
			"cmd/app/main.go": "package main\n\nvar commit string\n\nfunc main() { println(commit) }\n",
			"plugins.yaml": "download: https://example.org/ARCHIVE\nplugins:\n- name: app\n  module: .\n  main: ./cmd/app\n  ldflags: -X main.commit={{ .FullCommit }}\n" +
				"  platforms: [" + strings.Join(platforms, ", ") + "]\n",
		} {
			path := filepath.Join(made[i], name)
			if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o644)); err != nil {
				t.Fatal(err)
			}
		}
		for _, args := range [][]string{{"init", "-q"}, {"remote", "add", "origin", "https://github.com/example/small"}, {"add", "."}, {"commit", "-q", "-m", "small"}} {
			output(t, append(gitUser, "GIT_AUTHOR_DATE=2026-01-02T03:04:05Z", "GIT_COMMITTER_DATE=2026-01-02T03:04:05Z"), "git", append([]string{"-C", made[i]}, args...)...)
		}
		build(t, made[i], first, platforms...)
	}
	compare(t, filepath.Join(made[0], first), filepath.Join(made[1], first))
	for _, platform := range platforms {
		want := "LICENSE kubectl-app"
		if strings.HasPrefix(platform, "windows/") {
			want += ".exe"
		}
		checkArchive(t, filepath.Join(made[0], first), platform, want)
	}
}

// commit makes a repository with one commit of the files.
func commit(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "source.git")
	output(t, nil, "git", "init", "-q", dir)
	files := append(slices.Clone(gitUser), "GIT_DIR="+filepath.Join(dir, ".git"), "GIT_WORK_TREE="+repository)
	output(t, files, "git", "add", "--all", repository)
	output(t, files, "git", "commit", "-q", "-m", "as it is")
	return dir
}

// gitUser makes commits that depend on nobody's settings.
var gitUser = []string{"GIT_CONFIG_GLOBAL=/dev/null", "GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.org", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@example.org"}

// build makes a release in a repository; what is in dist becomes a directory of the version's name.
func build(t *testing.T, root, version string, platforms ...string) {
	t.Helper()
	c, err := readCollection(root)
	if err != nil {
		t.Fatal(err)
	}
	o := options{root: root, version: version}
	if err := o.build(t.Context(), c.narrow([]string{"app"}, platforms)); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(filepath.Join(root, "dist"), filepath.Join(root, version)); err != nil {
		t.Fatal(err)
	}
}

// compare looks at what a release publishes.
func compare(t *testing.T, one, other string) {
	t.Helper()
	published := 0
	for _, pattern := range []string{"*.tar.gz", "*.cdx.json", "*.zip", "checksums.txt"} {
		paths, err := filepath.Glob(filepath.Join(one, pattern))
		if err != nil || len(paths) == 0 && pattern != "*.zip" {
			t.Errorf("no %s is published: %v", pattern, err)
		}
		for _, path := range paths {
			published++
			if read(t, path) != read(t, filepath.Join(other, filepath.Base(path))) {
				t.Errorf("%s differs between two builds of one commit", filepath.Base(path))
			}
		}
	}
	if lines := strings.Count(read(t, filepath.Join(one, "checksums.txt")), "\n"); lines != published-1 {
		t.Errorf("checksums.txt has %d lines for %d files", lines, published-1)
	}
}

// checkArchive looks into one: the names of its files, and the checksum that is published.
func checkArchive(t *testing.T, dist, platform, want string) {
	t.Helper()
	sums, err := checksums(dist)
	if err != nil {
		t.Fatal(err)
	}
	name := plugin{Name: "app"}.archiveFile(platform)
	text := read(t, filepath.Join(dist, name))
	names := strings.Join(slices.Sorted(slices.Values(contents(t, text))), " ")
	if sum := fmt.Sprintf("%x", sha256.Sum256([]byte(text))); names != want || sums[name] != sum {
		t.Errorf("%s has %s; its checksum is %s, published is %s", name, names, sum, sums[name])
	}
}

// contents are the names in an archive.
func contents(t *testing.T, text string) (names []string) {
	t.Helper()
	if z, err := zip.NewReader(strings.NewReader(text), int64(len(text))); err == nil {
		for _, f := range z.File {
			names = append(names, f.Name)
		}
		return names
	}
	plain, err := gzip.NewReader(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	for files := tar.NewReader(plain); ; {
		header, err := files.Next()
		if errors.Is(err, io.EOF) {
			return names
		}
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, header.Name)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// output runs a command that must not fail.
func output(t *testing.T, env []string, name string, args ...string) string {
	t.Helper()
	command := exec.CommandContext(t.Context(), name, args...)
	command.Env = append(os.Environ(), env...)
	text, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, text)
	}
	return string(text)
}
