package plugin

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// NotOnPathError: kubectl does not find the plugin itself.
type NotOnPathError struct{}

func (NotOnPathError) Error() string { return prefix + " is not on PATH, so kubectl does not find it" }

// ForeignError: a program has the name of the link, and is not ours.
type ForeignError struct{ Path string }

func (e *ForeignError) Error() string {
	return e.Path + " is not a link to " + prefix + ": it is left as it is"
}

// Link is a file that makes the plugin answer as CompletionProgram. It names the plugin as PATH has it, so that an upgrade,
// which puts another program there, does not break it.
type Link struct {
	Path, Target string
}

// InstallCompletion puts the link beside the plugin, or into the first directory of PATH that can be written; made is false
// if there is one already. The errors are NotOnPathError, *ForeignError and those of the directory beside the plugin.
func InstallCompletion() (link Link, made bool, err error) {
	program, err := exec.LookPath(prefix)
	if err != nil {
		return Link{}, false, NotOnPathError{}
	}
	if found, err := exec.LookPath(CompletionProgram); err == nil {
		if ours, target := isLink(found); ours {
			return Link{found, target}, false, nil
		}
		return Link{}, false, &ForeignError{found}
	}
	home := filepath.Dir(program)
	for _, dir := range append([]string{home}, pathDirs()...) {
		link := Link{filepath.Join(dir, linkName()), program}
		if dir == home {
			link.Target = filepath.Base(program)
		}
		failed := link.write()
		if failed == nil {
			return link, true, nil
		}
		if err == nil {
			err = failed
		}
	}
	return Link{}, false, fmt.Errorf("no directory of PATH can be written: %w", err)
}

// UninstallCompletion removes each link on PATH.
func UninstallCompletion() (removed []string, err error) {
	for _, dir := range pathDirs() {
		path := filepath.Join(dir, linkName())
		if _, missing := os.Lstat(path); missing != nil {
			continue
		}
		if ours, _ := isLink(path); !ours {
			err = errors.Join(err, &ForeignError{path})
			continue
		}
		if failed := os.Remove(path); failed != nil {
			err = errors.Join(err, failed)
			continue
		}
		removed = append(removed, path)
	}
	return removed, err
}

// pathDirs are the directories where exec.LookPath finds programs, each once.
func pathDirs() (dirs []string) {
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		if filepath.IsAbs(dir) && !slices.Contains(dirs, filepath.Clean(dir)) {
			dirs = append(dirs, filepath.Clean(dir))
		}
	}
	return dirs
}

func linkName() string {
	if runtime.GOOS == "windows" {
		return CompletionProgram + ".cmd"
	}
	return CompletionProgram
}

// write makes the link in place of one that leads nowhere.
func (l Link) write() error {
	if _, err := os.Lstat(l.Path); err == nil {
		if ours, _ := isLink(l.Path); !ours {
			return &ForeignError{l.Path}
		}
		if err := os.Remove(l.Path); err != nil {
			return err
		}
	}
	if runtime.GOOS == "windows" {
		return os.WriteFile(l.Path, script(l.Target), 0o755)
	}
	return os.Symlink(l.Target, l.Path)
}

// Windows lets few users make links: there it is a script. %~dp0 is its own directory.
const (
	scriptHead = "@\""
	scriptTail = "\" __complete %*\r\n"
)

func script(target string) []byte {
	if !filepath.IsAbs(target) {
		target = "%~dp0" + target
	}
	return []byte(scriptHead + target + scriptTail)
}

// isLink tells whether a file is a link of ours, and what it names.
func isLink(path string) (ours bool, target string) {
	target, err := os.Readlink(path)
	if err != nil {
		text, err := os.ReadFile(path)
		text, isScript := bytes.CutSuffix(text, []byte(scriptTail))
		if err != nil || !isScript {
			return false, ""
		}
		target = strings.TrimPrefix(strings.TrimPrefix(string(text), scriptHead), "%~dp0")
	}
	name := filepath.Base(target)
	return strings.TrimSuffix(name, filepath.Ext(name)) == prefix, target
}
