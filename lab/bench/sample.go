package main

import (
	"fmt"
	"math"
	"slices"
)

// unit says how a figure is written.
type unit func(float64) string

func count(v float64) string { return fmt.Sprintf("%.0f", v) }

// seconds below one are written as milliseconds.
func seconds(v float64) string {
	if v < 1 {
		return fmt.Sprintf("%d ms", int64(math.Round(v*1000))) // of an integer there is no -0
	}
	return fmt.Sprintf("%.1f s", v)
}

// megabytes are of a million bytes.
func megabytes(v float64) string { return fmt.Sprintf("%.1f MB", v/1e6) }

// sample is one figure, taken several times.
type sample []float64

func (s *sample) add(v float64) { *s = append(*s, v) }

// median of an even number of figures is the mean of the two in the middle.
func (s sample) median() float64 {
	sorted := slices.Sorted(slices.Values(s))
	n := len(sorted)
	if n%2 == 1 {
		return sorted[n/2]
	}
	return (sorted[n/2-1] + sorted[n/2]) / 2
}

// text is the median and, of figures that differ, the least and the greatest.
func (s sample) text(u unit) string {
	if len(s) == 0 {
		return "–"
	}
	least, most := u(slices.Min(s)), u(slices.Max(s))
	if least == most {
		return least
	}
	return fmt.Sprintf("%s (%s to %s)", u(s.median()), least, most)
}
