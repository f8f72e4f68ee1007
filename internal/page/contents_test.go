package page

import (
	"encoding/json"
	"errors"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/kubectl-app/kubectl-app/internal/layout/layouttest"
	"github.com/kubectl-app/kubectl-app/internal/term"
	"github.com/kubectl-app/kubectl-app/pkg/secrets/consumers"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// certificateReport has certificates of every validity, a key that is missing, and an object without keys.
func certificateReport() consumers.Report {
	const day = 24 * time.Hour
	key := func(name string, bytes int, left time.Duration) consumers.SubjectKey {
		k := consumers.SubjectKey{Name: name, Bytes: bytes, Changed: start.Add(-50 * day)}
		if left != 0 {
			k.Expires = start.Add(left)
		}
		return k
	}
	served := []consumers.Use{
		{How: consumers.HowIngressTLS, Key: "tls.crt", Reach: consumers.ReachController},
		{How: consumers.HowIngressTLS, Key: "tls.key", Reach: consumers.ReachController},
	}
	needs := consumers.Use{How: consumers.HowEnv, Key: "pin", Container: "web", Variable: "PIN", Missing: true, Reach: consumers.ReachContainerStart}
	subject := consumers.Subject{
		Ref: workload.Ref{Kind: "Secret", Namespace: "shop", Name: "web"}, Type: "kubernetes.io/tls",
		Changed: consumers.Change{Time: start.Add(-5 * time.Minute), Source: consumers.FromManagedFields},
		Keys: []consumers.SubjectKey{
			key("ca-of-the-european-shop\x1b[2J.crt", 1800, 3650*day), key("next.crt", 1300, 29*day),
			key("old.crt", 1300, -23*day), key("tls.crt", 1400, 89*day), key("tls.key", 227, 0),
		},
	}
	empty := consumers.Subject{Ref: workload.Ref{Kind: "ConfigMap", Namespace: "shop", Name: "settings"}, Changed: consumers.Change{Time: start, Source: consumers.FromCreation}}
	report := consumers.NewReport("kubectl-app.dev/v1alpha1", []consumers.SubjectReport{
		consumers.NewSubjectReport(subject, []consumers.Consumer{
			consumer("Deployment", "web", consumers.StateMissing, 0, 3, needs), consumer("Ingress", "shop", consumers.StateCurrent, 0, 0, served...),
		}),
		consumers.NewSubjectReport(empty, []consumers.Consumer{}),
	}, nil)
	report.Next = []string{"kubectl app status secret/web -n shop"}
	return report
}

func TestContents(t *testing.T) {
	partly := certificateReport()
	partly.NotSeen, partly.Next = []consumers.NotSeen{{Resource: "pods", Without: "nothing of them"}}, nil
	p := printed[consumers.Report]{
		folder: "contents", tooLong: "next: ",
		examples: map[string]consumers.Report{"all": certificateReport(), "partly": partly},
		write: func(out *term.Output, _ string, _ int, report consumers.Report) error {
			return Contents(out, report, start)
		},
	}
	p.golden(t)
	p.inColour(t)
}

// What has expired, and what soon does, has a colour beside the word.
func TestContentsInColour(t *testing.T) {
	terminal, _, out, _ := term.Fake(&term.Screen{Width: 80, Height: 24, Color: true})
	if err := Contents(terminal.Out, certificateReport(), start); err != nil {
		t.Fatal(err)
	}
	colors := terminal.Out.Colors()
	for _, painted := range []string{colors.Red("expired"), colors.Yellow("soon")} {
		before, _, _ := strings.Cut(painted, "\x1b[0")
		if !strings.Contains(out.String(), before) {
			t.Errorf("nothing has the colour of %q:\n%q", painted, out)
		}
	}
	if err := Contents(term.NewFakeOutput(layouttest.ClosedPipe{}, &term.Screen{}), certificateReport(), start); !errors.Is(err, syscall.EPIPE) {
		t.Errorf("error %v", err)
	}
}

func TestContentsFollowTheirSchema(t *testing.T) {
	text, err := json.Marshal(certificateReport())
	if err != nil {
		t.Fatal(err)
	}
	if strings.Count(string(text), `"expires":"`) != 4 {
		t.Errorf("four keys are certificates:\n%s", text)
	}
	layouttest.Validate(t, layouttest.Compile(t, "consumer-report.v1alpha1.json"), text)
}
