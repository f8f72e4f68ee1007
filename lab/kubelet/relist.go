package kubelet

import "time"

// The kubelet lists the runtime's containers each second, and at once after it
// has started something. A sync only sees what a list later than the last sync
// has brought; this is why a status can lag the truth by a second or two.
const relistPeriod = time.Second

// onDemand is how soon the extra list comes.
const onDemand = 5 * time.Millisecond

// nextRelist is the first regular list after now.
func (m *Machine) nextRelist() time.Time {
	at := m.now.Truncate(relistPeriod).Add(m.settings.Phase)
	for !at.After(m.now) {
		at = at.Add(relistPeriod)
	}
	return at
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
	if m.runtime.changed {
		m.seen = m.runtime.view(m.now)
		m.runtime.changed = false
		m.worker.pending = true
	}
	m.work()
}
