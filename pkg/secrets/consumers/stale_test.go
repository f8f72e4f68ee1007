package consumers

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// clock is hh:mm:ss of the day of changeTime, in YAML.
func clock(at string) string { return `"2026-05-01T` + at + `Z"` }

// pod is one of Deployment web that runs since created, its container since started.
func pod(name, created, started, spec string) string {
	return fmt.Sprintf(`
---
kind: Pod
metadata: {name: %s, creationTimestamp: %s, labels: {pod-template-hash: "1"}, ownerReferences: [{kind: ReplicaSet, name: web-1, controller: true, apiVersion: apps/v1, uid: u}]}
spec: %s
status: {containerStatuses: [{name: web, ready: true, restartCount: 0, image: "", imageID: "", state: {running: {startedAt: %s}}}]}`,
		name, clock(created), spec, clock(started))
}

func TestStale(t *testing.T) {
	const (
		env    = `{containers: [{name: web, env: [{name: P, valueFrom: {secretKeyRef: {name: db, key: password}}}]}]}`
		urlEnv = `{containers: [{name: web, env: [{name: U, valueFrom: {secretKeyRef: {name: db, key: url}}}]}]}`
		volume = `{containers: [{name: web, volumeMounts: [{name: v, mountPath: /v}]}], volumes: [{name: v, secret: {secretName: db}}]}`
		file   = `{containers: [{name: web, volumeMounts: [{name: v, mountPath: /v, subPath: url}]}], volumes: [{name: v, secret: {secretName: db}}]}`
		gone   = `{containers: [{name: web, env: [{name: P, valueFrom: {secretKeyRef: {name: db, key: gone}}}]}]}`
		maybe  = `{containers: [{name: web, env: [{name: P, valueFrom: {secretKeyRef: {name: db, key: gone, optional: true}}}]}]}`
		pull   = `{containers: [{name: web}], imagePullSecrets: [{name: db}]}`
		pulled = `{containers: [{name: web}]}`
		init   = `{initContainers: [{name: init, envFrom: [{secretRef: {name: db}}]}], containers: [{name: web}]}`
	)
	before, after, restarted := pod("web-1-a", "11:59:58", "11:59:59", "%s"), pod("web-1-b", "12:00:00", "12:00:00", "%s"), pod("web-1-c", "11:00:00", "12:00:05", "%s")
	waiting := pod("web-1-d", "11:00:00", "11:00:05", "%s")
	waiting = strings.Replace(waiting, `{running: {startedAt: "2026-05-01T11:00:05Z"}}`, `{waiting: {reason: CrashLoopBackOff}}`, 1)
	ending := strings.Replace(before, "metadata: {", `metadata: {deletionTimestamp: "2026-05-01T12:00:01Z", `, 1)
	initialised := strings.Replace(before, "status: {", `status: {initContainerStatuses: [{name: init, ready: true, restartCount: 0, image: "", imageID: "", state: {terminated: {exitCode: 0, startedAt: "2026-05-01T11:59:59Z"}}}], `, 1)
	for name, test := range map[string]struct {
		spec, pods string
		subject    func(*Subject)
		without    string
		want       string // state, stale of pods, whether it needs a roll, why
	}{
		"a variable, older than the change":      {spec: env, pods: before, want: "Stale 1/1 roll: 1 of 1 pods still have the old value: they read it only when they start"},
		"some are older":                         {spec: env, pods: before + after, want: "Stale 1/2 roll: 1 of 2 pods still have the old value: they read it only when they start"},
		"in the same second is not older":        {spec: env, pods: after, want: "Current 0/1: no pod has the data from before the change"},
		"a container that restarted read it new": {spec: env, pods: restarted, want: "Current 0/1: no pod has the data from before the change"},
		"one that will restart reads it new":     {spec: env, pods: waiting, want: "Current 0/1: no pod has the data from before the change"},
		"what an init container read stays":      {spec: init, pods: initialised, want: "Stale 1/1 roll: 1 of 1 pods still have the old value: they read it only when they start"},
		"a change of another key":                {spec: urlEnv, pods: before, want: "Current 0/1: no pod has the data from before the change"},
		"a file by subPath, as a variable":       {spec: file, pods: strings.ReplaceAll(before, "11:59:5", "10:59:5"), want: "Stale 1/1 roll: 1 of 1 pods still have the old value: they read it only when they start"},
		"a whole volume follows":                 {spec: volume, pods: before, want: "InPlace 0/1: mounted files are updated within about a minute after the change; the app may have to read them again"},
		"a whole volume, all new":                {spec: volume, pods: after, want: "Current 0/1: no pod has the data from before the change"},
		"a whole volume of an immutable one": {
			spec: volume, pods: before, subject: func(s *Subject) { s.Immutable = true },
			want: "Stale 1/1 roll: 1 of 1 pods still have the old value: they read it only when they start",
		},
		"no pods":                 {spec: env, want: "NoPods 0/0: no pod runs; the next pod reads the current data"},
		"a missing key":           {spec: gone, pods: before, want: `MissingKey 0/1: no key "gone": new containers fail, or start without it where it is optional`},
		"a missing key, optional": {spec: maybe, pods: before, want: "Current 0/1: no pod has the data from before the change"},
		"a pull secret":           {spec: pull, pods: before, want: "Current 0/1: read at each pull of an image"},
		"the object is unread": {
			spec: env, pods: before, subject: func(s *Subject) { *s = Subject{Ref: s.Ref, Unread: true} },
			want: "Unknown 0/1: the object can't be read, so its last change is not known",
		},
		"nobody knows when it was changed": {
			spec: env, pods: after, subject: func(s *Subject) { s.Changed.Source = FromCreation },
			want: "Unknown 0/1: the object does not tell when it was last changed: it has no managedFields",
		},
		"nobody knows, and older than the object": {
			spec: env, pods: before, subject: func(s *Subject) { s.Changed.Source = FromCreation },
			want: "Stale 1/1 roll: 1 of 1 pods still have the old value: they read it only when they start",
		},
		"one that is being stopped":             {spec: env, pods: ending + after, want: "Current 0/1: no pod has the data from before the change"},
		"all are being stopped":                 {spec: env, pods: ending, want: "NoPods 0/0: its pods are terminating; the next pod reads the current data"},
		"stopped, and the next do not use it":   {spec: pulled, pods: strings.ReplaceAll(ending, "%s", env), want: "Current 0/0: the pods that used it are terminating"},
		"stopped while a key is missing":        {spec: gone, pods: ending, want: `MissingKey 0/0: no key "gone": new containers fail, or start without it where it is optional`},
		"a volume of one that is being stopped": {spec: volume, pods: ending + after, want: "Current 0/1: no pod has the data from before the change"},
		"the pods are unread":                   {spec: env, without: "Pod", want: "Unknown 0/0: its pods can't be read"},
		"an unread pull secret":                 {spec: pull, without: "Pod", want: "Current 0/0: read at each pull of an image"},
		"not used at all by now":                {spec: pulled, pods: strings.ReplaceAll(before, "%s", env), want: "Stale 1/1 roll: 1 of 1 pods still have the old value: they read it only when they start"},
	} {
		t.Run(name, func(t *testing.T) {
			subject := database("Secret")
			if test.subject != nil {
				test.subject(&subject)
			}
			search := NewSearch(subject.Ref)
			for _, o := range objectsOf(t, web(test.spec)+strings.ReplaceAll(test.pods, "%s", test.spec)) {
				search.Add(o)
			}
			search.Without(test.without)
			consumers := search.Consumers(subject)
			if len(consumers) != 1 {
				t.Fatalf("consumers: %v", usesText(consumers))
			}
			if got := judgement(consumers[0]); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
			if !consumers[0].Rollable {
				t.Error("a Deployment can be rolled")
			}
		})
	}
}

