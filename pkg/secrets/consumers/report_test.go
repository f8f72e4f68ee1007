package consumers

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

func TestSubjectReport(t *testing.T) {
	objects := web(`{containers: [{name: web, env: [{name: U, valueFrom: {secretKeyRef: {name: db, key: url}}}, {name: G, valueFrom: {secretKeyRef: {name: db, key: gone}}}, {name: M, valueFrom: {secretKeyRef: {name: db, key: maybe, optional: true}}}]}]}`) + `
---
kind: Ingress
metadata: {name: shop}
spec: {tls: [{secretName: db}]}
---
kind: ServiceAccount
metadata: {name: robot}
secrets: [{name: db}]
---
kind: CronJob
metadata: {name: nightly}
spec: {jobTemplate: {spec: {template: {spec: {containers: [{name: c, env: [{name: G, valueFrom: {secretKeyRef: {name: db, key: gone, optional: true}}}]}]}}}}}`
	subject := database("Secret")
	report := NewSubjectReport(subject, found(t, subject, objects))
	users := map[string][]string{}
	for _, k := range report.Keys {
		users[k.Name] = k.Consumers
	}
	for key, want := range map[string][]string{
		"url": {"deployment/web"}, "tls.crt": {"ingress/shop"}, "password": {}, "app.yml": {},
	} {
		if !slices.Equal(users[key], want) {
			t.Errorf("%s is used by %v, want %v", key, users[key], want)
		}
	}
	got, err := json.Marshal(report.MissingKeys)
	if err != nil {
		t.Fatal(err)
	}
	want := `[{"name":"gone","consumers":["deployment/web","cronjob/nightly"]},{"name":"maybe","optional":true,"consumers":["deployment/web"]}]`
	if string(got) != want {
		t.Errorf("missing: %s", got)
	}
}

// One that uses every key uses each.
func TestEveryKeyIsEach(t *testing.T) {
	subject := database("Secret")
	report := NewSubjectReport(subject, found(t, subject, web(podSpec)))
	for _, k := range report.Keys {
		if !slices.Equal(k.Consumers, []string{"deployment/web"}) {
			t.Errorf("%s is used by %v", k.Name, k.Consumers)
		}
	}
}

// Of an object that can't be read no key is known, and no time.
func TestUnreadReport(t *testing.T) {
	subject := Subject{Ref: database("Secret").Ref, Unread: true}
	report := NewSubjectReport(subject, found(t, subject, web(podSpec)))
	if report.Changed != nil || len(report.Keys) > 0 || len(report.Consumers) != 1 {
		t.Errorf("%+v", report)
	}
}

// What needs new pods is one command, in the order of the consumers; unless it is too long to be typed.
func TestConsumerReportSaysWhatToType(t *testing.T) {
	stale := func(kind, name string) Consumer {
		return Consumer{Ref: workload.Ref{Kind: kind, Namespace: "shop", Name: name}, NeedsRoll: true}
	}
	current := Consumer{Ref: workload.Ref{Kind: "Deployment", Namespace: "shop", Name: "current"}}
	objects := []SubjectReport{
		{Consumers: []Consumer{stale("Deployment", "web"), current, stale("Pod", "bare")}},
		{Consumers: []Consumer{stale("Deployment", "web"), stale("DaemonSet", "agent"), stale("GameServer", "game")}},
	}
	if got := NewReport("v", objects, nil).Next; !slices.Equal(got, []string{"kubectl app rollout restart deployment/web daemonset/agent -n shop"}) {
		t.Errorf("next: %q", got)
	}
	for i := range maxRestarts - 1 {
		objects[0].Consumers = append(objects[0].Consumers, stale("StatefulSet", fmt.Sprint(i)))
	}
	if got := NewReport("v", objects, nil).Next; got != nil {
		t.Errorf("next: %q", got)
	}
}
