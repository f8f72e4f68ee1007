package main

import (
	"testing"
	"time"
)

func TestSampleIsWrittenAsMedianAndSpread(t *testing.T) {
	for want, given := range map[string]struct {
		sample sample
		unit   unit
	}{
		"–":                            {nil, count},
		"7":                            {sample{7, 7, 7}, count},
		"12 (10 to 14)":                {sample{14, 10, 12}, count},
		"15 ms (10 ms to 1.5 s)":       {sample{0.020, 1.5, 0.010, 0.010}, seconds},
		"-3 ms (-4 ms to -2 ms)":       {sample{-0.004, -0.002}, seconds},
		"66.0 MB (60.0 MB to 72.0 MB)": {sample{72e6, 60e6}, megabytes},
	} {
		if got := given.sample.text(given.unit); got != want {
			t.Errorf("%v: %q, want %q", given.sample, got, want)
		}
	}
}

func TestGoalIsHeldAgainstTheMedian(t *testing.T) {
	for _, c := range []struct {
		app  sample
		goal goal
		want string
	}{
		{sample{1, 2, 90}, below(3), "ok"},
		{sample{1, 3, 3}, below(3), "miss"},
		{sample{1, 3, 3}, atMost(3), "ok"},
		{sample{4}, atMost(3), "miss"},
		{sample{4}, goal{}, ""},
		{nil, below(3), ""},
	} {
		if got := (row{app: c.app, goal: c.goal}).met(); got != c.want {
			t.Errorf("%v against %v: %q, want %q", c.app, c.goal, got, c.want)
		}
	}
}

func TestCostsAddUp(t *testing.T) {
	end := time.Unix(9, 0)
	sum := cost{wall: 1, cpu: 2, peak: 50, end: time.Unix(8, 0)}.plus(cost{wall: 3, cpu: 4, peak: 40, end: end})
	if want := (cost{wall: 4, cpu: 6, peak: 50, end: end}); sum != want {
		t.Errorf("%+v, want %+v", sum, want)
	}
}
