package plugin

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// onPath makes programs in two folders that are all of PATH.
func onPath(t *testing.T, first, second []string) {
	t.Helper()
	var dirs []string
	for _, programs := range [][]string{first, second} {
		dir := t.TempDir()
		dirs = append(dirs, dir)
		for _, p := range programs {
			mode := os.FileMode(0o755)
			if p == "kubectl-app-data" {
				mode = 0o644
			}
			if err := os.WriteFile(filepath.Join(dir, p), []byte("#!/bin/sh\n"), mode); err != nil {
				t.Fatal(err)
			}
		}
	}
	t.Setenv("PATH", dirs[0]+string(filepath.ListSeparator)+dirs[1]+string(filepath.ListSeparator)+filepath.Join(dirs[0], "none"))
}

func TestFind(t *testing.T) {
	onPath(t,
		[]string{"kubectl-app", "kubectl-app-lab", "kubectl-app-lab-up", "kubectl-app-data", "kubectl-app-two_words"},
		[]string{"kubectl-app_hello", "kubectl-app_hello_all", "kubectl-app_lab", "kubectl-apple"})
	for name, test := range map[string]struct {
		args    []string
		program string
		rest    []string
	}{
		"a verb":                          {[]string{"lab", "down", "--name=x"}, "kubectl-app-lab", []string{"down", "--name=x"}},
		"the longest name":                {[]string{"lab", "up", "--name", "x"}, "kubectl-app-lab-up", []string{"--name", "x"}},
		"flags end the name":              {[]string{"lab", "-v", "up"}, "kubectl-app-lab", []string{"-v", "up"}},
		"as krew names it":                {[]string{"hello", "you"}, "kubectl-app_hello", []string{"you"}},
		"as krew names two words":         {[]string{"hello", "all"}, "kubectl-app_hello_all", nil},
		"a dash in a word":                {[]string{"two-words"}, "kubectl-app-two_words", nil},
		"nothing of that name":            {[]string{"ghost"}, "", nil},
		"a file that is no program":       {[]string{"data"}, "", nil},
		"the beginning of another's name": {[]string{"le"}, "", nil},
		"a path":                          {[]string{"../kubectl-app-lab"}, "", nil},
		"a flag":                          {[]string{"--lab"}, "", nil},
		"nothing":                         {nil, "", nil},
	} {
		t.Run(name, func(t *testing.T) {
			program, rest := Find(test.args)
			if program != "" {
				program = filepath.Base(program)
			}
			if program != test.program || !slices.Equal(rest, test.rest) {
				t.Errorf("%q %q, want %q %q", program, rest, test.program, test.rest)
			}
		})
	}
}

func TestAll(t *testing.T) {
	onPath(t,
		[]string{"kubectl-app", "kubectl-app-lab", "kubectl-app-data", "kubectl-app-two_words", "kubectl-app-", "kubectl-apple"},
		[]string{"kubectl-app_lab", "kubectl-app_hello", "kubectl-app-lab-up"})
	var got []string
	for _, p := range All() {
		got = append(got, p.Verb+" "+filepath.Base(p.Program))
	}
	want := []string{"hello kubectl-app_hello", "lab kubectl-app-lab", "lab up kubectl-app-lab-up", "two-words kubectl-app-two_words"}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
