package exercises_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kubectl-app/kubectl-app/lab/workshop/check"
	"github.com/kubectl-app/kubectl-app/lab/workshop/exercise"
	"github.com/kubectl-app/kubectl-app/lab/workshop/exercises"
)

// What the exercises do is tested on a lab: each has a script.
func TestExercises(t *testing.T) {
	all, err := exercise.LoadAll(exercises.FS)
	if err != nil {
		t.Fatal(err)
	}
	for i, e := range all {
		if e.Number != i+1 {
			t.Errorf("%s comes as number %d", e.ID, i+1)
		}
		if _, err := check.Compile(e.Checks); err != nil {
			t.Errorf("%s: %v", e.ID, err)
		}
		if _, err := check.CompileSituation(e.Situation); err != nil {
			t.Errorf("%s: the situation: %v", e.ID, err)
		}
		if len(e.Start) > 0 && e.Situation == "" {
			t.Errorf("%s does not say how it starts", e.ID)
		}
		script := filepath.Join("..", "..", "acceptance", "testdata", "workshop", "exercise_"+strings.ReplaceAll(e.ID, "-", "_")+".txtar")
		text, err := os.ReadFile(script)
		if err != nil {
			t.Errorf("%s has no script: %v", e.ID, err)
		}
		if !strings.Contains(string(text), "\nexercise "+e.ID+" ") {
			t.Errorf("%s does not run the exercise", script)
		}
		for _, step := range e.Solve {
			if step.Text == "" {
				t.Errorf("%s: nothing is said of %s", e.ID, step.Command)
			}
		}
	}
}
