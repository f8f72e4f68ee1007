package kubelet

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/kubectl-app/kubectl-app/lab/kubelet/lifecycle"
)

// logRequest is what a client asks of a log, in the parameters of the API.
type logRequest struct {
	previous, follow, timestamps bool
	tail                         int
	bytes                        int64
	since                        time.Time
	stream                       string
}

// parseLogRequest reads the query. A number that can't be read is an error.
func parseLogRequest(query url.Values, now time.Time) (logRequest, error) {
	r := logRequest{tail: -1, bytes: -1, stream: query.Get("stream")}
	flag := func(name string) bool { on, _ := strconv.ParseBool(query.Get(name)); return on }
	r.previous, r.follow, r.timestamps = flag("previous"), flag("follow"), flag("timestamps")
	number := func(name string, into func(int64)) error {
		text := query.Get(name)
		if text == "" || text == "all" && name == "tailLines" {
			return nil
		}
		value, err := strconv.ParseInt(text, 10, 64)
		if err != nil || value < 0 {
			return fmt.Errorf("%s: %q is not a number from 0", name, text)
		}
		into(value)
		return nil
	}
	err := errors.Join(
		number("tailLines", func(v int64) { r.tail = int(v) }),
		number("limitBytes", func(v int64) { r.bytes = v }),
		number("sinceSeconds", func(v int64) { r.since = now.Add(-time.Duration(v) * time.Second) }),
	)
	if text := query.Get("sinceTime"); text != "" && err == nil {
		r.since, err = time.Parse(time.RFC3339, text)
	}
	return r, err
}

// serveLogs answers GET /containerLogs/NAMESPACE/POD/CONTAINER.
func (n *node) serveLogs(w http.ResponseWriter, r *http.Request) {
	request, err := parseLogRequest(r.URL.Query(), time.Now())
	if err != nil {
		http.Error(w, err.Error(), http.StatusUnprocessableEntity)
		return
	}
	namespace, name, container := r.PathValue("namespace"), r.PathValue("pod"), r.PathValue("container")
	log, err := n.log(namespace, name, container, request.previous)
	if refusedPod(w, name, err) {
		return
	}
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, err)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(http.StatusOK)
	copyLog(r.Context(), w, log, request)
}

func (n *node) log(namespace, name, container string, previous bool) (*lifecycle.Log, error) {
	p, err := n.named(namespace, name)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.machine.LogOf(container, previous)
}
