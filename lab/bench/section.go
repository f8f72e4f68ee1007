package main

import (
	"context"
	"fmt"
	"strings"
)

// section measures one subject.
type section struct {
	name    string
	measure func(*bench, context.Context) ([]row, error)
}

// sections come in the order in which they disturb each other least: what needs no lab first, and
// what fills the lab last.
var sections = []section{
	{"size", (*bench).size},
	{"startup", (*bench).startup},
	{"requests", (*bench).requests},
	{"dryrun", (*bench).dryRun},
	{"lag", (*bench).lag},
	{"scale", (*bench).scale},
	{"autoscale", (*bench).autoscale},
	{"expose", (*bench).expose},
	{"verdict", (*bench).verdict},
	{"outage", (*bench).outage},
	{"why", (*bench).why},
	{"page", (*bench).page},
	{"truth", (*bench).truth},
	{"secret", (*bench).secret},
	{"many", (*bench).many},
	{"large", (*bench).large},
	{"consumers", (*bench).consumers},
	{"status", (*bench).status},
}

func sectionNames() string {
	names := make([]string, 0, len(sections))
	for _, s := range sections {
		names = append(names, s.name)
	}
	return strings.Join(names, ",")
}

// choose finds sections by their names; none named means all.
func choose(only string) ([]section, error) {
	if only == "" {
		return sections, nil
	}
	wanted := map[string]bool{}
	for name := range strings.SplitSeq(only, ",") {
		wanted[name] = true
	}
	var chosen []section
	for _, s := range sections {
		if wanted[s.name] {
			chosen = append(chosen, s)
		}
		delete(wanted, s.name)
	}
	for name := range wanted {
		return nil, fmt.Errorf("-only: there is no section %q; there are %s", name, sectionNames())
	}
	return chosen, nil
}

// measure runs sections one after the other. One that fails says so, and the next is run.
func (b *bench) measure(ctx context.Context, chosen []section) (rows []row, failed bool) {
	for _, s := range chosen {
		if ctx.Err() != nil {
			return rows, true
		}
		b.say("measuring %s", s.name)
		more, err := s.measure(b, ctx)
		rows = append(rows, more...)
		if err != nil {
			b.say("%s: %v", s.name, err)
			failed = true
		}
	}
	return rows, failed
}
