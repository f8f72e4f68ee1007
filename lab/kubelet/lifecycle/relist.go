package lifecycle

import "time"

// RelistPeriod: the kubelet lists the runtime's containers each second, and at once after it
// has started something. A sync only sees what a list later than the last sync
// has brought; this is why a status can lag the truth by a second or two. The
// second begins when the last list is done, which took it some milliseconds.
const RelistPeriod = 1010 * time.Millisecond

// onDemand is how soon the extra list comes.
const onDemand = 5 * time.Millisecond

// nextRelist is the first regular list after now.
func (m *Machine) nextRelist() time.Time {
	passed := m.now.Sub(m.settings.Listed) % RelistPeriod
	if passed < 0 {
		passed += RelistPeriod
	}
	return m.now.Add(RelistPeriod - passed)
}

// listed is when the runtime was listed last, which a list without news does not
// tell the rest of the Machine.
func (m *Machine) listed() time.Time {
	if last := m.nextRelist().Add(-RelistPeriod); last.After(m.seen.at) {
		return last
	}
	return m.seen.at
}

// expectRelist makes sure that the next regular list is not missed. One that
// would bring nothing new is not simulated.
func (m *Machine) expectRelist() {
	if !m.timers.has("relist") {
		m.timers.set("relist", m.nextRelist(), m.relist)
	}
}

func (m *Machine) relistSoon() {
	m.timers.set("relist now", m.now.Add(onDemand), m.relist)
}

func (m *Machine) relist() {
	m.seen.at = m.now
	if !m.runtime.changed {
		m.work()
		return
	}
	m.seen = m.runtime.view(m.now)
	m.runtime.changed = false
	m.trigger()
}
