package main

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestMain lets the test binary be the program that is measured, too.
func TestMain(m *testing.M) {
	if os.Getenv("BENCH_TEST_PROGRAM") != "" {
		_, _ = os.Stderr.WriteString("one\ntwo\n")
		os.Exit(3)
	}
	os.Exit(m.Run())
}

func TestProgramIsMeasuredAndHeard(t *testing.T) {
	p := program{os.Args[0], append(environment("", t.TempDir(), ""), "BENCH_TEST_PROGRAM=1")}
	var heard []string
	listen := func(line []byte, at time.Time) {
		if at.IsZero() {
			t.Error("a line came at no time")
		}
		heard = append(heard, string(line))
	}
	r, err := p.start(t.Context(), listen)
	if err != nil {
		t.Fatal(err)
	}
	took, err := r.wait(3)
	if err != nil {
		t.Fatal(err)
	}
	if took.wall <= 0 || took.cpu <= 0 || took.end.IsZero() {
		t.Errorf("cost: %+v", took)
	}
	if want := []string{"one", "two"}; !slices.Equal(heard, want) {
		t.Errorf("heard %q, want %q", heard, want)
	}
}

func TestAnotherExitCodeIsAnErrorWithTheOutput(t *testing.T) {
	p := program{os.Args[0], append(environment("", t.TempDir(), ""), "BENCH_TEST_PROGRAM=1")}
	if _, err := p.run(t.Context()); err == nil || !strings.Contains(err.Error(), "exit code 3") || !strings.Contains(err.Error(), "two") {
		t.Errorf("error: %v", err)
	}
}

func TestLinesAreHeardWhole(t *testing.T) {
	var heard []string
	l := &lines{say: func(line []byte, _ time.Time) { heard = append(heard, string(line)) }}
	for _, part := range []string{"a", "b\nc\n", "d"} {
		if _, err := l.Write([]byte(part)); err != nil {
			t.Fatal(err)
		}
	}
	if want := []string{"ab", "c"}; !slices.Equal(heard, want) {
		t.Errorf("heard %q, want %q", heard, want)
	}
}
