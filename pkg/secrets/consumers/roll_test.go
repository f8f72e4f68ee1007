package consumers

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/kubectl-app/kubectl-app/pkg/secrets"
)

// planText is a plan as a table can hold it: "roll web api; broken web".
func (p RollPlan) text() string {
	var parts []string
	for _, part := range []struct {
		name      string
		consumers []Consumer
	}{{"roll", p.Roll}, {"by hand", p.ByHand}, {"in place", p.InPlace}, {"broken", p.Broken}} {
		if len(part.consumers) > 0 {
			parts = append(parts, part.name+namesOf(part.consumers))
		}
	}
	return strings.Join(parts, "; ")
}

func namesOf(consumers []Consumer) string {
	var b strings.Builder
	for _, c := range consumers {
		b.WriteString(" " + c.String())
	}
	return b.String()
}

// planned asks for a plan of an edit of database, which has password and url among its keys.
func planned(t *testing.T, roll Roll, edit, objects string) (RollPlan, string) {
	t.Helper()
	subject := database("Secret")
	before, named := map[string][]byte{}, []string{}
	for _, key := range subject.Keys {
		before[key.Name] = make([]byte, key.Bytes)
	}
	e := secrets.Edit{MayLack: true}
	for word := range strings.FieldsSeq(edit) {
		key, value, set := strings.Cut(word, "=")
		if set {
			if value == "same" {
				value = string(before[key])
			}
			e.Set = append(e.Set, secrets.Entry{Key: key, Value: []byte(value)})
		} else {
			key = strings.TrimSuffix(word, "-")
			e.Remove = append(e.Remove, key)
		}
		named = append(named, key)
	}
	after, err := e.Apply(before)
	if err != nil {
		t.Fatal(err)
	}
	search := NewSearch(subject.Ref)
	for _, o := range objectsOf(t, objects) {
		search.Add(o)
	}
	changes := secrets.Diff(before, after)
	consumers := search.Consumers(subject.After(changes, named))
	return PlanRoll(roll, changes, consumers), strings.TrimSpace(namesOf(UsersOfRemoved(changes, consumers)))
}

