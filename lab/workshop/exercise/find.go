package exercise

import (
	"fmt"
	"strconv"
	"strings"
)

// Find returns the exercise that a user means: 3, 03, labels or 03-labels.
func Find(all []*Exercise, name string) (*Exercise, error) {
	number, err := strconv.Atoi(name)
	for _, e := range all {
		_, short, _ := strings.Cut(e.ID, "-")
		if err == nil && e.Number == number || name == e.ID || name == short {
			return e, nil
		}
	}
	return nil, fmt.Errorf("no exercise %q; the list: kubectl app lab workshop list", name)
}
