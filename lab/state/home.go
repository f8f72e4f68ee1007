// Package state keeps what a lab is on disk: its folder, its record, and the
// lock that tells whether its supervisor lives.
package state

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
)

// HomeVariable names the environment variable that overrides where labs live.
const HomeVariable = "KUBECTL_APP_LAB_HOME"

// DefaultName is the lab that the commands mean when no --name is given.
const DefaultName = "default"

// A name becomes part of a folder's and of a context's name.
var validName = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?$`)

// Home is the folder that holds the folders of all labs of a user.
type Home string

// FindHome chooses the home: the override, else the XDG state folder, else the
// user's cache folder, which exists on every system that Go knows.
func FindHome(getenv func(string) string, userCacheDir func() (string, error)) (Home, error) {
	if dir := getenv(HomeVariable); dir != "" {
		abs, err := filepath.Abs(dir)
		if err != nil {
			return "", fmt.Errorf("%s=%q: %w", HomeVariable, dir, err)
		}
		return Home(abs), nil
	}
	if dir := getenv("XDG_STATE_HOME"); filepath.IsAbs(dir) {
		return Home(filepath.Join(dir, "kubectl-app-lab")), nil
	}
	dir, err := userCacheDir()
	if err != nil {
		return "", fmt.Errorf("no folder for the lab's state: %w; set %s=FOLDER", err, HomeVariable)
	}
	return Home(filepath.Join(dir, "kubectl-app-lab")), nil
}

// Lab returns the folder of the lab called name, which need not exist.
func (h Home) Lab(name string) (Dir, error) {
	if !validName.MatchString(name) {
		return Dir{}, fmt.Errorf("lab name %q: want at most 40 lower-case letters, digits and dashes, such as \"team-a\"", name)
	}
	return Dir{Name: name, Path: filepath.Join(string(h), name)}, nil
}

// Labs returns the folders of all labs, running or crashed, in order of name.
func (h Home) Labs() ([]Dir, error) {
	entries, err := os.ReadDir(string(h))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("reading the labs in %s: %w", h, err)
	}
	var labs []Dir
	for _, entry := range entries {
		if dir, err := h.Lab(entry.Name()); err == nil && entry.IsDir() {
			labs = append(labs, dir)
		}
	}
	slices.SortFunc(labs, func(a, b Dir) int { return compare(a.Name, b.Name) })
	return labs, nil
}

// compare puts the default lab first, then goes by the alphabet.
func compare(a, b string) int {
	switch {
	case a == b:
		return 0
	case a == DefaultName || (b != DefaultName && a < b):
		return -1
	}
	return 1
}
