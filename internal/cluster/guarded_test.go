package cluster

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/yaml"

	"github.com/kubectl-app/kubectl-app/pkg/redact"
)

// busyServer has one Deployment, whose status changes whenever anything else is read.
type busyServer struct {
	t          *testing.T
	version    int
	generation int
	image      string
	reads      []string
	patches    []string
	mu         sync.Mutex // requests come side by side
}

func (s *busyServer) RoundTrip(r *http.Request) (*http.Response, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	path := r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:]
	code, body := http.StatusOK, ""
	switch {
	case r.Method == http.MethodPatch:
		sent, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		s.patches = append(s.patches, string(sent))
		if !strings.Contains(string(sent), fmt.Sprintf(`"%d"`, s.version)) {
			code, body = http.StatusConflict, `{"kind":"Status","apiVersion":"v1","code":409,"reason":"Conflict","message":"it was changed"}`
		} else if strings.Contains(string(sent), "web:2") {
			s.image = "web:2"
		}
	case path != "web":
		s.reads = append(s.reads, path)
		s.version++
		body = `{"kind":"List","apiVersion":"v1","items":[]}`
	}
	if body == "" {
		body = s.deployment()
	}
	return &http.Response{
		StatusCode: code, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(bytes.NewReader([]byte(body))), Request: r,
	}, nil
}

func (s *busyServer) deployment() string {
	text := strings.Replace(webDeployment, `"42"`, fmt.Sprintf(`"%d", generation: %d`, s.version, s.generation), 1)
	text = strings.Replace(text, "web:1", s.image, 1)
	body, err := yaml.YAMLToJSON([]byte("apiVersion: apps/v1\nkind: Deployment\n" + text))
	if err != nil {
		s.t.Fatal(err)
	}
	return string(body)
}

func (s *busyServer) cluster() *Cluster {
	client, err := kubernetes.NewForConfig(&rest.Config{Host: "http://api.example", Transport: s})
	if err != nil {
		s.t.Fatal(err)
	}
	return &Cluster{redactor: &redact.Redactor{}, typed: func() (kubernetes.Interface, error) { return client, nil }}
}

func (s *busyServer) object() Object {
	return captured(s.t, s.deployment()).Object
}

// A status that changes all the time keeps no change from being written, and makes nothing be read again.
func TestAStatusIsNoConflict(t *testing.T) {
	s := &busyServer{t: t, version: 42, generation: 7, image: "web:1"}
	setImage := func(c Captured) (Edit, error) {
		template := *c.Template().DeepCopy()
		template.Spec.Containers[0].Image = "web:2"
		return Edit{Template: template}, nil
	}
	change := planned(Captured{Object: s.object()}, setImage)
	s.version = 50
	if _, err := s.cluster().Apply(t.Context(), []Change{change}, WriteOptions{}); err != nil || len(s.patches) != 2 || len(s.reads) > 0 {
		t.Errorf("%v: %d patches, read %v", err, len(s.patches), s.reads)
	}
	// A change of the spec is looked at, with all that belongs to it.
	s.version, s.generation, s.image, s.patches = 60, 8, "web:1", nil
	if _, err := s.cluster().Apply(t.Context(), []Change{change}, WriteOptions{}); err != nil || len(s.patches) != 3 || len(s.reads) == 0 {
		t.Errorf("%v: %d patches, read %v", err, len(s.patches), s.reads)
	}
}

// Only what changes is sent: a template that is sent whole would lose the fields that this program does not know.
func TestOnlyWhatChangesIsSent(t *testing.T) {
	for name, test := range map[string]struct {
		write func(*testing.T, *busyServer) error
		want  string
	}{
		"pause": {func(t *testing.T, s *busyServer) error {
			_, err := s.cluster().SetPaused(t.Context(), s.object(), true, WriteOptions{})
			return err
		}, `{"metadata":{"resourceVersion":"42"},"spec":{"paused":true}}`},
		"a release is paused": {func(t *testing.T, s *busyServer) error {
			_, err := s.cluster().Pause(t.Context(), Written{Object: s.object(), before: s.object()}, WriteOptions{})
			return err
		}, `{"metadata":{"resourceVersion":"42"},"spec":{"paused":true}}`},
		"a release is restored": {func(t *testing.T, s *busyServer) error {
			before := s.object()
			s.image = "web:2"
			_, err := s.cluster().Restore(t.Context(), Written{Object: s.object(), before: before}, WriteOptions{})
			return err
		}, `{"metadata":{"resourceVersion":"42"},"spec":{"template":{"spec":{"$setElementOrder/containers":[{"name":"web"},{"name":"log"}],"containers":[{"image":"web:1","name":"web"}]}}}}`},
	} {
		t.Run(name, func(t *testing.T) {
			s := &busyServer{t: t, version: 42, generation: 7, image: "web:1"}
			if err := test.write(t, s); err != nil || len(s.patches) != 1 {
				t.Fatal(err, s.patches)
			}
			equalJSON(t, json.RawMessage(s.patches[0]), test.want)
		})
	}
}
