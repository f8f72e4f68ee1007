package watch

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/rest"
)

// Reads keeps the answers to reads until a watch says that they are out of date: a look that is repeated asks only for what
// has changed. The watches bring no more than metadata, and select what the reads select. What may not be watched is read
// again after Poll.
type Reads struct {
	follower *Follower
	client   rest.Interface

	mu      sync.Mutex
	answers map[string]*answer
	watched map[selection]*watched
}

// Poll is how long an answer counts that no watch can make out of date.
const Poll = 10 * time.Second

// AskAgain is how long a refused watch counts: an API server that comes up refuses what it will allow.
const AskAgain = 2 * time.Minute

const (
	// unused is how long answers and watches stay that nothing asks for.
	unused = 30 * time.Second
	// mostWatches bounds the watches. What is beyond is read again after Poll.
	mostWatches = 500
	// eventsStay is how long a list of the events of many objects counts though there are new ones: there always are.
	eventsStay = 5 * time.Second
)

// NewReads makes Reads whose watches the follower runs.
func NewReads(follower *Follower) *Reads {
	return &Reads{follower: follower, answers: map[string]*answer{}, watched: map[selection]*watched{}}
}

// Connect makes the client of the watches. It has to come before the first request.
func (r *Reads) Connect(base *rest.Config) error {
	config := metadata.ConfigFor(base)
	config.GroupVersion, config.APIPath = &versionless, "/"
	config.QPS, config.RateLimiter, config.Timeout = -1, nil, 0 // as in restClient
	config.WarningHandler, config.WarningHandlerWithContext = rest.NoWarnings{}, nil
	client, err := rest.RESTClientFor(config)
	if err != nil {
		return fmt.Errorf("client for watches of metadata: %w", err)
	}
	r.client = client
	return nil
}

// Transport keeps the answers of the next one.
func (r *Reads) Transport(next http.RoundTripper) http.RoundTripper { return keeping{next, r} }

// Unwatched is a resource that is not watched.
type Unwatched struct {
	Resource string // "deployments.apps"
	Cause    string // "" for a missing permission
}

// Unwatched are the resources that are not watched, by name.
func (r *Reads) Unwatched() []Unwatched {
	r.mu.Lock()
	defer r.mu.Unlock()
	causes := map[string]string{}
	for q, w := range r.watched {
		if w.refused != nil {
			causes[q.resource()] = causeOf(w.refused)
		}
	}
	var all []Unwatched
	for _, resource := range slices.Sorted(maps.Keys(causes)) {
		all = append(all, Unwatched{resource, causes[resource]})
	}
	return all
}

// causeOf is the reason why a watch could not go on, "" for a missing permission.
func causeOf(err error) string {
	if apierrors.IsForbidden(err) {
		return ""
	}
	if of := (*Error)(nil); errors.As(err, &of) {
		err = of.Err
	}
	return err.Error()
}

// Sweep ends what nothing has asked for of late, and drops what is out of date.
func (r *Reads) Sweep() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for key, a := range r.answers {
		if time.Since(a.used) > unused || a.watched != nil && a.changes != a.watched.changes && time.Since(a.read) >= a.stays {
			delete(r.answers, key)
		}
	}
	for q, w := range r.watched {
		if time.Since(w.used) > unused {
			w.cancel()
			delete(r.watched, q)
		}
	}
}

// keeping is the transport of Reads.
type keeping struct {
	next  http.RoundTripper
	reads *Reads
}

// RoundTrip implements http.RoundTripper.
func (t keeping) RoundTrip(request *http.Request) (*http.Response, error) {
	q, key, keep := read(request)
	if !keep {
		return t.next.RoundTrip(request)
	}
	kept, before, w := t.reads.find(q, key)
	if kept != nil {
		return kept.response(request), nil
	}
	response, err := t.next.RoundTrip(request)
	if err != nil || !lasting(response.StatusCode) {
		return response, err
	}
	body, err := io.ReadAll(response.Body)
	if closeErr := response.Body.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return nil, fmt.Errorf("reading the answer: %w", err)
	}
	a := &answer{status: response.StatusCode, header: response.Header, body: body, read: time.Now()}
	t.reads.keep(q, key, a, before, w)
	return a.response(request), nil
}

// WrappedRoundTripper lets client-go close the connections of the transport.
func (t keeping) WrappedRoundTripper() http.RoundTripper { return t.next }

// lasting tells answers about the objects from those about the moment.
func lasting(status int) bool {
	switch status {
	case http.StatusUnauthorized, http.StatusRequestTimeout, http.StatusTooManyRequests, http.StatusGone:
		return false
	}
	return status < http.StatusInternalServerError
}

// answer is one that was read.
type answer struct {
	status int
	header http.Header
	body   []byte
	read   time.Time
	used   time.Time
	// watched makes it out of date when it counts more changes; nil where there is no watch.
	watched *watched
	changes int
	stays   time.Duration // though it is out of date
}

func (a *answer) response(request *http.Request) *http.Response {
	header := a.header.Clone()
	header.Del("Content-Length")
	return &http.Response{
		Status: http.StatusText(a.status), StatusCode: a.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: header, Body: io.NopCloser(bytes.NewReader(a.body)), ContentLength: int64(len(a.body)), Request: request,
	}
}

// find returns the answer that is still good, or what a new one has to be compared with: how many changes there were before
// it, and the watch that counted them.
func (r *Reads) find(q selection, key string) (kept *answer, before int, w *watched) {
	r.mu.Lock()
	defer r.mu.Unlock()
	w = r.watched[q]
	if w != nil {
		w.used = time.Now()
		before = w.changes
	}
	logWatched := false
	if q.log {
		before, logWatched = r.follower.logs(q.pod())
	}
	a := r.answers[key]
	if a == nil {
		return nil, before, w
	}
	a.used = time.Now()
	switch {
	case time.Since(a.read) < a.stays,
		q.log && a.changes == before && (logWatched || time.Since(a.read) < Poll),
		a.watched != nil && a.watched == w && w.refused == nil && a.changes == w.changes,
		!q.log && (a.watched == nil || w == nil || w.refused != nil) && time.Since(a.read) < Poll:
		return a, before, w
	}
	delete(r.answers, key)
	return nil, before, w
}

// keep keeps an answer, and begins to watch what it is of.
func (r *Reads) keep(q selection, key string, a *answer, before int, seen *watched) {
	r.mu.Lock()
	defer r.mu.Unlock()
	a.used, a.changes = a.read, before
	if q.manyEvents() {
		a.stays = eventsStay
	}
	r.answers[key] = a
	if q.log || !q.watchable() || r.follower.ctx.Err() != nil {
		return
	}
	w := r.watched[q]
	switch {
	case w != seen || w != nil && before != w.changes: // it may be older than what the watch began with
		delete(r.answers, key)
		return
	case a.status >= http.StatusBadRequest && (a.status != http.StatusNotFound || q.name == ""):
		return // no watch tells when the permission comes, or the API
	case w == nil && len(r.watched) < mostWatches, w != nil && w.refused != nil && time.Since(w.ended) > AskAgain:
		w = &watched{reads: r, used: time.Now()}
		r.watched[q] = w
		w.cancel = r.follower.follow(q.source(r.client), versionOf(a), w, w.refuse)
	}
	a.watched = w
}
