package cluster

import (
	"net/http"
	"strings"
)

// single keeps client-go from repeating a write by itself, as it does after an answer with Retry-After. A proxy gives such
// an answer to a request, too, that the API server carries out: whoever repeats it has to look first. See Write.
type single struct{ next http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (t single) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := t.next.RoundTrip(request)
	if err == nil && stores(request) {
		response.Header.Del("Retry-After")
	}
	return response, err
}

// WrappedRoundTripper lets client-go close the connections of the transport.
func (t single) WrappedRoundTripper() http.RoundTripper { return t.next }

// stores tells whether a request may change an object that is stored. A review (POST) is stored as little as a dry run.
func stores(request *http.Request) bool {
	switch request.Method {
	case http.MethodPatch, http.MethodPut, http.MethodDelete, http.MethodPost:
		return !request.URL.Query().Has("dryRun") && !strings.Contains(request.URL.Path, "/apis/authorization.k8s.io/")
	}
	return false
}
