package faultproxy

import (
	"io"
	"log"
	"net/http"

	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/apiserver/pkg/endpoints/request"
)

// Request is what was asked, in the API server's own terms.
type Request struct {
	Verb string // as in RBAC; with try- before it if it is a dry run
	// Resource is as in RBAC: "deployments", "pods/log"; the path of what is no resource.
	Resource string
	URI      string
}

var parser = request.RequestInfoFactory{
	APIPrefixes:          sets.NewString("api", "apis"),
	GrouplessAPIPrefixes: sets.NewString("api"),
}

func describe(r *http.Request) Request {
	described := Request{Verb: r.Method, Resource: r.URL.Path, URI: r.URL.RequestURI()}
	info, err := parser.NewRequestInfo(r)
	if err != nil {
		return described
	}
	described.Verb = info.Verb
	if r.URL.Query().Has("dryRun") {
		described.Verb = "try-" + info.Verb // it changes nothing
	}
	if info.IsResourceRequest {
		described.Resource = info.Resource
		if info.Subresource != "" {
			described.Resource += "/" + info.Subresource
		}
	}
	return described
}

// Pattern chooses requests; an empty field or "*" fits all.
type Pattern struct{ Verb, Resource string }

func (p Pattern) fits(r Request) bool {
	return fits(p.Verb, r.Verb) && fits(p.Resource, r.Resource)
}

func fits(want, have string) bool { return want == "" || want == "*" || want == have }

// Seen lists the requests that fit, those that a fault answered included.
func (p *Proxy) Seen(pattern Pattern) []Request {
	p.mu.Lock()
	defer p.mu.Unlock()
	var found []Request
	for _, r := range p.seen {
		if pattern.fits(r) {
			found = append(found, r)
		}
	}
	return found
}

// Forget starts the count anew.
func (p *Proxy) Forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.seen = nil
}

// silent: cut connections are what this package is for, and no news to a log.
func silent() *log.Logger { return log.New(io.Discard, "", 0) }
