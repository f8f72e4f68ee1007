package check

import (
	"errors"
	"fmt"
)

// Hints is how many hints each check has, from vague to plain.
const Hints = 3

// Check is one thing that has to be true at the end of an exercise.
type Check struct {
	// Want says what is to be, and Missing what is not yet; neither says how to get there.
	Want    string `json:"want"`
	Missing string `json:"missing"`
	// That is a CEL expression about the objects of the namespace. With a request or with access it may be left out.
	That string `json:"that,omitempty"`
	// Request is made for the check; That sees what came back as answer.
	Request *Request `json:"request,omitempty"`
	// Access is asked about for the check; That sees as allowed which of it is.
	Access []Access `json:"access,omitempty"`
	Hints  []string `json:"hints"`
}

// Request is an HTTP request to an app, through one of its doors.
type Request struct {
	To Door `json:"to"`
	// Name is that of the Service, or the host of an Ingress.
	Name string `json:"name"`
	// Port is that of the Service; 0 is its only one, or its first.
	Port int    `json:"port,omitempty"`
	Path string `json:"path,omitempty"`
}

// Door is where a request is sent.
type Door string

// The doors to an app.
const (
	Service      Door = "service" // by the API server's proxy
	NodePort     Door = "nodePort"
	LoadBalancer Door = "loadBalancer"
	Ingress      Door = "ingress"
)

// Answer is what came back.
type Answer struct {
	// Status is that of HTTP; 0: nothing answered.
	Status int
	// Body is a decoded JSON document, or a text.
	Body any
}

// Access is something that a ServiceAccount of the namespace may do or not.
type Access struct {
	ServiceAccount string `json:"serviceAccount"`
	Verb           string `json:"verb"`
	// Resource is in kubectl's form: deployments.apps, pods/log.
	Resource string `json:"resource"`
	// Elsewhere asks about another namespace.
	Elsewhere bool `json:"elsewhere,omitempty"`
}

func (c *Check) validate() error {
	var problems []error
	if c.Want == "" || c.Missing == "" {
		problems = append(problems, errors.New("want and missing are required"))
	}
	if c.That == "" && c.Request == nil && c.Access == nil {
		problems = append(problems, errors.New("one of that, request and access is required"))
	}
	if c.Request != nil && c.Access != nil {
		problems = append(problems, errors.New("request and access exclude each other"))
	}
	if c.Request != nil {
		switch c.Request.To {
		case Service, NodePort, LoadBalancer, Ingress:
		default:
			problems = append(problems, fmt.Errorf("request.to is %q: want service, nodePort, loadBalancer or ingress", c.Request.To))
		}
		if c.Request.Name == "" {
			problems = append(problems, errors.New("request.name is required"))
		}
	}
	if len(c.Hints) != Hints {
		problems = append(problems, fmt.Errorf("%d hints: want %d", len(c.Hints), Hints))
	}
	return errors.Join(problems...)
}

// Condition is the expression that decides.
func (c *Check) Condition() string {
	switch {
	case c.That != "":
		return c.That
	case c.Request != nil:
		return "answer.status == 200"
	default:
		return "allowed.all(a, a)"
	}
}
