package main

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// krew is the real one, in a home of its own, with an index that is a repository on this machine: nothing reaches the
// network.
type krew struct {
	t          *testing.T
	home, bin  string
	index      map[string]string // of each version
	repository string            // which krew reads
	env        []string
}

func newKrew(t *testing.T) *krew {
	t.Helper()
	dir := t.TempDir()
	k := &krew{t: t, home: filepath.Join(dir, "krew"), bin: filepath.Join(dir, "bin"), repository: filepath.Join(dir, "index")}
	kubectl, err := filepath.Abs(filepath.Join(repository, "bin", "kubectl"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(kubectl); err != nil {
		t.Fatal("kubectl is not built: run `make kubectl` first")
	}
	links := map[string]string{"kubectl": kubectl}
	for _, name := range []string{"krew", "validate-krew-manifest"} {
		if links[name], err = tool(t.Context(), name); err != nil {
			t.Fatal(err)
		}
	}
	for name, path := range links {
		if err := errors.Join(os.MkdirAll(k.bin, 0o755), os.Symlink(path, filepath.Join(k.bin, name))); err != nil {
			t.Fatal(err)
		}
	}
	k.env = append(slices.Clone(gitUser),
		"KREW_ROOT="+k.home, "KREW_NO_UPGRADE_CHECK=1", "KREW_DEFAULT_INDEX_URI=file://"+k.repository, "HOME="+dir, "SHELL=/bin/sh",
		"PATH="+strings.Join([]string{filepath.Join(k.home, "bin"), k.bin, "/usr/local/bin", "/usr/bin", "/bin"}, string(os.PathListSeparator)),
	)
	return k
}

func (k *krew) run(tool string, args ...string) string {
	k.t.Helper()
	if tool != "git" {
		tool = filepath.Join(k.bin, tool)
	}
	return output(k.t, k.env, tool, args...)
}

func (k *krew) manifest(version string) string {
	return filepath.Join(k.index[version], "plugins", "app.yaml")
}

// installs checks that kubectl finds the plugin, and of which version it is.
func (k *krew) installs(version string) {
	k.t.Helper()
	if said := k.run("kubectl", "app", "version"); !strings.HasPrefix(said, "kubectl-app "+version+"\ncommit ") {
		k.t.Errorf("kubectl app version says %q, want %s with the commit", said, version)
	}
}

func (k *krew) uninstall() {
	k.t.Helper()
	k.run("krew", "uninstall", "app")
	if _, err := os.Lstat(filepath.Join(k.home, "bin", "kubectl-app")); err == nil {
		k.t.Error("krew uninstall has left the plugin")
	}
}

// publish makes a version the newest one of the index.
func (k *krew) publish(version string) {
	k.t.Helper()
	plugins := filepath.Join(k.repository, "plugins")
	if err := os.MkdirAll(plugins, 0o755); err != nil {
		k.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(plugins, "app.yaml"), []byte(read(k.t, k.manifest(version))), 0o644); err != nil {
		k.t.Fatal(err)
	}
	k.run("git", "-C", k.repository, "init", "-q")
	k.run("git", "-C", k.repository, "add", ".")
	k.run("git", "-C", k.repository, "commit", "-q", "-m", version)
}

func (k *krew) installFromArchive(archive string) {
	k.t.Helper()
	k.publish(first) // krew wants an index, also to install without it
	k.run("krew", "update")
	k.run("krew", "install", "--manifest", k.manifest(first), "--archive", archive)
	k.installs(first)
	k.uninstall()
}

// installFromIndex upgrades, too: the link for the shell's completion stays good.
func (k *krew) installFromIndex() {
	k.t.Helper()
	k.run("krew", "index", "add", "own", "file://"+k.repository)
	k.run("krew", "install", "own/app")
	k.installs(first)
	k.run("kubectl", "app", "completion", "install")
	k.publish(second)
	k.run("krew", "update")
	k.run("krew", "upgrade")
	k.installs(second)
	if said := k.run("kubectl", "__complete", "app", "completion", ""); !strings.Contains(said, "\ninstall\t") {
		k.t.Errorf("after the upgrade kubectl completes %q", said)
	}
	if said := k.run("kubectl", "plugin", "list"); strings.Contains(said, "warning") || strings.Contains(said, "_complete") {
		k.t.Errorf("kubectl plugin list says %q", said)
	}
	k.run("kubectl", "app", "completion", "uninstall")
	k.uninstall()
}
