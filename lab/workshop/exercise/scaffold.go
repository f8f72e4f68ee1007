package exercise

import (
	"embed"
	"fmt"
	"io/fs"
	"strings"
)

// template is a small exercise that works.
//
//go:embed template
var template embed.FS

// Scaffold returns the files of a new exercise, by path.
func Scaffold(id string) (map[string]string, error) {
	if !folderName.MatchString(id) {
		return nil, fmt.Errorf("%q is not the name of an exercise: want two digits, a dash and a short name, like 01-hello", id)
	}
	files := map[string]string{}
	err := fs.WalkDir(template, "template", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := template.ReadFile(path)
		files[strings.TrimPrefix(path, "template/")] = string(data)
		return err
	})
	return files, err
}
