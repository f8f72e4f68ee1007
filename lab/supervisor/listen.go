package supervisor

import (
	"context"
	"crypto/rand"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/kubectl-app/kubectl-app/lab/control"
)

// listen opens the door for the commands and records where it is.
func (s *Supervisor) listen(ctx context.Context) error {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp4", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("lab %s: %w", s.Dir.Name, err)
	}
	token := rand.Text()
	server := &http.Server{Handler: control.Handler(s, token), ReadHeaderTimeout: 5 * time.Second}
	go func() {
		// The door stays open until the process ends: its closing is what tells
		// `down` that the lab is gone.
		s.log.Info("the control server ended", "error", server.Serve(listener))
	}()
	s.record = s.newRecord(listener.Addr().String(), token)
	return s.Dir.Save(s.record)
}
