package faultproxy

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"k8s.io/client-go/rest"
)

const pods = "/api/v1/namespaces/shop/pods"

// through starts a proxy before a server that answers every request with its own URI.
func through(t *testing.T) *Proxy {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, r.URL.RequestURI())
	}))
	t.Cleanup(server.Close)
	p, err := Start(&rest.Config{Host: server.URL})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() })
	return p
}

func get(t *testing.T, p *Proxy, uri string) (code int, body string, err error) {
	t.Helper()
	response, err := http.Get(p.URL() + uri)
	if err != nil {
		return 0, "", err
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	return response.StatusCode, string(text), err
}

func TestCountsByVerbAndResource(t *testing.T) {
	p := through(t)
	for _, uri := range []string{pods, pods + "?watch=true", pods + "/web-1/log", "/version"} {
		if code, _, err := get(t, p, uri); err != nil || code != http.StatusOK {
			t.Fatalf("%s: %d, %v", uri, code, err)
		}
	}
	for pattern, want := range map[Pattern]int{
		{}:                                1 + 3,
		{Verb: "list", Resource: "pods"}:  1,
		{Verb: "watch", Resource: "pods"}: 1,
		{Resource: "pods/log"}:            1,
		{Resource: "events"}:              0,
	} {
		if got := len(p.Seen(pattern)); got != want {
			t.Errorf("%+v: %d requests, want %d", pattern, got, want)
		}
	}
}

func TestAnswersOnlyAsOftenAsAsked(t *testing.T) {
	p := through(t)
	p.Do(Pattern{Verb: "list"}, 1, Answer(http.StatusTooManyRequests, "TooManyRequests", "slow down", time.Second))
	if code, _, err := get(t, p, pods); err != nil || code != http.StatusTooManyRequests {
		t.Fatalf("first: %d, %v", code, err)
	}
	if code, _, err := get(t, p, pods); err != nil || code != http.StatusOK {
		t.Fatalf("second: %d, %v", code, err)
	}
}

func TestShortensWatches(t *testing.T) {
	p := through(t)
	p.Do(Pattern{Verb: "watch"}, 0, Shorten(time.Second))
	_, body, err := get(t, p, pods+"?watch=true&timeoutSeconds=500")
	if want := pods + "?timeoutSeconds=1&watch=true"; err != nil || body != want {
		t.Fatalf("the server was asked %q (%v), want %q", body, err, want)
	}
}

func TestHoldsUntilHealed(t *testing.T) {
	p := through(t)
	p.Hold(Pattern{Resource: "pods"})
	answered := make(chan error, 1)
	go func() {
		_, _, err := get(t, p, pods)
		answered <- err
	}()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if err := p.Await(ctx, Pattern{Verb: "list", Resource: "pods"}, 1); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-answered:
		t.Fatalf("answered while held: %v", err)
	default:
	}
	p.Heal()
	if err := <-answered; err != nil {
		t.Fatal(err)
	}
}

func TestLosesTheAnswerOnly(t *testing.T) {
	asked := make(chan string, 1)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { asked <- r.Method }))
	t.Cleanup(server.Close)
	p, err := Start(&rest.Config{Host: server.URL})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() })
	p.Do(Pattern{Verb: "create"}, 1, Lose())
	if r, err := http.Post(p.URL()+pods, "application/json", nil); err == nil {
		_ = r.Body.Close()
		t.Error("the answer came through")
	}
	if got := <-asked; got != http.MethodPost {
		t.Errorf("the server was asked %s", got)
	}
}

func TestBreaksAndComesBack(t *testing.T) {
	p := through(t)
	// POST, since Go's client repeats a GET whose connection broke by itself.
	p.Do(Pattern{Verb: "create"}, 1, Reset())
	if r, err := http.Post(p.URL()+pods, "application/json", nil); err == nil {
		_ = r.Body.Close()
		t.Error("no error from a connection that was reset")
	}
	if err := p.Down(); err != nil {
		t.Fatal(err)
	}
	if _, _, err := get(t, p, pods); err == nil {
		t.Error("reachable while down")
	}
	if err := p.Up(); err != nil {
		t.Fatal(err)
	}
	if _, _, err := get(t, p, pods); err != nil {
		t.Errorf("not back: %v", err)
	}
}
