package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kubectl-app/kubectl-app/pkg/autoscale"
	"github.com/kubectl-app/kubectl-app/pkg/redact"
)

const quotedMessage = `error during container init: \"DB_PASS=hunter2\\x00\": unknown`

// A runtime quotes a variable that comes from a Secret, and a recording of an older version holds it.
func quotingRecording(t *testing.T) string {
	t.Helper()
	const template = `"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"name":"web","image":"web:2.0","env":[{"name":"DB_PASS","valueFrom":{"secretKeyRef":{"name":"db","key":"pass"}}}]}]}`
	owner := func(kind, name, uid string) string {
		return fmt.Sprintf(`"ownerReferences":[{"apiVersion":"apps/v1","kind":%q,"name":%q,"uid":%q,"controller":true}]`, kind, name, uid)
	}
	pod := func(restarts int) string {
		return fmt.Sprintf(`{"kind":"Pod","metadata":{"name":"web-5d4f-x","namespace":"shop","uid":"p","labels":{"app":"web","pod-template-hash":"5d4f"},%s},"spec":{"nodeName":"n","containers":[{"name":"web","image":"web:2.0"}]},"status":{"phase":"Pending","conditions":[{"type":"PodScheduled","status":"True"}],"message":"%s","containerStatuses":[{"name":"web","image":"web:2.0","restartCount":%d,"state":{"waiting":{"reason":"RunContainerError","message":"%s"}},"lastState":{"terminated":{"exitCode":128,"reason":"StartError","message":"%s"}}}]}}`,
			owner("ReplicaSet", "web-5d4f", "r"), quotedMessage, restarts, quotedMessage, quotedMessage)
	}
	lines := []string{
		`{"t":0,"type":"INITIAL","object":{"kind":"Deployment","metadata":{"name":"web","namespace":"shop","uid":"d","generation":1},"spec":{"replicas":1,"selector":{"matchLabels":{"app":"web"}},"template":{` + template + `}},"status":{"observedGeneration":1}}}`,
		`{"t":0,"type":"UPDATE","object":{"kind":"Update","startedAt":"2026-11-01T10:00:00Z"}}`,
		`{"t":1,"type":"MODIFIED","object":{"kind":"Deployment","metadata":{"name":"web","namespace":"shop","uid":"d","generation":2,"annotations":{"deployment.kubernetes.io/revision":"2"}},"spec":{"replicas":1,"selector":{"matchLabels":{"app":"web"}},"template":{` + template + `}},"status":{"observedGeneration":2,"replicas":1,"updatedReplicas":1,"unavailableReplicas":1,"conditions":[{"type":"Progressing","status":"True","message":"` + quotedMessage + `"}]}}}`,
		`{"t":1,"type":"ADDED","object":{"kind":"ReplicaSet","metadata":{"name":"web-5d4f","namespace":"shop","uid":"r","labels":{"app":"web","pod-template-hash":"5d4f"},"annotations":{"deployment.kubernetes.io/revision":"2"},` + owner("Deployment", "web", "d") + `},"spec":{"replicas":1,"template":{` + template + `}},"status":{"replicas":1}}}`,
		`{"t":2,"type":"ADDED","object":` + pod(0) + `}`,
		`{"t":2,"type":"ADDED","object":{"kind":"Event","metadata":{"name":"e","namespace":"shop","uid":"e"},"involvedObject":{"kind":"Pod","name":"web-5d4f-x","uid":"p","fieldPath":"spec.containers{web}"},"reason":"Failed","type":"Warning","message":"Error: ` + quotedMessage + `"}}`,
		`{"t":40,"type":"MODIFIED","object":` + pod(3) + `}`,
		`{"t":60,"type":"END"}`,
	}
	name := filepath.Join(t.TempDir(), "web.jsonl")
	if err := os.WriteFile(name, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestQuotedValuesAreShownNowhere(t *testing.T) {
	name := quotingRecording(t)
	for _, flags := range [][]string{
		{"--instant"}, {"--instant", "-o", "result"}, {"--speed=1e6"}, {"--speed=1e6", "--progress=ndjson"}, {"--speed=1e6", "--progress=plain"},
	} {
		code, out, errOut := runOffline(t, append([]string{"replay", name}, flags...)...)
		if shown := out + errOut; code != exitFailed || strings.Contains(shown, "hunter2") || !strings.Contains(shown, "DB_PASS=***") {
			t.Errorf("replay %v ends with %d and shows %s", flags, code, shown)
		}
	}
}

// An adapter passes on the address of what it asks, and a password in it.
func TestAutoscalerIsMasked(t *testing.T) {
	const message = "dial amqp://app:hunter2@mq/shop failed"
	r := autoscale.Report{
		Message: message, Notes: []string{message}, Uncomputed: &autoscale.Uncomputed{Message: message},
		Computed: &autoscale.Computation{Proposals: []autoscale.Proposal{{Error: message}}},
	}
	(&Env{Redactor: &redact.Redactor{}}).maskAutoscaler(&r)
	if shown := fmt.Sprintf("%+v %+v %+v", r, *r.Uncomputed, *r.Computed); strings.Contains(shown, "hunter2") || strings.Count(shown, "app:***@mq") != 4 {
		t.Error(shown)
	}
}
