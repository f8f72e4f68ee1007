package cluster

import (
	"context"
	"testing"
)

// The server's warnings go to the request that they answer; elsewhere they would be printed behind the view.
func TestServerWarnings(t *testing.T) {
	var mine, other serverWarnings
	ctx := withWarnings(t.Context(), &mine)
	for _, w := range []struct {
		ctx  context.Context
		code int
		text string
	}{
		{ctx, 299, "would violate PodSecurity"},
		{ctx, 299, "would violate PodSecurity"},
		{ctx, 199, "stale"},
		{ctx, 299, ""},
		{withWarnings(t.Context(), &other), 299, "deprecated"},
		{t.Context(), 299, "nobody asks"},
	} {
		warningRouter{}.HandleWarningHeaderWithContext(w.ctx, w.code, "", w.text)
	}
	if len(mine.texts) != 1 || mine.texts[0] != "would violate PodSecurity" {
		t.Errorf("%q", mine.texts)
	}
}
