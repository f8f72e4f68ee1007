package rollout

import (
	"fmt"
	"strings"
	"testing"
)

// The number that --replicas makes of 3 and of 0 replicas.
func TestReplicas(t *testing.T) {
	for text, want := range map[string]string{
		"5": "5 5", "0": "0 0", "+2": "5 2", "-1": "2 0", "-9": "0 0", "x2": "6 0", "x0": "--replicas=x0 is 0 for every workload: give --replicas=0, or --to-zero",
		"50%": "2 0", "34%": "2 0", "33%": "1 0", "100%": "3 0", "250%": "8 0", "0%": "is 0 for every workload",
		"2147483647": "2147483647 2147483647", "+2147483645": "too large 2147483645", "x2147483647": "too large 0",
		"2147483648": "--replicas=2147483648 is too large: the API takes at most 2147483647", "99999999999999999999": "too large",
		"": "is not a number of replicas", "three": "give 3, or a change", "1.5": "is not", "--1": "is not", "+": "is not", "%": "is not", "x": "is not", "+50%": "is not", "0x10": "is not",
	} {
		r, err := ParseReplicas(text)
		if err != nil {
			if !strings.Contains(err.Error(), want) && want != "too large" || want == "too large" && !strings.Contains(err.Error(), want) {
				t.Errorf("%q: %v, want %s", text, err, want)
			}
			continue
		}
		var got []string
		for _, now := range []int32{3, 0} {
			n, err := r.Of(shop, now)
			if err != nil {
				got = append(got, "too large")
				continue
			}
			got = append(got, fmt.Sprint(n))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
