// Package control is how the commands talk with a lab's supervisor: HTTP on the
// loopback address, opened by a token that only the lab's owner can read.
package control

import "time"

// State is the state of a lab or of one component.
type State string

// A lab is Starting, Ready, Degraded when a component died, or Crashed when its
// supervisor did. A component is Waiting for others, Starting, Ready, Unready
// when it runs but does not answer, or Dead.
const (
	Waiting  State = "Waiting"
	Starting State = "Starting"
	Ready    State = "Ready"
	Unready  State = "Unready"
	Degraded State = "Degraded"
	Dead     State = "Dead"
	Crashed  State = "Crashed"
)

// Status is what `status -o json` prints.
type Status struct {
	Name       string `json:"name"`
	Context    string `json:"context"`
	Kubeconfig string `json:"kubeconfig"`
	Server     string `json:"server"`
	// Ingress is where the router for Ingresses listens; empty without one.
	Ingress string    `json:"ingress,omitempty"`
	Version string    `json:"version"`
	Nodes   int       `json:"nodes"`
	Created time.Time `json:"created"`
	State   State     `json:"state"`
	// RSSBytes is the resident memory of all processes, the supervisor included.
	RSSBytes   int64       `json:"rssBytes,omitempty"`
	Supervisor Component   `json:"supervisor"`
	Components []Component `json:"components,omitempty"`
}

// Component is one process.
type Component struct {
	Name     string    `json:"name"`
	State    State     `json:"state"`
	PID      int       `json:"pid,omitempty"`
	Since    time.Time `json:"since,omitzero"`
	RSSBytes int64     `json:"rssBytes,omitempty"`
	// Exit says how a dead component ended, and Log where it wrote its last words.
	Exit    string   `json:"exit,omitempty"`
	Log     string   `json:"log,omitempty"`
	LogTail []string `json:"logTail,omitempty"`
}

// Died returns the components that ended on their own.
func (s Status) Died() []Component {
	var died []Component
	for _, c := range append([]Component{s.Supervisor}, s.Components...) {
		if c.State == Dead {
			died = append(died, c)
		}
	}
	return died
}
