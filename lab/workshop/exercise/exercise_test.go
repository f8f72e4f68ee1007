package exercise_test

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/kubectl-app/kubectl-app/lab/workshop/check"
	"github.com/kubectl-app/kubectl-app/lab/workshop/exercise"
)

// folder is a set of exercises, by path.
func folder(files map[string]string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for path, text := range files {
		fsys[path] = &fstest.MapFile{Data: []byte(text)}
	}
	return fsys
}

// scaffold has the files of a good exercise, with some of them replaced; "" removes one.
func scaffold(t *testing.T, id string, changed map[string]string) map[string]string {
	t.Helper()
	files, err := exercise.Scaffold(id)
	if err != nil {
		t.Fatal(err)
	}
	below := map[string]string{}
	for path, text := range files {
		below[id+"/"+path] = text
	}
	for path, text := range changed {
		below[id+"/"+path] = text
		if text == "" {
			delete(below, id+"/"+path)
		}
	}
	return below
}

func TestScaffold(t *testing.T) {
	all, err := exercise.LoadAll(folder(scaffold(t, "07-hello", nil)))
	if err != nil {
		t.Fatal(err)
	}
	e := all[0]
	if e.Number != 7 || e.Title != "Say hello" || e.Namespace() != "workshop-07-hello" || len(e.Start) != 1 || e.NeedsLab {
		t.Errorf("%+v", e)
	}
	if _, err := check.Compile(e.Checks); err != nil {
		t.Error(err)
	}
	for _, name := range []string{"hello", "7-hello", "07_hello", "07-Hello", "07-", "07-a/b", "07-" + strings.Repeat("x", 41)} {
		if _, err := exercise.Scaffold(name); err == nil {
			t.Errorf("%s is taken for the name of an exercise", name)
		}
	}
}

func TestWrongFolders(t *testing.T) {
	for _, test := range []struct {
		name    string
		changed map[string]string
		want    string
	}{
		{"no task", map[string]string{"task.md": ""}, "task.md"},
		{"no heading", map[string]string{"task.md": "Do it."}, "has to be a heading"},
		{"no checks", map[string]string{"check.yaml": "checks: []"}, "no checks"},
		{"a wrong field", map[string]string{"check.yaml": "checks:\n- wants: x"}, "wants"},
		{"a wrong need", map[string]string{"check.yaml": "needs: luck"}, "want lab"},
		{"no commands", map[string]string{"solve.md": "Scale it."}, "indented by 4 spaces"},
		{"no solution", map[string]string{"solve.md": ""}, "solve.md"},
	} {
		_, err := exercise.LoadAll(folder(scaffold(t, "01-x", test.changed)))
		if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), "01-x") {
			t.Errorf("%s: %v, want %q", test.name, err, test.want)
		}
	}
	if _, err := exercise.LoadAll(folder(map[string]string{"README.md": "x"})); err == nil {
		t.Error("a folder without exercises is taken for the exercises")
	}
	twice := scaffold(t, "01-x", nil)
	for path, text := range scaffold(t, "01-y", nil) {
		twice[path] = text
	}
	if _, err := exercise.LoadAll(folder(twice)); err == nil || !strings.Contains(err.Error(), "same number") {
		t.Errorf("two exercises with one number: %v", err)
	}
}

func TestSteps(t *testing.T) {
	const solve = "Look first.\n\n    kubectl get pods\n\nIt shows pods.\nAll of them.\n\n    kubectl apply -f - <<END\n    a:\n      b\n\n    END\n\nIt applies.\n"
	all, err := exercise.LoadAll(folder(scaffold(t, "01-x", map[string]string{"solve.md": solve})))
	if err != nil {
		t.Fatal(err)
	}
	want := []exercise.Step{
		{Text: "Look first."},
		{Command: "kubectl get pods", Text: "It shows pods.\nAll of them."},
		{Command: "kubectl apply -f - <<END\na:\n  b\n\nEND", Text: "It applies."},
	}
	if got := all[0].Solve; !slices.Equal(got, want) {
		t.Errorf("%q\nwant %q", got, want)
	}
}

func TestFind(t *testing.T) {
	files := scaffold(t, "03-labels", nil)
	for path, text := range scaffold(t, "12-labels-again", nil) {
		files[path] = text
	}
	all, err := exercise.LoadAll(folder(files))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"3": "03-labels", "03": "03-labels", "labels": "03-labels", "03-labels": "03-labels", "12": "12-labels-again", "4": "", "lab": "", "": "",
	} {
		e, err := exercise.Find(all, name)
		if want == "" != (err != nil) || err == nil && e.ID != want {
			t.Errorf("%q: %v, %v; want %q", name, e, err, want)
		}
	}
}
