package rollout

import "github.com/kubectl-app/kubectl-app/pkg/workload"

// ExposedResult is how an app can be reached.
type ExposedResult struct {
	// Object is what was exposed.
	Object workload.Ref `json:"object"`
	// Objects are the Service and the Ingress, as far as they are part of the command.
	Objects   []ObjectResult  `json:"objects"`
	Endpoints *EndpointResult `json:"endpoints,omitempty"`
	// Ways are the addresses that lead to the pods; URLs are what to type of them.
	Ways []WayResult `json:"ways"`
	URLs []string    `json:"urls"`
	// Cause is why nothing answers there; it has a cause of the diagnosis if one was found.
	Cause string `json:"cause,omitempty"`
}

// ObjectResult is an object without a rollout, and what changed of it.
type ObjectResult struct {
	workload.Ref
	State   ConfigState   `json:"state"`
	Created bool          `json:"created,omitempty"`
	Removed bool          `json:"removed,omitempty"`
	Changes []FieldResult `json:"changes"`
}

// FieldResult is a field before and after; from is absent where it was added, to where it was removed.
type FieldResult struct {
	Field string `json:"field"`
	From  string `json:"from,omitempty"`
	To    string `json:"to,omitempty"`
}

// EndpointResult counts the endpoints of a Service.
type EndpointResult struct {
	Ready    int `json:"ready"`
	NotReady int `json:"notReady"`
}

// WayResult is an address that leads to the pods.
type WayResult struct {
	Via      string `json:"via"` // cluster, node, loadBalancer, externalIP or ingress
	Address  string `json:"address"`
	Port     string `json:"port,omitempty"`
	Protocol string `json:"protocol,omitempty"`
	URL      string `json:"url,omitempty"`
}

// AddExposed adds an object to what is told of an app that is exposed.
func (r *Result) AddExposed(e *ExposedResult, o ObjectResult) {
	e.Objects = append(e.Objects, o)
	if e.Ways == nil { // a script may loop over them
		e.Ways, e.URLs = []WayResult{}, []string{}
	}
	r.Exposed = e
	r.hold(o.State)
}
