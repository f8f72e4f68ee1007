// Package exercise reads exercises from their folders.
package exercise

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"sigs.k8s.io/yaml"

	"github.com/kubectl-app/kubectl-app/lab/workshop/check"
)

// The files of an exercise's folder.
const (
	TaskFile    = "task.md"
	CheckFile   = "check.yaml"
	SolveFile   = "solve.md"
	StartFolder = "start"
)

// Exercise is one exercise of the workshop.
type Exercise struct {
	Number int
	// ID is the name of its folder: 03-labels.
	ID string
	// Title is the heading of its task, and Task the rest, in Markdown.
	Title, Task string
	// NeedsLab: it works only on a lab.
	NeedsLab bool
	// Start is what is applied at the start, in this order. What a later manifest changes waits until all is ready.
	Start []Manifest
	// Situation is an expression, as in a check: start waits until it is true.
	Situation string
	Checks    []check.Check
	Solve     []Step
}

// Manifest is one file of the start.
type Manifest struct {
	Name string
	Data []byte
}

// Namespace is where the exercise takes place.
func (e *Exercise) Namespace() string { return NamespacePrefix + e.ID }

// NamespacePrefix begins the names of all namespaces of the workshop.
const NamespacePrefix = "workshop-"

// checkFile is check.yaml.
type checkFile struct {
	Needs     string        `json:"needs,omitempty"`
	Situation string        `json:"situation,omitempty"`
	Checks    []check.Check `json:"checks"`
}

var folderName = regexp.MustCompile(`^([0-9]{2})-[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$`)

// LoadAll reads all exercises of a folder, by number.
func LoadAll(folder fs.FS) ([]*Exercise, error) {
	entries, err := fs.ReadDir(folder, ".")
	if err != nil {
		return nil, fmt.Errorf("exercises: %w", err)
	}
	var all []*Exercise
	var problems []error
	for _, entry := range entries {
		if !entry.IsDir() || !folderName.MatchString(entry.Name()) {
			continue
		}
		e, err := Load(folder, entry.Name())
		if err != nil {
			problems = append(problems, err)
			continue
		}
		if n := len(all); n > 0 && all[n-1].Number == e.Number {
			problems = append(problems, fmt.Errorf("exercises %s and %s have the same number", all[n-1].ID, e.ID))
		}
		all = append(all, e)
	}
	if len(all)+len(problems) == 0 {
		return nil, errors.New("no exercise found: each is a folder with a name like 01-first")
	}
	return all, errors.Join(problems...)
}

// Load reads one exercise.
func Load(exercises fs.FS, id string) (*Exercise, error) {
	match := folderName.FindStringSubmatch(id)
	if match == nil {
		return nil, fmt.Errorf("exercise %s: the name of the folder has to be two digits, a dash and a short name, like 01-first", id)
	}
	folder, err := fs.Sub(exercises, id)
	if err != nil {
		return nil, fmt.Errorf("exercise %s: %w", id, err)
	}
	e := &Exercise{ID: id}
	e.Number, _ = strconv.Atoi(match[1])
	for _, read := range []func(fs.FS) error{e.readTask, e.readChecks, e.readStart, e.readSolve} {
		if err := read(folder); err != nil {
			return nil, fmt.Errorf("exercise %s: %w", id, err)
		}
	}
	return e, nil
}

func (e *Exercise) readTask(folder fs.FS) error {
	data, err := fs.ReadFile(folder, TaskFile)
	if err != nil {
		return err
	}
	heading, rest, _ := strings.Cut(strings.TrimSpace(string(data)), "\n")
	title, found := strings.CutPrefix(heading, "# ")
	if !found {
		return fmt.Errorf("%s: the first line has to be a heading: # TITLE", TaskFile)
	}
	e.Title, e.Task = title, strings.TrimSpace(rest)
	return nil
}

func (e *Exercise) readChecks(folder fs.FS) error {
	data, err := fs.ReadFile(folder, CheckFile)
	if err != nil {
		return err
	}
	var file checkFile
	if err := yaml.UnmarshalStrict(data, &file); err != nil {
		return fmt.Errorf("%s: %w", CheckFile, err)
	}
	if file.Needs != "" && file.Needs != "lab" {
		return fmt.Errorf("%s: needs: %s: want lab, or nothing", CheckFile, file.Needs)
	}
	if len(file.Checks) == 0 {
		return fmt.Errorf("%s: no checks", CheckFile)
	}
	e.NeedsLab, e.Situation, e.Checks = file.Needs == "lab", file.Situation, file.Checks
	return nil
}

// readStart allows a folder without manifests: some exercises begin with nothing.
func (e *Exercise) readStart(folder fs.FS) error {
	files, err := fs.Glob(folder, path.Join(StartFolder, "*.yaml"))
	if err != nil {
		return err
	}
	slices.Sort(files)
	for _, file := range files {
		data, err := fs.ReadFile(folder, file)
		if err != nil {
			return err
		}
		e.Start = append(e.Start, Manifest{path.Base(file), data})
	}
	return nil
}

func (e *Exercise) readSolve(folder fs.FS) error {
	data, err := fs.ReadFile(folder, SolveFile)
	if err != nil {
		return err
	}
	e.Solve = steps(string(data))
	if !slices.ContainsFunc(e.Solve, func(s Step) bool { return s.Command != "" }) {
		return fmt.Errorf("%s: no commands: they are indented by 4 spaces", SolveFile)
	}
	return nil
}
