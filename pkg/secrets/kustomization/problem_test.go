package kustomization

import (
	"errors"
	"strings"
	"testing"
)

// No error shows a piece of the text: it may be a piece of a value.
func TestProblemsHaveNoTextOfTheFile(t *testing.T) {
	for text, says := range map[string]string{
		"- *hunter2\n": "it is not YAML: kubectl kustomize shows the error",
		"a: &a 1\nsecretGenerator:\n- *hunter2\n":                             "it is not YAML: kubectl kustomize shows the error",
		"resources: []\na: 'hunter2\n":                                        "it is not YAML: there is an error near line ",
		"resources:\n- a=b\n- x: hunter2: z\n":                                "it is not YAML: there is an error near line 3;",
		"a: !!int hunter2\n":                                                  "kustomize can't read it: kubectl kustomize shows the error",
		"{hunter2: b}: c\n":                                                   "kustomize can't read it: kubectl kustomize shows the error",
		"a: &hunter2 [*hunter2]\n":                                            "kustomize can't read it: kubectl kustomize shows the error",
		"resources: []\nhunter2: x\n":                                         "kustomize can't read it: it does not know the field on line 2",
		"secretGenerator:\n- name: a\n  hunter2: x":                           "kustomize can't read it: it does not know the field on line 3",
		"hunter2: {hunter2: x}\n":                                             "kustomize can't read it: it does not know one of the fields",
		"kind: hunter2\napiVersion: hunter2\n":                                "kustomize can't read it: kind should be Kustomization or Component",
		"secretGenerator: hunter2\n":                                          "kustomize can't read it: the field secretGenerator can't be of type string",
		"secretGenerator:\n- name: 4711\n":                                    "kustomize can't read it: the field secretGenerator.name can't be of type number",
		"secretGenerator:\n- name: a\n  options: {labels: {hunter2: 4711}}\n": "kustomize can't read it: the field secretGenerator.options.labels can't be of type number",
		"!!null {hunter2: x}\n":                                               "kustomize can't read it: it does not know one of the fields",
	} {
		_, err := Parse([]byte(text))
		var file *FileError
		if !errors.As(err, &file) || !strings.HasPrefix(err.Error(), says) || strings.Contains(err.Error(), "hunter") || strings.Contains(err.Error(), "4711") {
			t.Errorf("%q: %v, want %s", text, err, says)
		}
	}
}
