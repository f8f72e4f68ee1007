package cluster

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/cli-runtime/pkg/genericclioptions"

	"github.com/kubectl-app/kubectl-app/pkg/redact"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// pagedServer has pages of one pod each, named by their number.
type pagedServer struct {
	pages  int
	encode func(*corev1.PodList) []byte
	// expired: the token of page 2 is refused once.
	expired bool
	asked   chan string // the token of each request
}

// RoundTrip implements http.RoundTripper.
func (s *pagedServer) RoundTrip(r *http.Request) (*http.Response, error) {
	token := r.URL.Query().Get("continue")
	s.asked <- token
	answer := &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {runtime.ContentTypeProtobuf}}, Request: r}
	if s.expired && token == "2" {
		gone := apierrors.NewResourceExpired("the token has expired").Status()
		gone.TypeMeta, gone.ListMeta.Continue = metav1.TypeMeta{Kind: "Status", APIVersion: "v1"}, "2 of a later state"
		body, err := json.Marshal(gone)
		answer.StatusCode, answer.Body = http.StatusGone, io.NopCloser(bytes.NewReader(body))
		answer.Header.Set("Content-Type", runtime.ContentTypeJSON)
		return answer, err
	}
	n, _ := strconv.Atoi(strings.Fields(token + " 1")[0]) // the first page has no token
	list := &corev1.PodList{TypeMeta: metav1.TypeMeta{Kind: "PodList", APIVersion: "v1"}, Items: []corev1.Pod{{ObjectMeta: metav1.ObjectMeta{Name: strconv.Itoa(n)}}}}
	if n < s.pages {
		list.Continue = strconv.Itoa(n + 1)
	}
	answer.Body = io.NopCloser(bytes.NewReader(s.encode(list)))
	return answer, nil
}

func inProtobuf(list *corev1.PodList) []byte {
	raw, err := list.Marshal()
	if err != nil {
		panic(err)
	}
	envelope, err := (&runtime.Unknown{TypeMeta: runtime.TypeMeta{APIVersion: "v1", Kind: "PodList"}, Raw: raw}).Marshal()
	if err != nil {
		panic(err)
	}
	return append([]byte("k8s\x00"), envelope...)
}

func inJSON(list *corev1.PodList) []byte {
	text, err := json.Marshal(list)
	if err != nil {
		panic(err)
	}
	return text
}

func TestEachObject(t *testing.T) {
	cut := func(list *corev1.PodList) []byte {
		page := inProtobuf(list)
		if list.Continue != "" {
			return page
		}
		return page[:len(page)-12]
	}
	for name, c := range map[string]struct {
		server      pagedServer
		names, says string
		requests    int
	}{
		"one page":               {pagedServer{pages: 1, encode: inProtobuf}, "1", "", 1},
		"three pages":            {pagedServer{pages: 3, encode: inProtobuf}, "1 2 3", "", 3},
		"in JSON":                {pagedServer{pages: 3, encode: inJSON}, "1 2 3", "", 3},
		"an expired token":       {pagedServer{pages: 3, encode: inProtobuf, expired: true}, "1 2 3", "", 4},
		"the last page is cut":   {pagedServer{pages: 2, encode: cut}, "1", "decoding a list", 2},
		"a page that is no list": {pagedServer{pages: 2, encode: func(*corev1.PodList) []byte { return []byte("<html>") }}, "", "decoding a list", 1},
	} {
		t.Run(name, func(t *testing.T) {
			c.server.asked = make(chan string, 8)
			var names []string
			err := paged(t, &c.server, func(o workload.API) { names = append(names, o.GetName()) })
			if got := strings.Join(names, " "); got != c.names {
				t.Errorf("pods %q, want %q", got, c.names)
			}
			if (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
				t.Errorf("the error is %v, want %q", err, c.says)
			}
			if len(c.server.asked) != c.requests {
				t.Errorf("%d requests, want %d", len(c.server.asked), c.requests)
			}
		})
	}
}

// While a page is used, the next one is on its way, and no other.
func TestEachObjectReadsOnePageAhead(t *testing.T) {
	s := &pagedServer{pages: 3, encode: inProtobuf, asked: make(chan string, 8)}
	err := paged(t, s, func(o workload.API) {
		<-s.asked
		if o.GetName() == "1" {
			if next := <-s.asked; next != "2" {
				t.Errorf("asked for page %q beside page 1", next)
			}
			s.asked <- "2"
		}
		if len(s.asked) > 1 {
			t.Errorf("%d pages were asked for beside page %s", len(s.asked), o.GetName())
		}
	})
	if err != nil {
		t.Fatal(err)
	}
}

func paged(t *testing.T, s *pagedServer, use func(workload.API)) error {
	t.Helper()
	t.Setenv("KUBECONFIG", "/dev/null")
	flags, url := genericclioptions.NewConfigFlags(false), "http://api.test"
	flags.APIServer = &url
	c := New(flags, "v1", &redact.Redactor{})
	c.Through(func(http.RoundTripper) http.RoundTripper { return s })
	return c.EachObject(t.Context(), &workload.KindNamed("Pod").Resource, "shop", metav1.ListOptions{}, use)
}
