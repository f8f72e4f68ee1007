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
	"github.com/kubectl-app/kubectl-app/pkg/secrets/consumers"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

func consumer(kind, name string, state consumers.State, stale, pods int, uses ...consumers.Use) consumers.Consumer {
	began := start.Add(-time.Hour)
	return consumers.Consumer{
		Ref: workload.Ref{Kind: kind, Namespace: "shop", Name: name}, State: state, Pods: pods, StalePods: stale, Uses: uses,
		OldestStart: &began, NeedsRoll: state == consumers.StateStale, Rollable: kind == "Deployment", Why: "as the tables of pkg/secrets say",
	}
}

// consumerReport has every state and every way.
func consumerReport() consumers.Report {
	env := func(key, variable string) consumers.Use {
		return consumers.Use{How: consumers.HowEnv, Key: key, Container: "web", Variable: variable, Reach: consumers.ReachContainerStart}
	}
	maybe := env("token", "TOKEN")
	maybe.Optional, maybe.Missing = true, true
	gone := consumers.Use{How: consumers.HowIngressTLS, Key: "tls.crt", Missing: true, Reach: consumers.ReachController}
	all := []consumers.Consumer{
		consumer("Deployment", "web", consumers.StateStale, 2, 3, env("url", "DATABASE_URI"), env("password", "DATABASE_PASSWORD"), maybe,
			consumers.Use{How: consumers.HowSubPath, Key: "app.yml", Container: "web", Volume: "conf", MountPath: "/etc/app/app.yml", Reach: consumers.ReachContainerStart},
			consumers.Use{How: consumers.HowVolume, Container: "a-sidecar-with-a-long-name", Volume: "conf", MountPath: "/etc/conf", Reach: consumers.ReachInPlace}),
		consumer("Deployment", "checkout-service-of-the-european-shop", consumers.StateInPlace, 0, 12,
			consumers.Use{How: consumers.HowProjected, Key: "url", Container: "app", Volume: "all", MountPath: "/config", Reach: consumers.ReachInPlace}),
		consumer("StatefulSet", "store", consumers.StateCurrent, 0, 1,
			consumers.Use{How: consumers.HowEnvFrom, Container: "store", Prefix: "DB_", PodsOnly: true, Reach: consumers.ReachContainerStart}),
		consumer("CronJob", "nightly", consumers.StateNoPods, 0, 0,
			consumers.Use{How: consumers.HowVolume, Key: "url", Volume: "unseen", Reach: consumers.ReachInPlace},
			consumers.Use{How: consumers.HowPullSecret, Key: ".dockercfg", ServiceAccount: "robot", Reach: consumers.ReachImagePull}),
		consumer("Pod", "bare\x1b[2J", consumers.StateUnknown, 0, 1, env("url", "URL")),
		consumer("Ingress", "shop", consumers.StateMissing, 0, 0, gone),
		consumer("ServiceAccount", "robot", consumers.StateCurrent, 0, 0, consumers.Use{How: consumers.HowAccount, Reach: consumers.ReachNothing}),
	}
	subject := consumers.Subject{
		Ref:  workload.Ref{Kind: "Secret", Namespace: "shop", Name: "db"},
		Type: "Opaque", Changed: consumers.Change{Time: start.Add(-90 * time.Second), Source: consumers.FromManagedFields},
		Keys: []consumers.SubjectKey{
			{Name: "app.yml", Bytes: 2345, Changed: start.Add(-50 * time.Hour)},
			{Name: "old-and-forgotten", Bytes: 700 << 10, Changed: start.Add(time.Second)},
			{Name: "password", Bytes: 12, Changed: start.Add(-90 * time.Second)},
			{Name: "url", Bytes: 31, Changed: start.Add(-90 * time.Second)},
		},
	}
	frozen := consumers.Subject{Ref: workload.Ref{Kind: "ConfigMap", Namespace: "shop", Name: "settings-5g2h"}, Immutable: true, Changed: consumers.Change{Time: start.Add(-time.Hour), Source: consumers.FromCreation}}
	report := consumers.NewReport("kubectl-app.dev/v1alpha1", []consumers.SubjectReport{
		consumers.NewSubjectReport(subject, all), consumers.NewSubjectReport(frozen, []consumers.Consumer{}),
	}, nil)
	// One is used by nobody that was found, since only the StatefulSet and the sidecar take every key.
	report.Objects[0].Keys[1].Consumers = []string{}
	return report
}

// unreadReport is what someone sees who may read little.
func unreadReport() consumers.Report {
	subject := consumers.Subject{Ref: workload.Ref{Kind: "Secret", Namespace: "shop", Name: "db"}, Unread: true}
	return consumers.NewReport("kubectl-app.dev/v1alpha1", []consumers.SubjectReport{consumers.NewSubjectReport(subject, []consumers.Consumer{})},
		[]consumers.NotSeen{{Resource: "pods", Without: "nothing of them", Next: []string{"kubectl auth can-i list pods"}}})
}

func TestConsumers(t *testing.T) {
	p := printed[consumers.Report]{
		folder: "consumers", schema: "consumer-report.v1alpha1.json", tooLong: "next: ",
		examples: map[string]consumers.Report{"all": consumerReport(), "unread": unreadReport()},
		write: func(out *term.Output, _ string, _ int, report consumers.Report) error {
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
	for _, report := range []consumers.Report{consumerReport(), unreadReport()} {
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
	constants := layouttest.Constants(t, "../../pkg/secrets/consumers")
	for set, of := range map[string]string{"state": "State", "how": "How", "reach": "Reach"} {
		want, got := constants[of], layouttest.Enum(t, "consumer-report.v1alpha1.json", set)
		slices.Sort(want)
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, pkg/secrets has %v", set, got, want)
		}
	}
	for _, word := range constants["State"] {
		if stateWords[consumers.State(word)] == "" {
			t.Errorf("state %s has no word", word)
		}
	}
	for _, word := range constants["How"] {
		if howWords[consumers.How(word)] == "" {
			t.Errorf("way %s has no word", word)
		}
	}
}
