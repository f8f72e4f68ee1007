package cli

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/kubectl-app/kubectl-app/lab/control"
)

var update = flag.Bool("update", false, "write the golden files")

var now = time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)

func since(d time.Duration) time.Time { return now.Add(-d) }

func ready(name string, pid int) control.Component {
	return control.Component{Name: name, State: control.Ready, PID: pid, Since: since(90 * time.Second), RSSBytes: 100_000_000}
}

func healthy() control.Status {
	return control.Status{
		Name: "default", Context: "app-lab", Kubeconfig: "/home/jane/.kube/config", Server: "https://127.0.0.1:20001", Version: "v1.37.2",
		Ingress: "http://127.0.0.1:20002",
		Nodes:   1, Created: since(2 * time.Minute), State: control.Ready, RSSBytes: 300_000_000,
		Supervisor: ready("supervisor", 10), Components: []control.Component{ready("etcd", 11), ready("kube-apiserver", 12)},
	}
}

func degraded() control.Status {
	status := healthy()
	status.State = control.Degraded
	status.Components[1] = control.Component{
		Name: "kube-apiserver", State: control.Dead, PID: 12, Since: since(time.Minute), Exit: "signal: killed",
		Log: "/state/default/logs/kube-apiserver.log", LogTail: []string{"the last", "words"},
	}
	return status
}

func TestPrint(t *testing.T) {
	for _, test := range []struct {
		name  string
		print func(*bytes.Buffer) error
	}{
		{"status-ready", func(b *bytes.Buffer) error { return printStatus(b, healthy(), now) }},
		{"status-degraded", func(b *bytes.Buffer) error { return printStatus(b, degraded(), now) }},
		{"status-starting", func(b *bytes.Buffer) error {
			status := healthy()
			status.State = control.Starting
			status.Components[1] = control.Component{Name: "kube-apiserver", State: control.Waiting}
			return printStatus(b, status, now)
		}},
		{"status-json", func(b *bytes.Buffer) error { return printJSON(b, degraded()) }},
		{"list", func(b *bytes.Buffer) error {
			other := degraded()
			other.Name, other.Context = "team-a", "app-lab-team-a"
			return printLabs(b, []control.Status{healthy(), other}, now)
		}},
		{"list-empty", func(b *bytes.Buffer) error { return printLabs(b, nil, now) }},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got bytes.Buffer
			if err := test.print(&got); err != nil {
				t.Fatal(err)
			}
			golden := filepath.Join("testdata", test.name+".golden")
			if *update {
				if err := os.WriteFile(golden, got.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got.Bytes(), want) {
				t.Errorf("got:\n%s\nwant:\n%s", got.Bytes(), want)
			}
		})
	}
}
