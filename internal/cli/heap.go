package cli

import "runtime/debug"

// heapGrowth, in percent, is how far the heap may outgrow what is in use, where Go's default is 100.
// While thousands of pods are watched every change of one is garbage soon after it was read, and
// memory counts for more than the little time that it takes to collect it sooner.
const heapGrowth = 40

// sparing holds the heap down from here on. A command that does not watch ends before it would matter.
func (e *Env) sparing() {
	if e.Getenv("GOGC") == "" { // else the user has said what to do
		debug.SetGCPercent(heapGrowth)
	}
}
