package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Only a verb that has --from-dotenv advises it, and not where kustomize reads the file too.
func TestEnvFileHints(t *testing.T) {
	directory := t.TempDir()
	file := filepath.Join(directory, "app.env")
	for content, hinted := range map[string]bool{
		"export A=hunter2\n":        true,
		"junk hunter2\n":            true,
		"9=x\nA=\"hunter2\nEND\"\n": true,
		"NOT_SET\n":                 true,
		"A =hunter2\n":              false,
	} {
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		create := []string{"create", "configmap", "web", "--from-env-file=" + file}
		for args, want := range map[string]bool{"--dry-run=client": hinted, "--to-kustomization=" + directory: false} {
			code, _, errOut := runOffline(t, append(create, args)...)
			if code != exitRefused || strings.Contains(errOut, "--from-dotenv") != want || strings.Contains(errOut, "hunter2") {
				t.Errorf("%q with %s: exit code %d, %s", content, args, code, errOut)
			}
		}
		if _, _, err := envLines([]byte(content)); err == nil || strings.Contains(err.Error(), "--from") {
			t.Errorf("set env -e - of %q: %v", content, err)
		}
	}
	if _, _, err := envLines([]byte("A=\xff")); err == nil || strings.Contains(err.Error(), "--from") {
		t.Errorf("no UTF-8: %v", err)
	}
}

// set env reads a file from stdin only.
func TestSetEnvNamesTheWayOfAFile(t *testing.T) {
	const way = "-e - < FILE"
	for _, args := range []string{"--from-dotenv=app.env", "--from-env-file=app.env", "--env-file=app.env", "-e app.env"} {
		line := append([]string{"set", "env", "deployment/web"}, strings.Fields(args)...)
		if code, _, errOut := runOffline(t, line...); code != exitUsage || !strings.Contains(errOut, way) {
			t.Errorf("%s: exit code %d, %s", args, code, errOut)
		}
	}
	if _, _, errOut := runOffline(t, "set", "image", "deployment/web", "--env-file=x"); strings.Contains(errOut, way) {
		t.Error(errOut)
	}
}
