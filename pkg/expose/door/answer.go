// Package door says which of the doors to an app does not open, from what each of them answered to one question, asked from
// the inside out: the container's loopback, the pod's address, the Service, a node port, a load balancer, a route. It
// computes only.
package door

import (
	"fmt"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis/chain"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Kind is a kind of door.
type Kind string

// The doors, from the inside out. Outside are those that are asked from this machine.
const (
	Loopback     Kind = "loopback"
	Pod          Kind = "pod"
	Service      Kind = "service"
	NodePort     Kind = "nodePort"
	LoadBalancer Kind = "loadBalancer"
	Route        Kind = "route"
)

// Result is what came of a question.
type Result string

// Open accepts a connection and speaks no HTTP. Forbidden was refused by the API server, not by the app.
const (
	Answered  Result = "Answered"
	Open      Result = "Open"
	Refused   Result = "Refused"
	TimedOut  Result = "TimedOut"
	Failed    Result = "Failed"
	Forbidden Result = "Forbidden"
	NotAsked  Result = "NotAsked"
)

// Answer is what one door answered.
type Answer struct {
	Door    Kind
	Object  workload.Ref
	Address string
	Result  Result
	// Status is the HTTP status of Answered.
	Status int
	// Message is the error in the words of who gave it, or why the door was not asked.
	Message string
}

// Report is the part of a report on what the doors answered.
func Report(answers []Answer) []chain.Door {
	var all []chain.Door
	for _, a := range answers {
		all = append(all, chain.Door{
			Door: string(a.Door), Object: a.Object, Address: a.Address, Result: string(a.Result), Status: a.Status, Says: a.Says(), Message: a.Message,
		})
	}
	return all
}

// NotSeen are the doors that may not be asked.
func NotSeen(answers []Answer) []chain.NotSeen {
	var all []chain.NotSeen
	for _, a := range answers {
		if of := permissions[a.Door]; a.Result == Forbidden {
			all = append(all, chain.NotSeen{
				Resource: of.resource, Hides: of.hides, Next: []string{workload.CanI(of.verb, of.resource, a.Object.Namespace)},
			})
		}
	}
	return all
}

// permissions are those to ask a door, and what can't be found without it.
var permissions = map[Kind]struct{ verb, resource, hides string }{
	Loopback: {"create", "pods/portforward", "whether the process listens on 127.0.0.1 only"},
	Pod:      {"get", "pods/proxy", "whether the pod answers at its address"},
	Service:  {"get", "services/proxy", "whether the service answers inside the cluster"},
}

// Says is the answer in words.
func (a Answer) Says() string {
	switch a.Result {
	case Answered:
		if text := statusText[a.Status]; text != "" {
			return fmt.Sprintf("%d %s", a.Status, text)
		}
		return fmt.Sprint(a.Status)
	case Open:
		return "accepts the connection, speaks no HTTP"
	case Refused:
		return "refuses the connection"
	case TimedOut:
		return "does not answer in time"
	case Forbidden:
		return "not asked: no permission"
	case NotAsked:
		return "not asked: " + a.Message
	case Failed:
	}
	return a.Message
}

// works tells whether the app is reached through the door, and does not fail itself.
func (a Answer) works() bool { return a.Result == Open || a.Result == Answered && a.Status < 500 }

// opens tells whether a connection was accepted.
func (a Answer) opens() bool {
	return a.Result == Answered || a.Result == Open || a.Result == TimedOut && a.Door == Loopback
}

// asked tells whether the door itself has said something.
func (a Answer) asked() bool {
	return a.Result != "" && a.Result != Forbidden && a.Result != NotAsked
}

// statusText names the statuses that one meets.
var statusText = map[int]string{
	200: "OK", 301: "Moved Permanently", 302: "Found", 307: "Temporary Redirect", 308: "Permanent Redirect", 401: "Unauthorized",
	403: "Forbidden", 404: "Not Found", 500: "Internal Server Error", 502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout",
}