func judgement(c Consumer) string {
	roll := ""
	if c.NeedsRoll {
		roll = " roll"
	}
	return fmt.Sprintf("%s %d/%d%s: %s", c.State, c.StalePods, c.Pods, roll, c.Why)
}

// What replaces the pods decides what there is to do about old content.
func TestStaleByKind(t *testing.T) {
	const spec = `{containers: [{name: web, envFrom: [{secretRef: {name: db}}]}]}`
	for owner, want := range map[string]string{
		`{kind: StatefulSet, name: x, controller: true, apiVersion: apps/v1, uid: u}`: "statefulset/x Stale 1/1 roll: 1 of 1 pods still have the old value: they read it only when they start",
		`{kind: Job, name: nightly-1, controller: true, apiVersion: batch/v1, uid: u}`: "cronjob/nightly Stale 1/1: 1 of 1 pods still have the old value: they read it only when they start; " +
			"the next run reads it again",
		``: "pod/one Stale 1/1 roll: 1 of 1 pods still have the old value: they read it only when they start; a bare pod has to be deleted and created again",
	} {
		objects := `kind: Job
metadata: {name: nightly-1, ownerReferences: [{kind: CronJob, name: nightly, controller: true, apiVersion: batch/v1, uid: u}]}
` + strings.Replace(pod("one", "11:00:00", "11:00:00", spec), `{kind: ReplicaSet, name: web-1, controller: true, apiVersion: apps/v1, uid: u}`, owner, 1)
		got := found(t, database("Secret"), objects)
		if len(got) != 1 || got[0].String()+" "+judgement(got[0]) != want || got[0].Rollable != (got[0].Kind == "StatefulSet") {
			t.Errorf("got  %s %s\nwant %s", got[0], judgement(got[0]), want)
		}
		if at := time.Date(2026, 5, 1, 11, 0, 0, 0, time.UTC); !got[0].OldestStart.Equal(at) {
			t.Errorf("oldest start %v", got[0].OldestStart)
		}
	}
}

