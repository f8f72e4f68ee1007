package lifecycle

import (
	"testing"
	"time"
)

func TestLogsOfOtherRuns(t *testing.T) {
	p := play(podOf("web:1-missing")).until(2 * time.Second)
	if _, err := p.m.LogOf("web", false); err == nil || err.Error() != `container "web" in pod "web-1" is waiting to start: image can't be pulled` {
		t.Error(err)
	}
	if _, err := p.m.LogOf("web", true); err == nil || err.Error() != `previous terminated container "web" in pod "web-1" not found` {
		t.Error(err)
	}
	if _, err := p.m.LogOf("wbe", false); err == nil || err.Error() != `container "wbe" in pod "web-1" is not available` {
		t.Error(err)
	}
}
