package secrets

import (
	"testing"
	"time"
)

func TestValidity(t *testing.T) {
	const day = 24 * time.Hour
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	for name, test := range map[string]struct {
		left time.Duration
		want Validity
	}{
		"a year":                         {365 * day, Valid},
		"a second over 30 days":          {30*day + time.Second, Valid},
		"30 days":                        {30 * day, ExpiresSoon},
		"a second":                       {time.Second, ExpiresSoon},
		"none: it ends that very moment": {0, Expired},
		"over":                           {-time.Second, Expired},
	} {
		if got := ValidityAt(now.Add(test.left), now); got != test.want {
			t.Errorf("%s: %s, want %s", name, got, test.want)
		}
	}
}