// A pod that is being stopped still uses what it uses, and nothing of it is old any more.
func TestEndingPods(t *testing.T) {
	ending := strings.Replace(pod("one", "11:00:00", "11:00:00", `{containers: [{name: web, envFrom: [{secretRef: {name: db}}]}]}`),
		"ownerReferences: [{kind: ReplicaSet, name: web-1, controller: true, apiVersion: apps/v1, uid: u}]", `deletionTimestamp: "2026-05-01T12:00:01Z"`, 1)
	got := found(t, database("Secret"), strings.TrimPrefix(ending, "\n---\n"))
	if want := "pod/one Current 0/0: the pods that used it are terminating"; len(got) != 1 || got[0].String()+" "+judgement(got[0]) != want || got[0].OldestStart != nil {
		t.Errorf("got %v", usesText(got))
	}
}

func entry(manager, at, fields string) metav1.ManagedFieldsEntry {
	when, err := time.Parse(time.TimeOnly, at)
	if err != nil {
		panic(err)
	}
	moment := metav1.NewTime(time.Date(2026, 5, 1, when.Hour(), when.Minute(), when.Second(), 0, time.UTC))
	return metav1.ManagedFieldsEntry{Manager: manager, Time: &moment, FieldsV1: metav1.NewFieldsV1(fields)}
}

