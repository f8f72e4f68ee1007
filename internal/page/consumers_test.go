package page

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/kubectl-app/kubectl-app/internal/layout/layouttest"
	"github.com/kubectl-app/kubectl-app/internal/term"
	"github.com/kubectl-app/kubectl-app/pkg/secrets"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

func consumer(kind, name string, state secrets.State, stale, pods int, uses ...secrets.Use) secrets.Consumer {
	began := start.Add(-time.Hour)
	return secrets.Consumer{
		Ref: workload.Ref{Kind: kind, Namespace: "shop", Name: name}, State: state, Pods: pods, StalePods: stale, Uses: uses,
		OldestStart: &began, NeedsRoll: state == secrets.StateStale, Rollable: kind == "Deployment", Why: "as the tables of pkg/secrets say",
	}
}

// consumerReport has every state and every way.
func consumerReport() secrets.ConsumerReport {
	env := func(key, variable string) secrets.Use {
		return secrets.Use{How: secrets.HowEnv, Key: key, Container: "web", Variable: variable, Reach: secrets.ReachContainerStart}
	}
	maybe := env("token", "TOKEN")
	maybe.Optional, maybe.Missing = true, true
	gone := secrets.Use{How: secrets.HowIngressTLS, Key: "tls.crt", Missing: true, Reach: secrets.ReachController}
	all := []secrets.Consumer{
		consumer("Deployment", "web", secrets.StateStale, 2, 3, env("url", "DATABASE_URI"), env("password", "DATABASE_PASSWORD"), maybe,
			secrets.Use{How: secrets.HowSubPath, Key: "app.yml", Container: "web", Volume: "conf", MountPath: "/etc/app/app.yml", Reach: secrets.ReachContainerStart},
			secrets.Use{How: secrets.HowVolume, Container: "a-sidecar-with-a-long-name", Volume: "conf", MountPath: "/etc/conf", Reach: secrets.ReachInPlace}),
		consumer("Deployment", "checkout-service-of-the-european-shop", secrets.StateInPlace, 0, 12,
			secrets.Use{How: secrets.HowProjected, Key: "url", Container: "app", Volume: "all", MountPath: "/config", Reach: secrets.ReachInPlace}),
		consumer("StatefulSet", "store", secrets.StateCurrent, 0, 1,
			secrets.Use{How: secrets.HowEnvFrom, Container: "store", Prefix: "DB_", PodsOnly: true, Reach: secrets.ReachContainerStart}),
		consumer("CronJob", "nightly", secrets.StateNoPods, 0, 0,
			secrets.Use{How: secrets.HowVolume, Key: "url", Volume: "unseen", Reach: secrets.ReachInPlace},
			secrets.Use{How: secrets.HowPullSecret, Key: ".dockercfg", ServiceAccount: "robot", Reach: secrets.ReachImagePull}),
		consumer("Pod", "bare\x1b[2J", secrets.StateUnknown, 0, 1, env("url", "URL")),
		consumer("Ingress", "shop", secrets.StateMissing, 0, 0, gone),
		consumer("ServiceAccount", "robot", secrets.StateCurrent, 0, 0, secrets.Use{How: secrets.HowAccount, Reach: secrets.ReachNothing}),
	}
	subject := secrets.Subject{
		Ref:  workload.Ref{Kind: "Secret", Namespace: "shop", Name: "db"},
		Type: "Opaque", Changed: secrets.Change{Time: start.Add(-90 * time.Second), Source: secrets.FromManagedFields},
		Keys: []secrets.SubjectKey{
			{Name: "app.yml", Bytes: 2345, Changed: start.Add(-50 * time.Hour)},
			{Name: "old-and-forgotten", Bytes: 700 << 10, Changed: start.Add(time.Second)},
			{Name: "password", Bytes: 12, Changed: start.Add(-90 * time.Second)},
			{Name: "url", Bytes: 31, Changed: start.Add(-90 * time.Second)},
		},
	}
	frozen := secrets.Subject{Ref: workload.Ref{Kind: "ConfigMap", Namespace: "shop", Name: "settings-5g2h"}, Immutable: true, Changed: secrets.Change{Time: start.Add(-time.Hour), Source: secrets.FromCreation}}
	report := secrets.NewConsumerReport("kubectl-app.dev/v1alpha1", []secrets.SubjectReport{
		secrets.NewSubjectReport(subject, all), secrets.NewSubjectReport(frozen, []secrets.Consumer{}),
	}, nil)
	// One is used by nobody that was found, since only the StatefulSet and the sidecar take every key.
	report.Objects[0].Keys[1].Consumers = []string{}
	return report
}

// unreadReport is what someone sees who may read little.
func unreadReport() secrets.ConsumerReport {
	subject := secrets.Subject{Ref: workload.Ref{Kind: "Secret", Namespace: "shop", Name: "db"}, Unread: true}
	return secrets.NewConsumerReport("kubectl-app.dev/v1alpha1", []secrets.SubjectReport{secrets.NewSubjectReport(subject, []secrets.Consumer{})},
		[]secrets.NotSeen{{Resource: "pods", Without: "nothing of them", Next: []string{"kubectl auth can-i list pods"}}})
}

func TestConsumers(t *testing.T) {
	p := printed[secrets.ConsumerReport]{
		folder: "consumers", schema: "consumer-report.v1alpha1.json", tooLong: "next: ",
		examples: map[string]secrets.ConsumerReport{"all": consumerReport(), "unread": unreadReport()},
		write: func(out *term.Output, _ string, _ int, report secrets.ConsumerReport) error {
			return Consumers(out, report, start)
		},
	}
	p.golden(t)
	p.inColour(t)
	if err := Consumers(term.NewFakeOutput(layouttest.ClosedPipe{}, &term.Screen{}), consumerReport(), start); !errors.Is(err, syscall.EPIPE) {
		t.Errorf("error %v", err)
	}
}

func TestConsumerReportsFollowTheirSchema(t *testing.T) {
	schema := layouttest.Compile(t, "consumer-report.v1alpha1.json")
	for _, report := range []secrets.ConsumerReport{consumerReport(), unreadReport()} {
		text, err := json.Marshal(report)
		if err != nil {
			t.Fatal(err)
		}
		layouttest.Validate(t, schema, text)
		for _, change := range [][2]string{{`"kind":"ConsumerReport"`, `"kind":"ConsumerReport","extra":1`}, {`"keys":`, `"values":{},"keys":`}} {
			changed := bytes.Replace(text, []byte(change[0]), []byte(change[1]), 1)
			value, err := jsonschema.UnmarshalJSON(bytes.NewReader(changed))
			if err != nil || bytes.Equal(changed, text) {
				t.Fatalf("%s: %v", change[0], err)
			}
			if schema.Validate(value) == nil {
				t.Errorf("%s is taken", change[1])
			}
		}
	}
}

func TestConsumerSchemaNamesEveryConstant(t *testing.T) {
	constants := layouttest.Constants(t, "../../pkg/secrets")
	for set, of := range map[string]string{"state": "State", "how": "How", "reach": "Reach"} {
		want, got := constants[of], layouttest.Enum(t, "consumer-report.v1alpha1.json", set)
		slices.Sort(want)
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, pkg/secrets has %v", set, got, want)
		}
	}
	for _, word := range constants["State"] {
		if stateWords[secrets.State(word)] == "" {
			t.Errorf("state %s has no word", word)
		}
	}
	for _, word := range constants["How"] {
		if howWords[secrets.How(word)] == "" {
			t.Errorf("way %s has no word", word)
		}
	}
}
