package command

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/kubectl-app/kubectl-app/lab/usage"
	"github.com/kubectl-app/kubectl-app/lab/workshop/exercise"
)

func (w *workshop) newNew() *cobra.Command {
	dir := "."
	cmd := &cobra.Command{
		Use:   "new NAME",
		Short: "Make the folder of a new exercise, for teachers",
		Long: `Make a folder with a small exercise that works: its task, start, checks, hints and
solution. Change its files, and try it with --exercises.`,
		Example: `  # Make an exercise
  kubectl app lab workshop new 01-hello --dir class

  # Try it
  kubectl app lab workshop start 1 --exercises class
  kubectl app lab workshop solve --run --exercises class
  kubectl app lab workshop check --wait 1m --exercises class
  kubectl app lab workshop end --exercises class`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usage.Errorf("want one NAME, like 01-hello")
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error { return w.scaffold(args[0], dir) },
	}
	cmd.Flags().StringVar(&dir, "dir", dir, "directory of the exercises")
	return cmd
}

func (w *workshop) scaffold(name, dir string) error {
	files, err := exercise.Scaffold(name)
	if err != nil {
		return usage.Error{Err: err}
	}
	folder := filepath.Join(dir, name)
	if _, err := os.Stat(folder); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s exists already", folder)
	}
	for file, text := range files {
		path := filepath.Join(folder, filepath.FromSlash(file))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			return err
		}
	}
	s, write := w.sheet()
	s.Sentences("made " + folder)
	s.Next([]string{fmt.Sprintf("kubectl app lab workshop start %s --exercises %s", name[:2], dir)})
	return write()
}
