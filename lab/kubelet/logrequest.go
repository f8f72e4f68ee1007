package kubelet

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	corev1 "k8s.io/api/core/v1"
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

// logOf finds the log that a request means, by the status that the API shows;
// the errors are the kubelet's.
func (m *Machine) logOf(container string, previous bool) (*Log, error) {
	pod := m.pod.Name
	s := containerStatus(&m.status, container)
	if s == nil {
		return nil, fmt.Errorf("container %q in pod %q is not available", container, pod)
	}
	last := s.LastTerminationState.Terminated
	ended := func(t *corev1.ContainerStateTerminated) bool { return t != nil && t.ContainerID != "" }
	var id string
	switch {
	case previous && !ended(last):
		return nil, fmt.Errorf("previous terminated container %q in pod %q not found", container, pod)
	case previous:
		id = last.ContainerID
	case s.State.Running != nil:
		id = s.ContainerID
	case ended(s.State.Terminated):
		id = s.State.Terminated.ContainerID
	case ended(last):
		id = last.ContainerID
	case s.State.Terminated != nil || last != nil:
		return nil, fmt.Errorf("container %q in pod %q is terminated", container, pod)
	default:
		return nil, fmt.Errorf("container %q in pod %q is waiting to start: %v", container, pod, waitingWords(s))
	}
	for _, i := range m.runtime.instances[container] {
		if i.id == bareID(id) {
			return i.log, nil
		}
	}
	// The runtime has removed that container. The kubelet answers so, and with 200.
	line := LogLine{Text: "unable to retrieve container logs for " + id}
	return &Log{lines: []LogLine{line}, closed: true}, nil
}

func waitingWords(s *corev1.ContainerStatus) string {
	if s.State.Waiting == nil {
		return "no logs yet"
	}
	switch reason := s.State.Waiting.Reason; reason {
	case "ErrImagePull":
		return "image can't be pulled"
	case "ImagePullBackOff":
		return "trying and failing to pull image"
	default:
		return reason
	}
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
	if errors.Is(err, errStopped) {
		panic(http.ErrAbortHandler) // nobody answers
	}
	if errors.Is(err, errNoPod) {
		http.Error(w, fmt.Sprintf("pod %q does not exist", name), http.StatusNotFound)
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

var (
	errNoPod   = errors.New("no such pod")
	errStopped = errors.New("the kubelet is stopped")
)

func (n *node) log(namespace, name, container string, previous bool) (*Log, error) {
	for _, p := range n.residents() {
		p.mu.Lock()
		if p.machine != nil && p.newest.Name == name && p.newest.Namespace == namespace {
			defer p.mu.Unlock()
			if n.world.stopped(p.newest.Spec.NodeName) {
				return nil, errStopped
			}
			return p.machine.logOf(container, previous)
		}
		p.mu.Unlock()
	}
	return nil, errNoPod
}
