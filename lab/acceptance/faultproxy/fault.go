package faultproxy

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Fault does something to a request; true passes it on.
type Fault func(p *Proxy, w http.ResponseWriter, r *http.Request) bool

// Answer replies with a status as the API server writes it, and with a Retry-After unless that is 0.
func Answer(code int, reason metav1.StatusReason, message string, retryAfter time.Duration) Fault {
	status := metav1.Status{
		TypeMeta: metav1.TypeMeta{Kind: "Status", APIVersion: "v1"},
		Status:   metav1.StatusFailure, Code: int32(code), Reason: reason, Message: message,
	}
	return func(_ *Proxy, w http.ResponseWriter, _ *http.Request) bool {
		if retryAfter > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(int(retryAfter.Seconds())))
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(code)
		_ = json.NewEncoder(w).Encode(status)
		return false
	}
}

// Gone ends a watch as an API server does that has forgotten the resource version: with an ERROR
// event in a stream that began well.
func Gone() Fault {
	const event = `{"type":"ERROR","object":{"kind":"Status","apiVersion":"v1","status":"Failure",` +
		`"message":"too old resource version: 1 (2)","reason":"Expired","code":410}}` + "\n"
	return func(_ *Proxy, w http.ResponseWriter, _ *http.Request) bool {
		w.Header().Set("Content-Type", "application/json")
		_, _ = fmt.Fprint(w, event)
		return false
	}
}

// Shorten lets the API server itself end a watch after a while of whole seconds.
func Shorten(d time.Duration) Fault {
	return func(_ *Proxy, _ http.ResponseWriter, r *http.Request) bool {
		query := r.URL.Query()
		query.Set("timeoutSeconds", strconv.Itoa(max(1, int(d.Seconds()))))
		r.URL.RawQuery = query.Encode()
		return true
	}
}

// Date lets answers tell a time that is ahead of ours.
func Date(ahead time.Duration) Fault {
	return func(_ *Proxy, w http.ResponseWriter, _ *http.Request) bool {
		w.Header().Set("Date", time.Now().Add(ahead).UTC().Format(http.TimeFormat)) // the API server's own comes after it, and is not read
		return true
	}
}

// Reset breaks the connection in the way that a peer without memory of it does.
func Reset() Fault {
	return func(_ *Proxy, w http.ResponseWriter, _ *http.Request) bool {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		if tcp, ok := conn.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0)
		}
		_ = conn.Close()
		return false
	}
}

// Lose lets the server do what is asked, and breaks the connection in place of its answer.
func Lose() Fault {
	reset := Reset()
	return func(p *Proxy, w http.ResponseWriter, r *http.Request) bool {
		p.forward.ServeHTTP(&unheard{header: http.Header{}}, r)
		return reset(p, w, r)
	}
}

// unheard takes an answer that nobody gets.
type unheard struct{ header http.Header }

func (u *unheard) Header() http.Header         { return u.header }
func (u *unheard) Write(p []byte) (int, error) { return len(p), nil }
func (u *unheard) WriteHeader(int)             {}

// Delay passes a request on after a while.
func Delay(d time.Duration) Fault {
	return func(p *Proxy, _ http.ResponseWriter, r *http.Request) bool {
		ctx, cancel := context.WithTimeout(r.Context(), d)
		defer cancel()
		select {
		case <-ctx.Done():
		case <-p.closing.Done():
		}
		return r.Context().Err() == nil
	}
}
