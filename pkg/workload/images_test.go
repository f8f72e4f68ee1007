package workload

import (
	"maps"
	"testing"
)

func TestChangedImages(t *testing.T) {
	type images = map[string]string
	for name, test := range map[string]struct{ from, to, before, after images }{
		"one of two":           {images{"web": "web:1", "log": "log:1"}, images{"web": "web:2", "log": "log:1"}, images{"web": "web:1"}, images{"web": "web:2"}},
		"none":                 {images{"web": "web:1"}, images{"web": "web:1"}, nil, nil},
		"a container came":     {images{"web": "web:1"}, images{"web": "web:1", "log": "log:1"}, nil, images{"log": "log:1"}},
		"a container went":     {images{"web": "web:1", "log": "log:1"}, images{"web": "web:1"}, images{"log": "log:1"}, nil},
		"a container's name":   {images{"web": "web:1"}, images{"app": "web:1"}, images{"web": "web:1"}, images{"app": "web:1"}},
		"the first template":   {nil, images{"web": "web:1"}, nil, images{"web": "web:1"}},
		"what came is unknown": {images{"web": "web:1"}, nil, nil, nil},
	} {
		before, after := ChangedImages(test.from, test.to)
		if !maps.Equal(before, test.before) || !maps.Equal(after, test.after) {
			t.Errorf("%s: %v -> %v, want %v -> %v", name, before, after, test.before, test.after)
		}
	}
}
