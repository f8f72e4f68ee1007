package diagnosis

import (
	"regexp"
	"sync"
)

// expression is a regular expression that is compiled when it is needed first: most commands need none of
// them, and all together cost more than the rest of their start.
type expression func() *regexp.Regexp

func lazily(text string) expression {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(text) })
}
