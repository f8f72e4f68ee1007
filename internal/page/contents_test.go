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
	"github.com/kubectl-app/kubectl-app/pkg/secrets"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// certificateReport has certificates of every validity, a key that is missing, and an object without keys.
func certificateReport() secrets.ConsumerReport {
	const day = 24 * time.Hour
	key := func(name string, bytes int, left time.Duration) secrets.SubjectKey {
		k := secrets.SubjectKey{Name: name, Bytes: bytes, Changed: start.Add(-50 * day)}
		if left != 0 {
			k.Expires = start.Add(left)
		}
		return k
	}
	served := []secrets.Use{
		{How: secrets.HowIngressTLS, Key: "tls.crt", Reach: secrets.ReachController},
		{How: secrets.HowIngressTLS, Key: "tls.key", Reach: secrets.ReachController},
	}
	needs := secrets.Use{How: secrets.HowEnv, Key: "pin", Container: "web", Variable: "PIN", Missing: true, Reach: secrets.ReachContainerStart}
	subject := secrets.Subject{
		Ref: workload.Ref{Kind: "Secret", Namespace: "shop", Name: "web"}, Type: "kubernetes.io/tls",
		Changed: secrets.Change{Time: start.Add(-5 * time.Minute), Source: secrets.FromManagedFields},
		Keys: []secrets.SubjectKey{
			key("ca-of-the-european-shop\x1b[2J.crt", 1800, 3650*day), key("next.crt", 1300, 29*day),
			key("old.crt", 1300, -23*day), key("tls.crt", 1400, 89*day), key("tls.key", 227, 0),
		},
	}
	empty := secrets.Subject{Ref: workload.Ref{Kind: "ConfigMap", Namespace: "shop", Name: "settings"}, Changed: secrets.Change{Time: start, Source: secrets.FromCreation}}
	report := secrets.NewConsumerReport("kubectl-app.dev/v1alpha1", []secrets.SubjectReport{
		secrets.NewSubjectReport(subject, []secrets.Consumer{
			consumer("Deployment", "web", secrets.StateMissing, 0, 3, needs), consumer("Ingress", "shop", secrets.StateCurrent, 0, 0, served...),
		}),
		secrets.NewSubjectReport(empty, []secrets.Consumer{}),
	}, nil)
	report.Next = []string{"kubectl app status secret/web -n shop"}
	return report
}

func TestContents(t *testing.T) {
	partly := certificateReport()
	partly.NotSeen, partly.Next = []secrets.NotSeen{{Resource: "pods", Without: "nothing of them"}}, nil
	p := printed[secrets.ConsumerReport]{
		folder: "contents", tooLong: "next: ",
		examples: map[string]secrets.ConsumerReport{"all": certificateReport(), "partly": partly},
		write: func(out *term.Output, _ string, _ int, report secrets.ConsumerReport) error {
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
