package probe

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/util/httpstream" //nolint:staticcheck // the type that client-go returns
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/portforward"
	"k8s.io/client-go/transport/spdy"

	"github.com/kubectl-app/kubectl-app/pkg/expose/door"
)

// Loopback asks a port inside of a pod, as kubectl port-forward does. It opens no port on this machine.
func (p *Prober) Loopback(ctx context.Context, a door.Answer, port int, path string) door.Answer {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	answers := make(chan door.Answer, 1)
	go func() { answers <- p.forward(ctx, a, port, path) }()
	select {
	case answer := <-answers:
		return p.masked(answer)
	case <-ctx.Done():
		return failed(a, ctx.Err())
	}
}

func (p *Prober) forward(ctx context.Context, a door.Answer, port int, path string) door.Answer {
	conn, err := p.connect(a)
	if err != nil {
		if apierrors.IsForbidden(err) || strings.Contains(err.Error(), "is forbidden") { // an upgrade that fails is only a text
			a.Result, a.Message = door.Forbidden, err.Error()
			return a
		}
		return failed(a, err)
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	defer conn.Close()
	data, refused, err := streams(conn, port)
	if err != nil {
		return failed(a, err)
	}
	request, err := newRequest(ctx, "http://localhost:"+strconv.Itoa(port)+path)
	if err != nil {
		return failed(a, err)
	}
	request.Close = true
	response, err := exchange(data, request)
	if err == nil {
		_ = response.Body.Close()
		a.Result, a.Status = door.Answered, response.StatusCode
		return a
	}
	select {
	case text := <-refused:
		if text != "" {
			return ofText(a, text)
		}
	case <-ctx.Done():
		return failed(a, ctx.Err())
	}
	// It has accepted the connection.
	a.Result, a.Message = door.Open, err.Error()
	return a
}

// connect upgrades a connection to the API server, by websockets where it knows them.
func (p *Prober) connect(a door.Answer) (httpstream.Connection, error) {
	config := rest.CopyConfig(p.config)
	config.WrapTransport = nil // what reads answers would read the stream
	transport, upgrader, err := spdy.RoundTripperFor(config)
	if err != nil {
		return nil, err
	}
	url := p.client.CoreV1().RESTClient().Post().Namespace(a.Object.Namespace).Resource("pods").Name(a.Object.Name).SubResource("portforward").URL()
	websocket, err := portforward.NewSPDYOverWebsocketDialer(url, config)
	if err != nil {
		return nil, err
	}
	dialer := portforward.NewFallbackDialer(websocket, spdy.NewDialer(upgrader, &http.Client{Transport: transport}, http.MethodPost, url), httpstream.IsUpgradeFailure)
	conn, _, err := dialer.Dial(portforward.PortForwardProtocolV1Name)
	return conn, err
}

// streams opens the two streams of a forwarded connection. What the error stream says comes once, "" if nothing.
func streams(conn httpstream.Connection, port int) (httpstream.Stream, <-chan string, error) {
	headers := http.Header{}
	headers.Set(corev1.PortHeader, strconv.Itoa(port))
	headers.Set(corev1.PortForwardRequestIDHeader, "0")
	headers.Set(corev1.StreamType, corev1.StreamTypeError)
	errorStream, err := conn.CreateStream(headers)
	if err != nil {
		return nil, nil, err
	}
	said := make(chan string, 1)
	go func() {
		text, _ := io.ReadAll(errorStream) // a stream that is reset has said what it has to
		said <- string(text)
	}()
	headers.Set(corev1.StreamType, corev1.StreamTypeData)
	data, err := conn.CreateStream(headers)
	_ = errorStream.Close() // the other end may have closed it
	return data, said, err
}

func exchange(data io.ReadWriter, request *http.Request) (*http.Response, error) {
	if err := request.Write(data); err != nil {
		return nil, err
	}
	return http.ReadResponse(bufio.NewReader(data), request)
}
