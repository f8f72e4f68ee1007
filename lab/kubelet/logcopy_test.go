package kubelet

import (
	"net/http/httptest"
	"net/url"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kubectl-app/kubectl-app/lab/kubelet/lifecycle"
)

func TestLogRequests(t *testing.T) {
	log := &lifecycle.Log{}
	for i, text := range []string{"one", "two", "three"} {
		log.Add(lifecycle.LogLine{Time: noon.Add(time.Duration(i) * time.Minute), Stderr: i == 2, Text: text})
	}
	for query, want := range map[string]string{
		"":                                "one\ntwo\nthree\n",
		"tailLines=1":                     "three\n",
		"tailLines=0":                     "",
		"limitBytes=5":                    "one\nt",
		"timestamps=true&tailLines=1":     "2026-11-23T12:02:00.000000000Z three\n",
		"sinceSeconds=90":                 "two\nthree\n",
		"sinceTime=2026-11-23T12:02:00Z":  "three\n",
		"stream=Stdout":                   "one\ntwo\n",
		"stream=Stderr&timestamps=false":  "three\n",
		"sinceSeconds=3600&tailLines=all": "one\ntwo\nthree\n",
	} {
		values, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		request, err := parseLogRequest(values, noon.Add(150*time.Second))
		if err != nil {
			t.Fatal(query, err)
		}
		answer := httptest.NewRecorder()
		copyLog(t.Context(), answer, log, request)
		if got := answer.Body.String(); got != want {
			t.Errorf("%s: %q, want %q", query, got, want)
		}
	}
	for _, bad := range []string{"tailLines=x", "limitBytes=-1", "sinceTime=today"} {
		values, _ := url.ParseQuery(bad)
		if _, err := parseLogRequest(values, noon); err == nil {
			t.Errorf("%s: no error", bad)
		}
	}
}

func TestFollow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := &lifecycle.Log{}
		log.Add(lifecycle.LogLine{Text: "one"})
		answer := httptest.NewRecorder()
		done := make(chan struct{})
		go func() {
			copyLog(t.Context(), answer, log, logRequest{follow: true, tail: -1, bytes: -1})
			close(done)
		}()
		synctest.Wait()
		log.Add(lifecycle.LogLine{Text: "two"})
		synctest.Wait()
		log.Close()
		<-done
		if got := answer.Body.String(); got != "one\ntwo\n" {
			t.Errorf("%q", got)
		}
	})
}
