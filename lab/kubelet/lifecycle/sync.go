package lifecycle

import (
	"fmt"
	"strings"
	"time"
)

// How long the runtime takes, as the recordings show it.
const (
	sandboxTime = 15 * time.Millisecond
	createTime  = 15 * time.Millisecond
	startTime   = 80 * time.Millisecond
	pullTime    = 30 * time.Millisecond
	failTime    = 10 * time.Millisecond
	// syncTime is the end of a sync; what comes in it leads to one more.
	syncTime = 10 * time.Millisecond
)

// sync is the kubelet's SyncPod: tell the status, then bring the pod nearer to
// what it should be.
func (m *Machine) sync() {
	status := m.generate(m.seen, false)
	m.setStatus(status)
	if terminalPhase(status.Phase) {
		m.advanceTo(taskTerminate)
		return
	}
	m.mount(func() {
		m.addProbes()
		m.act(m.actions())
	})
}

func (m *Machine) act(a actions) {
	if a.killPod {
		m.killAll(m.graceOf(nil, 0), func() { m.advanceTo(taskTerminate) })
		return
	}
	m.killEach(a.kill, func() {
		if a.sandbox {
			m.makeSandbox(a.start)
			return
		}
		m.startEach(a.start, outcome{})
	})
}

// makeSandbox sets up the pod's network; its condition is told without waiting
// for the end of the sync.
func (m *Machine) makeSandbox(then []*unit) {
	m.after(sandboxTime, func() {
		for _, u := range m.units() {
			if u.behavior.Sandbox {
				m.podWarning("FailedCreatePodSandBox", m.sandboxError())
				m.finish(outcome{failed: true})
				return
			}
		}
		m.runtime.sandbox = sandboxReady
		m.runtime.changed = true
		m.expectRelist()
		m.setSandboxReady()
		m.startEach(then, outcome{})
	})
}

func (m *Machine) sandboxError() string {
	id := hexSum("sandbox/" + string(m.pod.UID) + m.now.String())
	return fmt.Sprintf("Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox %q: "+
		"plugin type=%q failed (add): failed to allocate for range 0: no IP addresses available in range set: 10.88.0.1-10.88.255.254", id, "bridge")
}

// startEach starts containers one after the other. An init container that
// doesn't start holds up what comes after it.
func (m *Machine) startEach(units []*unit, o outcome) {
	if len(units) == 0 {
		m.after(syncTime, func() { m.finish(o) })
		return
	}
	u := units[0]
	m.startOne(u, func(f *failure, until time.Time) {
		o.add(f, until)
		if f == nil {
			delete(m.failures, u.Name)
		} else {
			m.failures[u.Name] = *f
		}
		if f != nil && u.role == roleInit {
			m.finish(o)
			return
		}
		m.startEach(units[1:], o)
	})
}

// startOne starts a container unless its last crash is too recent.
func (m *Machine) startOne(u *unit, done func(*failure, time.Time)) {
	if i := m.seen.ended(u.Name); i != nil {
		key := u.Name + " " + u.Image // the kubelet's key has a hash of the spec, of which only the image can change
		if delay, held := m.restarting.holds(key, i.finished, m.now); held {
			pod := fmt.Sprintf("%s_%s(%s)", m.pod.Name, m.pod.Namespace, m.pod.UID)
			m.warning(u, "BackOff", fmt.Sprintf("Back-off restarting failed container %s in pod %s", u.Name, pod))
			message := fmt.Sprintf("back-off %s restarting failed container=%s pod=%s", delay, u.Name, pod)
			done(&failure{"CrashLoopBackOff", message}, i.finished.Add(delay))
			return
		}
		m.restarting.next(key, i.finished, m.now)
	}
	m.pull(u, func(f *failure) {
		if f != nil {
			m.warning(u, "Failed", "Error: "+f.reason)
			done(f, time.Time{})
			return
		}
		m.create(u, func(f *failure) { done(f, time.Time{}) })
	})
}

// create makes the container and starts its program.
func (m *Machine) create(u *unit, done func(*failure)) {
	if err := m.configError(u); err != "" {
		m.warning(u, "Failed", "Error: "+err)
		done(&failure{"CreateContainerConfigError", err})
		return
	}
	i := m.newInstance(u)
	m.after(createTime, func() {
		m.normal(u, "Created", "Container created")
		m.after(startTime, func() {
			if err := startError(u); err != "" {
				i.state, i.code, i.reason, i.message = stateExited, 128, "StartError", err
				i.started, i.finished, i.log = time.Unix(0, 0), m.now, &Log{closed: true}
				m.runtime.add(u.Name, i)
				m.expectRelist()
				m.warning(u, "Failed", "Error: "+err)
				done(&failure{"RunContainerError", err})
				return
			}
			m.run(u, i)
			m.normal(u, "Started", "Container started")
			m.expectRelist()
			m.postStart(u, done)
		})
	})
}

func (m *Machine) newInstance(u *unit) *instance {
	i := &instance{image: u.Image}
	if ref, err := parseImage(u.Image); err == nil {
		i.imageID = ref.imageID()
	}
	if last := m.seen.latest(u.Name); last != nil {
		i.restarts = last.restarts + 1
	}
	i.id = m.newID(u.Name, i.restarts)
	return i
}

// startError is why the runtime can't run the program, or nothing.
func startError(u *unit) string {
	const prefix = "failed to create containerd task: failed to create shim task: OCI runtime create failed: " +
		"runc create failed: unable to start container process: error during container init: "
	command := "/usr/local/bin/server"
	if len(u.Command) > 0 {
		command = u.Command[0]
	}
	switch {
	case u.behavior.Start == wordNoExec:
		return prefix + fmt.Sprintf("exec: %q: permission denied", command)
	case u.behavior.Start != wordStartFail:
		return ""
	case strings.Contains(command, "/"):
		return prefix + fmt.Sprintf("exec: %q: stat %s: no such file or directory", command, command)
	}
	return prefix + fmt.Sprintf("exec: %q: executable file not found in $PATH", command)
}

// after continues the sync a little later.
func (m *Machine) after(d time.Duration, f func()) {
	m.timers.set("script", m.now.Add(d), f)
}
