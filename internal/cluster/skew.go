package cluster

import (
	"net/http"
	"sync/atomic"
	"time"
)

// dating notes by how much the clock of the API server differs from ours.
type dating struct {
	next http.RoundTripper
	skew *atomic.Int64
}

// RoundTrip implements http.RoundTripper.
func (t dating) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := t.next.RoundTrip(request)
	if err != nil {
		return response, err
	}
	if date, err := http.ParseTime(response.Header.Get("Date")); err == nil {
		t.skew.Store(int64(time.Until(date.Add(time.Second / 2)))) // Date has whole seconds
	}
	return response, nil
}

// WrappedRoundTripper lets client-go close the connections of the transport.
func (t dating) WrappedRoundTripper() http.RoundTripper { return t.next }

// leastSkew is the difference between clocks that counts: an answer may take a moment.
const leastSkew = 2 * time.Second

// Skew is how far the clock of the API server is ahead of ours, by its last answer; 0 while there is none.
func (c *Cluster) Skew() time.Duration {
	if skew := time.Duration(c.skew.Load()); skew.Abs() >= leastSkew {
		return skew
	}
	return 0
}
