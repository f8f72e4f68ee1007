package lifecycle

import "time"

// timers is the agenda of one pod. It is small (a few entries), so that a scan
// is cheaper than a heap.
type timers struct {
	entries []timer
	count   int
}

type timer struct {
	key  string
	at   time.Time
	seq  int
	fire func()
}

// set replaces the entry with this key.
func (t *timers) set(key string, at time.Time, fire func()) {
	t.cancel(key)
	t.count++
	t.entries = append(t.entries, timer{key: key, at: at, seq: t.count, fire: fire})
}

func (t *timers) has(key string) bool {
	for i := range t.entries {
		if t.entries[i].key == key {
			return true
		}
	}
	return false
}

func (t *timers) cancel(key string) {
	for i := range t.entries {
		if t.entries[i].key == key {
			last := len(t.entries) - 1
			t.entries[i] = t.entries[last]
			t.entries[last] = timer{}
			t.entries = t.entries[:last]
			return
		}
	}
}

// next is the earliest entry; what was set first comes first among equals.
func (t *timers) next() (timer, bool) {
	best := -1
	for i := range t.entries {
		if best < 0 || t.entries[i].at.Before(t.entries[best].at) ||
			t.entries[i].at.Equal(t.entries[best].at) && t.entries[i].seq < t.entries[best].seq {
			best = i
		}
	}
	if best < 0 {
		return timer{}, false
	}
	return t.entries[best], true
}

// takeDue removes and returns the earliest entry that is due.
func (t *timers) takeDue(now time.Time) (timer, bool) {
	entry, ok := t.next()
	if !ok || entry.at.After(now) {
		return timer{}, false
	}
	t.cancel(entry.key)
	return entry, true
}
