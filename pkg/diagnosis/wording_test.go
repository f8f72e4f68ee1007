package diagnosis

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// What is compiled when it is needed first must not be found wrong then.
func TestEveryExpressionCompiles(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	calls, found := 0, 0
	for _, name := range files {
		source, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		calls += strings.Count(string(source), "lazily(") - strings.Count(string(source), "func lazily(")
		for _, call := range regexp.MustCompile("lazily\\(`([^`]*)`\\)").FindAllStringSubmatch(string(source), -1) {
			found++
			if _, err := regexp.Compile(call[1]); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	if found == 0 || found != calls {
		t.Errorf("%d of %d expressions were found: each is one raw string", found, calls)
	}
}
