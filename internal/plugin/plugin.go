// Package plugin finds the programs on PATH that add verbs to kubectl app: `kubectl app lab` is kubectl-app-lab, or
// kubectl-app_lab, as krew names what it installs. kubectl finds its own plugins by the same rules
// (k8s.io/kubectl/pkg/cmd/plugin.go).
package plugin

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
)

const prefix = "kubectl-app"

// Find is the program for the longest beginning of the words, and the arguments that are left for it; "" if there is
// none. A word's own dash is an underscore in the name of a program, and no flag is part of a name.
func Find(args []string) (program string, rest []string) { return find(prefix, args) }

func find(prefix string, args []string) (program string, rest []string) {
	var words []string
	for _, arg := range args {
		if strings.HasPrefix(arg, "-") || strings.ContainsAny(arg, `/\`) {
			break
		}
		words = append(words, strings.ReplaceAll(arg, "-", "_"))
	}
	for n := len(words); n > 0; n-- {
		for _, joint := range []string{"-", "_"} {
			name := prefix + joint + strings.Join(words[:n], joint)
			if path, err := exec.LookPath(name); err == nil {
				return path, args[n:]
			}
		}
	}
	return "", nil
}

// A Plugin is a program on PATH that adds a verb.
type Plugin struct {
	Verb    string // as it is typed: "lab", "lab up"
	Program string // its path
}

// All are the plugins on PATH by their verbs; of two programs for one verb, the one that runs.
func All() []Plugin {
	found := map[string]Plugin{}
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		entries, err := os.ReadDir(dir)
		if err != nil || !filepath.IsAbs(dir) { // exec.LookPath finds nothing there either
			continue
		}
		for _, entry := range entries {
			words := words(entry.Name())
			if program, _ := Find(words); program != "" {
				verb := strings.Join(words, " ")
				found[verb] = Plugin{verb, program}
			}
		}
	}
	return slices.SortedFunc(maps.Values(found), func(x, y Plugin) int { return strings.Compare(x.Verb, y.Verb) })
}

// words are "lab", "up" for kubectl-app-lab-up and for kubectl-app_lab_up.
func words(file string) []string {
	if runtime.GOOS == "windows" {
		file = strings.TrimSuffix(file, filepath.Ext(file))
	}
	file, isOurs := strings.CutPrefix(file, prefix)
	switch {
	case !isOurs || len(file) < 2:
		return nil
	case file[0] == '-':
		all := strings.Split(file[1:], "-")
		for i := range all {
			all[i] = strings.ReplaceAll(all[i], "_", "-")
		}
		return all
	case file[0] == '_':
		return strings.Split(file[1:], "_")
	}
	return nil
}

// Run becomes the program, with the arguments of this process that are left for it. Windows can't do that: there it
// returns the exit code of the program.
func Run(program string, args []string) (code int, err error) {
	if runtime.GOOS != "windows" {
		return 0, fmt.Errorf("starting %s: %w", program, syscall.Exec(program, append([]string{program}, args...), os.Environ()))
	}
	command := exec.CommandContext(context.Background(), program, args...)
	command.Stdin, command.Stdout, command.Stderr = os.Stdin, os.Stdout, os.Stderr
	err = command.Run()
	if ended := (*exec.ExitError)(nil); errors.As(err, &ended) {
		return ended.ExitCode(), nil
	}
	return 0, err
}
