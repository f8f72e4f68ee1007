package podtemplate

import (
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"
)

// container has the ports: number, or name=number.
func container(ports ...string) *corev1.Container {
	c := &corev1.Container{Name: "app"}
	for _, text := range ports {
		name, number, named := strings.Cut(text, "=")
		if !named {
			name, number = "", text
		}
		port, _ := parsePort(number)
		c.Ports = append(c.Ports, corev1.ContainerPort{Name: name, ContainerPort: port.IntVal})
	}
	return c
}

func TestHandlers(t *testing.T) {
	parse := map[string]func(string) (*Handler, error){"url": ParseURL, "tcp": ParseTCP, "grpc": ParseGRPC, "probe": ParseHandler}
	for line, want := range map[string]string{
		"url http://:8080/healthz":       "httpGet: {path: /healthz, port: 8080, scheme: HTTP}",
		"url http://:8080":               "httpGet: {path: /, port: 8080, scheme: HTTP}",
		"url https://:http/a?b=c":        `httpGet: {path: "/a?b=c", port: http, scheme: HTTPS}`,
		"url HTTP://:80/":                "httpGet: {path: /, port: 80, scheme: HTTP}",
		"url /up":                        "httpGet: {path: /up, port: 8080, scheme: HTTP}",
		"url http:///up":                 "httpGet: {path: /up, port: 8080, scheme: HTTP}",
		"url http://example.org:8080/up": "httpGet: {path: /up, port: 8080, scheme: HTTP, host: example.org}",
		"url http://[::1]:8080/up":       "httpGet: {path: /up, port: 8080, scheme: HTTP, host: '::1'}",
		"tcp 3306":                       "tcpSocket: {port: 3306}",
		"tcp http":                       "tcpSocket: {port: http}",
		"tcp ":                           "tcpSocket: {port: 8080}",
		"grpc 9000":                      "grpc: {port: 9000, service: ''}",
		"grpc 9000/health.v1":            "grpc: {port: 9000, service: health.v1}",
		"grpc /health.v1":                "grpc: {port: 8080, service: health.v1}",
		"probe tcp":                      "tcpSocket: {port: 8080}",
		"probe tcp:81":                   "tcpSocket: {port: 81}",
		"probe http/up":                  "httpGet: {path: /up, port: 8080, scheme: HTTP}",
		"probe http:81/up":               "httpGet: {path: /up, port: 81, scheme: HTTP}",
		"probe http":                     "httpGet: {path: /, port: 8080, scheme: HTTP}",
		"probe grpc:9000":                "grpc: {port: 9000, service: ''}",
	} {
		kind, text, _ := strings.Cut(line, " ")
		h, err := parse[kind](text)
		if err != nil {
			t.Errorf("%s: %v", line, err)
			continue
		}
		made, _, err := h.For(web, container("http=8080"))
		var wanted corev1.ProbeHandler
		if e := yaml.UnmarshalStrict([]byte(want), &wanted); e != nil {
			t.Fatal(e)
		}
		got, _ := yaml.Marshal(made)
		if expected, _ := yaml.Marshal(wanted); err != nil || string(got) != string(expected) {
			t.Errorf("%s: %s, %v, want %s", line, got, err, expected)
		}
	}
	if h, err := ParseHandler("none"); h != nil || err != nil {
		t.Errorf("none: %v, %v", h, err)
	}
	made, _, err := Exec([]string{"pg_isready"}).For(web, container())
	if err != nil || made.Exec == nil || made.Exec.Command[0] != "pg_isready" {
		t.Errorf("exec: %v, %v", made, err)
	}
}

func TestHandlersThatAreNone(t *testing.T) {
	parse := map[string]func(string) (*Handler, error){"url": ParseURL, "tcp": ParseTCP, "grpc": ParseGRPC, "probe": ParseHandler}
	for line, says := range map[string]string{
		"url healthz":                      "is not a URL of a probe: write http://:8080/healthz",
		"url ftp://:21/":                   "a probe asks by http or https",
		"url http://:99999/":               "99999 is no port: ports go from 1 to 65535",
		"url http://:HTTP/":                `"HTTP" is neither the number nor the name of a port`,
		"url http://:80/a b":               "the path of the URL is not valid",
		"url http://admin:marker@:8080/up": "the URL of a probe holds no login",
		"url http://8080/up":               "the port goes after a colon: http://:8080/",
		"url http://a:b:80/up":             "the URL of a probe is http://:PORT/PATH",
		"probe http:localhost:80/up":       "the URL of a probe is http://:PORT/PATH",
		"probe grpc/9000":                  "write tcp, tcp:8080",
		"tcp Marker-77":                    "the value is neither the number nor the name of a port",
		"tcp 0":                            "0 is no port",
		"grpc http":                        "a gRPC probe takes no name of a port",
		"probe ping":                       "write tcp, tcp:8080",
		"probe tcp:a_b":                    `is neither the number nor the name of a port`,
	} {
		kind, text, _ := strings.Cut(line, " ")
		if _, err := parse[kind](text); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v, want %s", line, err, says)
		}
	}
}

// A name of a port has to be declared. A number need not, and is a warning where the container declares others.
func TestPortsOfProbes(t *testing.T) {
	for name, test := range map[string]struct {
		container *corev1.Container
		probe     string
		note, err string
	}{
		"declared":             {container("8080"), "tcp:8080", "", ""},
		"nothing is declared":  {container(), "tcp:8080", "", ""},
		"another number":       {container("8080"), "tcp:8081", "container app of deployment/web declares no port 8081; did you mean 8080?", ""},
		"a number far from it": {container("8080"), "tcp:5432", "container app of deployment/web declares no port 5432; it has 8080", ""},
		"another name":         {container("http=8080"), "tcp:htttp", "", "container app of deployment/web declares no port htttp; did you mean http?"},
		"a name of nothing":    {container(), "tcp:http", "", "container app of deployment/web declares no port http"},
		"which one":            {container("http=80", "metrics=90"), "tcp", "", "container app of deployment/web declares the ports 80 (http) and 90 (metrics): write the port of the probe"},
		"none":                 {container(), "http/up", "", "container app of deployment/web declares no port: write the port of the probe"},
	} {
		_, notes, err := handler(t, test.probe).For(web, test.container)
		if got := strings.Join(notes, "; "); got != test.note {
			t.Errorf("%s: note %q, want %q", name, got, test.note)
		}
		if got := errorText(err); got != test.err {
			t.Errorf("%s: %q, want %q", name, got, test.err)
		}
	}
	h, _ := ParseURL("http://localhost:8080/up")
	_, notes, _ := h.For(web, container("8080"))
	if got := strings.Join(notes, "; "); got != "the kubelet asks localhost, and not the pod: leave the host out to ask the pod: --get-url=http://:8080/up" {
		t.Errorf("a host: %q", got)
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
