package cli

import (
	"fmt"
	"strconv"
	"strings"
)

// bound is a flag that takes a bound of an autoscaler. It refuses +2, which is a change of the number for kubectl app scale.
type bound struct {
	n    *int32
	name string
}

// newBound is a bound that is not given.
func newBound(n *int32, name string) bound {
	*n = -1
	return bound{n, name}
}

// String implements pflag.Value; pflag asks a zero value, too.
func (b bound) String() string {
	if b.n == nil {
		return ""
	}
	return strconv.Itoa(int(*b.n))
}

// Set implements pflag.Value.
func (b bound) Set(text string) error {
	n, err := strconv.ParseInt(text, 0, 32)
	switch {
	case err != nil:
		return fmt.Errorf("reading a number: %w", err)
	case strings.HasPrefix(text, "+"):
		return usagef("--%s=+%d: a bound is not relative: give the number itself", b.name, n)
	}
	*b.n = int32(n)
	return nil
}

// Type implements pflag.Value.
func (bound) Type() string { return "int32" }