func TestPlanRoll(t *testing.T) {
	const (
		env    = `{containers: [{name: web, env: [{name: P, valueFrom: {secretKeyRef: {name: db, key: password}}}]}]}`
		urlEnv = `{containers: [{name: web, env: [{name: U, valueFrom: {secretKeyRef: {name: db, key: url}}}]}]}`
		all    = `{containers: [{name: web, envFrom: [{secretRef: {name: db}}]}]}`
		volume = `{containers: [{name: web, volumeMounts: [{name: v, mountPath: /v}]}], volumes: [{name: v, secret: {secretName: db}}]}`
		file   = `{containers: [{name: web, volumeMounts: [{name: v, mountPath: /v, subPath: url}]}], volumes: [{name: v, secret: {secretName: db}}]}`
		maybe  = `{containers: [{name: web, env: [{name: P, valueFrom: {secretKeyRef: {name: db, key: new, optional: true}}}]}]}`
		needs  = `{containers: [{name: web, env: [{name: P, valueFrom: {secretKeyRef: {name: db, key: new}}}]}]}`
		pull   = `{containers: [{name: web}], imagePullSecrets: [{name: db}]}`
		old    = "10:00:00" // before every change
	)
	webWith := func(spec, started string) string {
		return web(spec) + pod("web-1-a", started, started, spec)
	}
	waiting := strings.Replace(webWith(env, old), `{running: {startedAt: "2026-05-01T10:00:00Z"}}`, `{waiting: {reason: CrashLoopBackOff}}`, 1)
	barePod := strings.TrimPrefix(strings.NewReplacer(", ownerReferences: [{kind: ReplicaSet, name: web-1, controller: true, apiVersion: apps/v1, uid: u}]", "").
		Replace(pod("alone", old, old, env)), "\n---\n")
	stateful := "kind: StatefulSet\nmetadata: {name: store}\nspec: {" + templateHead + env + "}}" +
		strings.NewReplacer("kind: ReplicaSet, name: web-1", "kind: StatefulSet, name: store").Replace(pod("store-0", old, old, env))
	for name, test := range map[string]struct {
		edit, objects string
		roll          Roll // auto where it is not said
		want          string
		users         string // of removed keys
	}{
		"a changed key that a variable holds":      {edit: "password=x", objects: webWith(env, old), want: "roll deployment/web"},
		"however new its pods are":                 {edit: "password=x", objects: webWith(env, "23:00:00"), want: "roll deployment/web"},
		"another key":                              {edit: "url=x", objects: webWith(env, old)},
		"another key, though its pods are stale":   {edit: "url=x", objects: webWith(env, "11:00:00")},
		"all keys as variables":                    {edit: "url=x", objects: webWith(all, old), want: "roll deployment/web"},
		"a new key, and all as variables":          {edit: "new=x", objects: webWith(all, old), want: "roll deployment/web"},
		"a key that is gone, and all as variables": {edit: "gone-", objects: webWith(all, "11:00:00"), want: "roll deployment/web"},
		"a key that is gone, and others are read":  {edit: "gone-", objects: webWith(env, "11:00:00")},
		"a key that is gone, and newer pods":       {edit: "gone-", objects: webWith(all, "12:00:00")},
		"stale pods, and their next ones do not read it": {
			edit: "password=same", objects: web(`{containers: [{name: web}]}`) + pod("web-1-a", "11:00:00", "11:00:00", env),
		},
		"pods of before read what changes, and their next ones do not": {
			edit: "password=x", objects: web(`{containers: [{name: web}]}`) + pod("web-1-a", "11:00:00", "11:00:00", env),
		},
		"a volume follows":                          {edit: "url=x", objects: webWith(volume, old), want: "in place deployment/web"},
		"a volume, rolled on demand":                {edit: "url=x", roll: RollAll, objects: webWith(volume, old), want: "roll deployment/web"},
		"a subPath does not":                        {edit: "url=x", objects: webWith(file, old), want: "roll deployment/web"},
		"a key that was missing, and is optional":   {edit: "new=x", objects: webWith(maybe, old), want: "roll deployment/web"},
		"a key that was missing: what waits for it": {edit: "new=x", objects: webWith(needs, old), want: "roll deployment/web"},
		"it lacks a key, as before":                 {edit: "url=x", objects: webWith(needs, old)},
		"and reads what changes": {
			edit: "password=x", want: "broken deployment/web",
			objects: webWith(`{containers: [{name: web, envFrom: [{secretRef: {name: db}}], env: [{name: P, valueFrom: {secretKeyRef: {name: db, key: new}}}]}]}`, old),
		},
		"it lacks a key, and everybody is to be rolled": {edit: "url=x", roll: RollAll, objects: webWith(needs, old), want: "broken deployment/web"},
		"pulled with": {edit: "password=x", objects: webWith(pull, old)},
		"no pods":     {edit: "password=x", objects: web(env)},
		"waiting to be started anew: that is judged": {edit: "password=x", objects: waiting, want: "roll deployment/web"},
		"nothing on demand":                          {edit: "password=x", roll: RollNone, objects: webWith(env, old)},

		"the value it has, and pods from before": {edit: "password=same", objects: webWith(env, old), want: "roll deployment/web"},
		"the value it has, and pods that know it": {
			edit: "password=same", objects: webWith(env, "12:30:00"),
		},
		"the value it has of one key, and pods that lack the change of another": {
			edit: "url=same", objects: webWith(all, "11:30:00"),
		},

		"of a StatefulSet":    {edit: "password=x", objects: stateful, want: "roll statefulset/store"},
		"of a bare pod":       {edit: "password=x", objects: barePod, want: "by hand pod/alone"},
		"on demand, by hand":  {edit: "password=x", roll: RollAll, objects: barePod, want: "by hand pod/alone"},
		"two of three":        {edit: "password=x", objects: webWith(env, old) + "\n---\n" + stateful + strings.NewReplacer("name: web\n", "name: api\n").Replace("\n---\n"+web(urlEnv)), want: "roll deployment/web statefulset/store"},
		"a removed key":       {edit: "password-", objects: webWith(env, old), want: "broken deployment/web", users: "deployment/web"},
		"removed, one of all": {edit: "password-", objects: webWith(all, old), want: "roll deployment/web", users: "deployment/web"},
		"removed, a file":     {edit: "password-", objects: webWith(volume, old), want: "in place deployment/web", users: "deployment/web"},
		"removed, unused":     {edit: "password-", objects: webWith(urlEnv, old)},
	} {
		t.Run(name, func(t *testing.T) {
			roll := test.roll
			if roll == "" {
				roll = RollAuto
			}
			plan, users := planned(t, roll, test.edit, test.objects)
			if got := plan.text(); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
			if users != test.users {
				t.Errorf("users of what is removed: %q, want %q", users, test.users)
			}
		})
	}
}

func TestRemovedKeysThatAreOptional(t *testing.T) {
	spec := `{containers: [{name: web, env: [{name: P, valueFrom: {secretKeyRef: {name: db, key: password, optional: true}}}]}]}`
	plan, users := planned(t, RollAuto, "password-", web(spec)+pod("web-1-a", "10:00:00", "10:00:00", spec))
	if plan.text() != "roll deployment/web" || users != "deployment/web" {
		t.Errorf("%q, users %q", plan.text(), users)
	}
	if got := plan.Roll[0].Missing(); !slices.Equal(got, nil) {
		t.Error(fmt.Sprint(got))
	}
}
