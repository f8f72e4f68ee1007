package control

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"net/http"
)

// Lab is what a supervisor offers.
type Lab interface {
	// WaitReady returns once the lab has started, or failed to.
	WaitReady(ctx context.Context) error
	Status(ctx context.Context) Status
	// Restart stops and starts one component, and waits until it is ready.
	Restart(ctx context.Context, component string) error
	// Revive starts the components that died and returns their names.
	Revive(ctx context.Context) ([]string, error)
	// Down begins the end of the lab.
	Down()
}

// Handler serves the lab to whoever knows the token.
func Handler(lab Lab, token string) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /ready", func(w http.ResponseWriter, r *http.Request) {
		answer(w, nil, lab.WaitReady(r.Context()))
	})
	mux.HandleFunc("GET /status", func(w http.ResponseWriter, r *http.Request) {
		answer(w, lab.Status(r.Context()), nil)
	})
	mux.HandleFunc("POST /restart/{component}", func(w http.ResponseWriter, r *http.Request) {
		answer(w, nil, lab.Restart(r.Context(), r.PathValue("component")))
	})
	mux.HandleFunc("POST /revive", func(w http.ResponseWriter, r *http.Request) {
		names, err := lab.Revive(r.Context())
		answer(w, names, err)
	})
	mux.HandleFunc("POST /down", func(w http.ResponseWriter, r *http.Request) {
		// First the answer: once the end has begun, the process may be gone before anything is sent.
		w.WriteHeader(http.StatusAccepted)
		_ = http.NewResponseController(w).Flush()
		lab.Down()
		// The supervisor's end closes the connection: that is the answer.
		<-r.Context().Done()
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if subtle.ConstantTimeCompare([]byte(r.Header.Get("Authorization")), []byte("Bearer "+token)) != 1 {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		mux.ServeHTTP(w, r)
	})
}

// reply is the body of every answer.
type reply struct {
	Error string `json:"error,omitempty"`
	Value any    `json:"value,omitempty"`
}

func answer(w http.ResponseWriter, value any, err error) {
	body := reply{Value: value}
	if err != nil {
		body = reply{Error: err.Error()}
	}
	w.Header().Set("Content-Type", "application/json")
	// A client that has gone has no use for the answer.
	_ = json.NewEncoder(w).Encode(body)
}
