// Package probe asks the doors of an app one question each: an HTTP GET. It changes nothing in the cluster.
package probe

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"syscall"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/expose/door"
	"github.com/kubectl-app/kubectl-app/pkg/redact"
)

// patience is how long a door may take to answer.
const patience = 5 * time.Second

// Prober asks through the API server, and from this machine. Values of Secrets in what it is told are masked.
type Prober struct {
	redactor *redact.Redactor
	config   *rest.Config
	client   kubernetes.Interface
	// proxied goes to the API server, here to anywhere else.
	proxied, here *http.Client
}

// New makes a Prober.
func New(c *cluster.Cluster) (*Prober, error) {
	config, err := c.RESTConfig()
	if err != nil {
		return nil, err
	}
	client, err := c.Typed()
	if err != nil {
		return nil, err
	}
	proxied, err := rest.HTTPClientFor(config)
	if err != nil {
		return nil, err
	}
	last := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	through := *proxied
	through.CheckRedirect = last
	return &Prober{
		redactor: c.Redactor(), config: config, client: client, proxied: &through,
		here: &http.Client{CheckRedirect: last, Transport: &http.Transport{DisableKeepAlives: true}},
	}, nil
}

// Here asks an address from this machine.
func (p *Prober) Here(ctx context.Context, a door.Answer, host, path string) door.Answer {
	return p.masked(p.fromHere(ctx, a, host, path))
}

func (p *Prober) masked(a door.Answer) door.Answer {
	a.Message = p.redactor.Text(a.Message)
	return a
}

func (p *Prober) fromHere(ctx context.Context, a door.Answer, host, path string) door.Answer {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	request, err := newRequest(ctx, "http://"+a.Address+path)
	if err != nil {
		return failed(a, err)
	}
	if host != "" {
		request.Host = host
	}
	response, err := p.here.Do(request)
	if err != nil {
		return failed(a, err)
	}
	defer response.Body.Close()
	a.Result, a.Status = door.Answered, response.StatusCode
	return a
}

func newRequest(ctx context.Context, at string) (*http.Request, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, at, nil)
	if err == nil {
		// The API server says its own errors in JSON.
		request.Header.Set("Accept", "application/json, */*")
	}
	return request, err
}

// Pod asks a port of a pod's address, by the API server's pod proxy.
func (p *Prober) Pod(ctx context.Context, a door.Answer, port, path string) door.Answer {
	return p.masked(p.proxy(ctx, a, "pods", port, path))
}

// Service asks a port of a Service, by the API server's Service proxy.
func (p *Prober) Service(ctx context.Context, a door.Answer, port, path string) door.Answer {
	return p.masked(p.proxy(ctx, a, "services", port, path))
}

func (p *Prober) proxy(ctx context.Context, a door.Answer, resource, port, path string) door.Answer {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	at := p.client.CoreV1().RESTClient().Get().Namespace(a.Object.Namespace).Resource(resource).Name(a.Object.Name + ":" + port).SubResource("proxy").URL()
	request, err := newRequest(ctx, strings.TrimSuffix(at.String(), "/")+path)
	if err != nil {
		return failed(a, err)
	}
	response, err := p.proxied.Do(request)
	if err != nil {
		return failed(a, err)
	}
	defer response.Body.Close()
	a.Result, a.Status = door.Answered, response.StatusCode
	if response.StatusCode < http.StatusBadRequest {
		return a
	}
	const most = 16 << 10
	body, err := io.ReadAll(io.LimitReader(response.Body, most))
	if err != nil {
		return a
	}
	return ofAPIServer(a, body)
}

// ofAPIServer tells an error of the API server from an answer of the app.
func ofAPIServer(a door.Answer, body []byte) door.Answer {
	var status metav1.Status
	if json.Unmarshal(body, &status) != nil || status.Kind != "Status" || status.APIVersion != "v1" || status.Status != metav1.StatusFailure {
		return a
	}
	const unreached = "error trying to reach service: "
	_, text, found := strings.Cut(status.Message, unreached)
	switch {
	case status.Reason == metav1.StatusReasonForbidden:
		a.Result, a.Message = door.Forbidden, status.Message
	case found:
		a = ofText(a, text)
	case status.Reason == metav1.StatusReasonServiceUnavailable:
		a.Result, a.Message = door.Failed, status.Message
	default:
		return a
	}
	a.Status = 0
	return a
}

// dialed is the error of a connection, among the names of the proxies that have passed it on.
var dialed = regexp.MustCompile(`dial tcp\d? \S+: (?:connect: )?[a-z/ ]+`)

// ofText reads an error that comes as a text: there is nothing else of what happened in another process.
func ofText(a door.Answer, text string) door.Answer {
	a.Message = strings.TrimSpace(text)
	if found := dialed.FindString(text); found != "" {
		a.Message = strings.TrimSpace(found)
	}
	switch {
	case strings.Contains(text, "connection refused"):
		a.Result = door.Refused
	case strings.Contains(text, "timeout"), strings.Contains(text, "timed out"), strings.Contains(text, "deadline exceeded"):
		a.Result = door.TimedOut
	case strings.Contains(text, "malformed HTTP"), strings.Contains(text, "HTTP response to HTTPS"):
		a.Result = door.Open
	case strings.Contains(text, "EOF"), strings.Contains(text, "connection reset"):
		a.Result, a.Message = door.Failed, "closes the connection without an answer"
	default:
		a.Result = door.Failed
	}
	return a
}

// failed is the answer for an error of a request.
func failed(a door.Answer, err error) door.Answer {
	var asked *url.Error
	if errors.As(err, &asked) {
		err = asked.Err // the address is known
	}
	var timeout net.Error
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		a.Result, a.Message = door.Refused, err.Error()
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		a.Result, a.Message = door.TimedOut, "no answer within "+patience.String()
	default:
		a = ofText(a, err.Error())
	}
	return a
}