func TestHistory(t *testing.T) {
	status := entry("kubelet", "12:30:00", `{"f:data":{"f:a":{}}}`)
	status.Subresource = "status"
	timeless := entry("old", "12:30:00", `{"f:data":{"f:a":{}}}`)
	timeless.Time = nil
	for name, test := range map[string]struct {
		entries []metav1.ManagedFieldsEntry
		want    string
	}{
		"nothing is known":                  {nil, "09:00:00 creationTimestamp"},
		"labels are not content":            {[]metav1.ManagedFieldsEntry{entry("labeler", "11:00:00", `{"f:metadata":{"f:labels":{}}}`)}, "09:00:00 creationTimestamp"},
		"fields that can't be read":         {[]metav1.ManagedFieldsEntry{entry("x", "11:00:00", `{"f:data":[]}`)}, "09:00:00 creationTimestamp"},
		"no fields, no time, a subresource": {[]metav1.ManagedFieldsEntry{{Manager: "x"}, timeless, status}, "09:00:00 creationTimestamp"},
		"two managers, each with its keys": {[]metav1.ManagedFieldsEntry{
			entry("kubectl-create", "10:00:00", `{"f:data":{".":{},"f:a":{},"f:b":{}},"f:type":{}}`),
			entry("kubectl-app", "11:00:00", `{"f:data":{"f:c":{}}}`),
		}, "11:00:00 managedFields a=10:00:00 b=10:00:00 c=11:00:00"},
		"the newer of two owners of one key": {[]metav1.ManagedFieldsEntry{
			entry("one", "11:00:00", `{"f:data":{"f:a":{}}}`), entry("two", "10:00:00", `{"f:data":{"f:a":{}}}`),
		}, "11:00:00 managedFields a=11:00:00"},
		"stringData and binaryData": {[]metav1.ManagedFieldsEntry{
			entry("apply", "10:00:00", `{"f:stringData":{"f:a":{}}}`), entry("other", "10:30:00", `{"f:binaryData":{"f:b":{}}}`),
		}, "10:30:00 managedFields a=10:00:00 b=10:30:00"},
		"as old as the object, at least":           {[]metav1.ManagedFieldsEntry{entry("restore", "08:00:00", `{"f:data":{"f:a":{}}}`)}, "09:00:00 managedFields a=09:00:00"},
		"all keys removed by one who owns the map": {[]metav1.ManagedFieldsEntry{entry("one", "11:00:00", `{"f:data":{}}`)}, "11:00:00 managedFields"},
	} {
		t.Run(name, func(t *testing.T) {
			created := metav1.NewTime(time.Date(2026, 5, 1, 9, 0, 0, 0, time.UTC))
			h := historyOf(&metav1.ObjectMeta{CreationTimestamp: created, ManagedFields: test.entries})
			got := h.last.Time.Format(time.TimeOnly) + " " + string(h.last.Source)
			for _, key := range slices.Sorted(maps.Keys(h.keys)) {
				got += " " + key + "=" + h.keys[key].changed.Format(time.TimeOnly)
			}
			if got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// Whatever stands in managedFields: no key is made up, and no key is newer than the object's last change.
func FuzzHistory(f *testing.F) {
	const noted = `{"f:data":{"f:a":{},"f:b":{}},"f:metadata":{"f:annotations":{"f:kubectl-app.dev/key-times":{}}}}`
	f.Add(`{"f:data":{".":{},"f:a":{}},"f:type":{}}`, `{"f:stringData":{"f:b":{}}}`, ``)
	f.Add(`{"f:data":null}`, `{"f:binaryData":{"f:":{}}}`, `{}`)
	f.Add(`[]`, `{"f:data":{"f:a":1}`, `[]`)
	f.Add(noted, `{}`, `{"manager":"one","changed":{"a":"2026-05-01T09:30:00Z","b":"2030-01-01T00:00:00Z"},"earlier":{"b":[{"from":"0001-01-01T00:00:00Z","to":"9999-01-01T00:00:00Z"}]}}`)
	f.Fuzz(func(t *testing.T, one, two, notes string) {
		meta := &metav1.ObjectMeta{Annotations: map[string]string{workload.AnnotationKeyTimes: notes}, ManagedFields: []metav1.ManagedFieldsEntry{entry("one", "10:00:00", one), entry("two", "11:00:00", two)}}
		h := historyOf(meta)
		for key, known := range h.keys {
			if known.changed.After(h.last.Time) {
				t.Errorf("%q is newer than all", key)
			}
		}
		if len(h.keys) > 0 && h.last.Source != FromManagedFields {
			t.Errorf("source %s of %v", h.last.Source, h.keys)
		}
		s := NewSubject(workload.Ref{}, meta, map[string]int{"a": 1})
		if len(s.Keys) != 1 || s.Keys[0].Changed.After(s.Changed.Time) {
			t.Errorf("keys %v", s.Keys)
		}
	})
}
