package control_test

import (
	"context"
	"errors"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/kubectl-app/kubectl-app/lab/control"
	"github.com/kubectl-app/kubectl-app/lab/state"
)

// lab is a supervisor that does what it is told to.
type lab struct {
	err       error
	restarted string
	down      chan struct{}
}

func (l *lab) WaitReady(context.Context) error { return l.err }

func (l *lab) Status(context.Context) control.Status {
	return control.Status{Name: "a", State: control.Degraded, Components: []control.Component{{Name: "etcd", State: control.Dead}}}
}

func (l *lab) Restart(_ context.Context, component string) error {
	l.restarted = component
	return l.err
}

func (l *lab) Revive(context.Context) ([]string, error) { return []string{"etcd"}, l.err }

func (l *lab) Down() { close(l.down) }

func serve(t *testing.T, l *lab, token string) *control.Client {
	t.Helper()
	server := httptest.NewServer(control.Handler(l, "secret"))
	t.Cleanup(server.Close)
	return control.NewClient(state.Record{Control: strings.TrimPrefix(server.URL, "http://"), Token: token})
}

func TestCalls(t *testing.T) {
	l := &lab{}
	client := serve(t, l, "secret")
	if err := client.WaitReady(t.Context()); err != nil {
		t.Errorf("ready: %v", err)
	}
	status, err := client.Status(t.Context())
	if err != nil || status.Name != "a" || len(status.Died()) != 1 {
		t.Errorf("status: %+v, %v", status, err)
	}
	if err := client.Restart(t.Context(), "kube-apiserver"); err != nil || l.restarted != "kube-apiserver" {
		t.Errorf("restart: %q, %v", l.restarted, err)
	}
	if names, err := client.Revive(t.Context()); err != nil || len(names) != 1 || names[0] != "etcd" {
		t.Errorf("revive: %v, %v", names, err)
	}
}

func TestErrorsArrive(t *testing.T) {
	client := serve(t, &lab{err: errors.New("etcd ended: exit status 1")}, "secret")
	for name, err := range map[string]error{
		"ready":   client.WaitReady(t.Context()),
		"restart": client.Restart(t.Context(), "etcd"),
	} {
		if err == nil || err.Error() != "etcd ended: exit status 1" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWrongToken(t *testing.T) {
	l := &lab{down: make(chan struct{})}
	client := serve(t, l, "guess")
	if _, err := client.Status(t.Context()); err == nil {
		t.Error("status with a wrong token")
	}
	if err := client.Down(t.Context()); err == nil {
		t.Error("down with a wrong token")
	}
	select {
	case <-l.down:
		t.Error("the lab went down")
	default:
	}
}

// TestDownWaitsForTheEnd: only the end of the supervisor answers.
func TestDownWaitsForTheEnd(t *testing.T) {
	l := &lab{down: make(chan struct{})}
	server := httptest.NewServer(control.Handler(l, "secret"))
	defer server.Close()
	client := control.NewClient(state.Record{Control: strings.TrimPrefix(server.URL, "http://"), Token: "secret"})
	ended := make(chan error, 1)
	go func() { ended <- client.Down(t.Context()) }()
	<-l.down
	select {
	case err := <-ended:
		t.Errorf("down returned before the supervisor ended: %v", err)
	default:
	}
	server.CloseClientConnections()
	if err := <-ended; err != nil {
		t.Errorf("down: %v", err)
	}
}

func TestGone(t *testing.T) {
	server := httptest.NewServer(nil)
	client := control.NewClient(state.Record{Control: strings.TrimPrefix(server.URL, "http://")})
	server.Close()
	if _, err := client.Status(t.Context()); !errors.Is(err, control.ErrGone) {
		t.Errorf("got %v", err)
	}
}
