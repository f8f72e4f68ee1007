package lifecycle

import (
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
)

type state int

const (
	stateRunning state = iota
	stateExited
)

// instance is one container in the runtime: one run of a unit.
type instance struct {
	id       string
	image    string
	imageID  string
	restarts int32
	state    state
	started  time.Time
	finished time.Time
	code     int32
	reason   string
	message  string

	program program
	log     *Log
	// stopped is called when the program ends while someone waits for it.
	stopped func()
	// hookRuns is set while a preStop hook runs.
	hookRuns bool
}

// runtime is the container runtime of one pod: the truth, of which the kubelet
// only sees what its last relist brought.
type runtime struct {
	sandbox sandboxState
	// instances holds the last runs by container name, the newest first: the two
	// that a status tells, and one more whose log a slow reader may still ask for.
	instances map[string][]*instance
	changed   bool
}

type sandboxState int

const (
	sandboxNone sandboxState = iota
	sandboxReady
	sandboxStopped
)

func (r *runtime) add(name string, i *instance) {
	r.instances[name] = append([]*instance{i}, r.instances[name]...)
	if len(r.instances[name]) > 3 {
		r.instances[name] = r.instances[name][:3]
	}
	r.changed = true
}

func (r *runtime) latest(name string) *instance {
	if all := r.instances[name]; len(all) > 0 {
		return all[0]
	}
	return nil
}

// view is what a relist saw: copies, which later changes don't touch.
type view struct {
	at        time.Time
	sandbox   sandboxState
	instances map[string][]instance
}

func (v view) latest(name string) *instance {
	if all := v.instances[name]; len(all) > 0 {
		return &all[0]
	}
	return nil
}

// ended is the newest run that is over: the one before, if the latest still runs
// as far as was seen.
func (v view) ended(name string) *instance {
	all := v.instances[name]
	for n := range all {
		if all[n].state == stateExited {
			return &all[n]
		}
	}
	return nil
}

func (r *runtime) view(now time.Time) view {
	v := view{at: now, sandbox: r.sandbox, instances: make(map[string][]instance, len(r.instances))}
	for name, all := range r.instances {
		for _, i := range all {
			v.instances[name] = append(v.instances[name], *i)
		}
	}
	return v
}

// run starts the program of a container.
func (m *Machine) run(u *unit, i *instance) {
	i.program = m.programOf(u, m.configured(u), i.restarts, m.now)
	i.started = m.now
	i.state = stateRunning
	i.log = &Log{}
	m.write(i, i.program.boot)
	if i.program.ends >= 0 {
		m.timers.set("exit/"+u.Name, m.now.Add(i.program.ends), func() {
			m.write(i, i.program.last)
			m.exit(u, i, i.program.code, i.program.reason, i.program.message)
		})
	}
	m.runtime.add(u.Name, i)
}

func (m *Machine) write(i *instance, lines []LogLine) {
	for _, line := range lines {
		line.Time = m.now
		i.log.Add(line)
	}
}

// exit ends a container.
func (m *Machine) exit(u *unit, i *instance, code int32, reason, message string) {
	m.timers.cancel("exit/" + u.Name)
	if message == "" && code != 0 && u.TerminationMessagePolicy == corev1.TerminationMessageFallbackToLogsOnError {
		message = i.log.tail()
	}
	i.state, i.finished, i.code, i.reason, i.message = stateExited, m.now, code, reason, message
	i.log.Close()
	m.runtime.changed = true
	m.expectRelist()
	if i.stopped != nil {
		done := i.stopped
		i.stopped = nil
		done()
	}
}

// newID is the ID of the n-th container of a pod: 64 hexadecimal digits.
func (m *Machine) newID(name string, n int32) string {
	return hexSum(fmt.Sprintf("%s/%s/%d", m.pod.UID, name, n))
}
