package probe

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/kubectl-app/kubectl-app/pkg/expose/door"
	"github.com/kubectl-app/kubectl-app/pkg/redact"
)

func TestOfAPIServer(t *testing.T) {
	status := func(reason, message string) string {
		return fmt.Sprintf(`{"kind":"Status","apiVersion":"v1","status":"Failure","reason":%q,"message":%q,"code":503}`, reason, message)
	}
	const reach = "error trying to reach service: "
	for body, want := range map[string]door.Answer{
		"<html>": {Result: door.Answered, Status: 503},
		`{"kind":"Status","message":"of the app"}`: {Result: door.Answered, Status: 503},
		status("Forbidden", `pods "web-1" is forbidden: User "jane" cannot get resource "pods/proxy"`): {
			Result: door.Forbidden, Message: `pods "web-1" is forbidden: User "jane" cannot get resource "pods/proxy"`,
		},
		status("ServiceUnavailable", reach+"proxy error from x while dialing 10.88.0.1:80, code 502: 502 dial tcp 10.88.0.1:80: connect: connection refused"): {
			Result: door.Refused, Message: "dial tcp 10.88.0.1:80: connect: connection refused",
		},
		status("ServiceUnavailable", reach+"dial tcp 10.88.0.1:80: i/o timeout"):                        {Result: door.TimedOut, Message: "dial tcp 10.88.0.1:80: i/o timeout"},
		status("", reach+`net/http: HTTP/1.x transport connection broken: malformed HTTP response "x"`): {Result: door.Open, Message: `net/http: HTTP/1.x transport connection broken: malformed HTTP response "x"`},
		status("", reach+`failed to connect to localhost:80 inside namespace "x", IPv4: dial tcp4 127.0.0.1:80: connect: connection refused IPv6 dial tcp6: address localhost: no suitable address`): {
			Result: door.Refused, Message: "dial tcp4 127.0.0.1:80: connect: connection refused",
		},
		status("", reach+"EOF"): {Result: door.Failed, Message: "closes the connection without an answer"},
		status("ServiceUnavailable", `no endpoints available for service "web"`): {Result: door.Failed, Message: `no endpoints available for service "web"`},
		status("NotFound", "of an app that is an API server, too"):               {Result: door.Answered, Status: 503},
	} {
		if got := ofAPIServer(door.Answer{Result: door.Answered, Status: 503}, []byte(body)); got != want {
			t.Errorf("%s:\n%+v, want\n%+v", body, got, want)
		}
	}
}

func TestHere(t *testing.T) {
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Host != "shop.example.org":
			w.WriteHeader(http.StatusNotFound)
		case r.URL.Path == "/moved":
			http.Redirect(w, r, "/", http.StatusMovedPermanently)
		case r.URL.Path == "/closed":
			panic(http.ErrAbortHandler)
		}
	}))
	defer app.Close()
	address := strings.TrimPrefix(app.URL, "http://")
	p := &Prober{redactor: &redact.Redactor{}, here: &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	for _, test := range []struct {
		host, path string
		want       door.Answer
	}{
		{"shop.example.org", "/", door.Answer{Result: door.Answered, Status: 200}},
		{"shop.example.org", "/moved", door.Answer{Result: door.Answered, Status: 301}},
		{"", "/", door.Answer{Result: door.Answered, Status: 404}},
		{"shop.example.org", "/closed", door.Answer{Result: door.Failed, Message: "closes the connection without an answer"}},
	} {
		test.want.Address = address
		if got := p.Here(t.Context(), door.Answer{Address: address}, test.host, test.path); got != test.want {
			t.Errorf("%s%s: %+v, want %+v", test.host, test.path, got, test.want)
		}
	}
	app.Close()
	if got := p.Here(t.Context(), door.Answer{Address: address}, "", "/"); got.Result != door.Refused {
		t.Errorf("%+v", got)
	}
	if got := failed(door.Answer{}, errors.Join(context.DeadlineExceeded)); got.Result != door.TimedOut || got.Message != "no answer within 5s" {
		t.Errorf("%+v", got)
	}
}
