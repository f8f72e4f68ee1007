package consumers

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/yaml"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// The content of the subject of these tables was changed at this moment, and its key "url" an hour before.
var changeTime = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)

// objectsOf reads YAML documents that start with their kind.
func objectsOf(t *testing.T, text string) []runtime.Object {
	t.Helper()
	var objects []runtime.Object
	for document := range strings.SplitSeq(text, "\n---\n") {
		kind, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimSpace(document), "kind: "), "\n")
		object := map[string]runtime.Object{
			kindDeployment: &appsv1.Deployment{}, kindStatefulSet: &appsv1.StatefulSet{}, kindDaemonSet: &appsv1.DaemonSet{},
			kindReplicaSet: &appsv1.ReplicaSet{}, kindJob: &batchv1.Job{}, kindCronJob: &batchv1.CronJob{}, kindPod: &corev1.Pod{},
			kindServiceAccount: &corev1.ServiceAccount{}, kindIngress: &networkingv1.Ingress{},
		}[kind]
		if object == nil {
			t.Fatalf("no kind %q", kind)
		}
		if err := yaml.UnmarshalStrict([]byte(document), object); err != nil {
			t.Fatalf("%v\n%s", err, document)
		}
		objects = append(objects, object)
	}
	return objects
}

func database(kind string) Subject {
	return Subject{
		Ref: workload.Ref{Kind: kind, Namespace: "shop", Name: "db"},
		Keys: []SubjectKey{
			{Name: ".dockerconfigjson", Bytes: 60, Changed: changeTime},
			{Name: "app.yml", Bytes: 90, Changed: changeTime},
			{Name: "password", Bytes: 12, Changed: changeTime},
			{Name: "tls.crt", Bytes: 900, Changed: changeTime},
			{Name: "tls.key", Bytes: 500, Changed: changeTime},
			{Name: "url", Bytes: 30, Changed: changeTime.Add(-time.Hour)},
		},
		Changed: Change{changeTime, FromManagedFields},
	}
}

func (u Use) text() string {
	words := []string{string(u.How)}
	for _, part := range []struct{ name, value string }{
		{"", u.Key},
		{"in ", u.Container},
		{"as ", u.Variable},
		{"prefix ", u.Prefix},
		{"volume ", u.Volume},
		{"at ", u.MountPath},
		{"through ", u.ServiceAccount},
	} {
		if part.value != "" {
			words = append(words, part.name+part.value)
		}
	}
	for word, said := range map[string]bool{"optional": u.Optional, "MISSING": u.Missing, "pods-only": u.PodsOnly} {
		if said {
			words = append(words, word)
		}
	}
	slices.Sort(words[1:])
	return strings.Join(words, " ") + " -> " + string(u.Reach)
}

func usesText(consumers []Consumer) []string {
	var lines []string
	for _, c := range consumers {
		for _, u := range c.Uses {
			lines = append(lines, fmt.Sprintf("%s: %s", c, u.text()))
		}
	}
	return lines
}

const templateHead = "selector: {}, template: {spec: "

// web is a Deployment with a pod spec in flow style.
func web(spec string) string {
	return "kind: Deployment\nmetadata: {name: web}\nspec: {" + templateHead + spec + "}}"
}

func TestUses(t *testing.T) {
	for name, test := range map[string]struct {
		objects string
		kind    string // Secret where it is not said
		want    []string
	}{
		"nobody": {objects: web(`{containers: [{name: web}]}`)},
		"one variable, of the object of that kind": {
			objects: web(`{containers: [{name: web, env: [
			{name: URL, valueFrom: {secretKeyRef: {name: db, key: url}}},
			{name: NO, valueFrom: {configMapKeyRef: {name: db, key: url}}},
			{name: OTHER, valueFrom: {secretKeyRef: {name: other, key: url}}}]}]}`),
			want: []string{"deployment/web: env as URL in web url -> ContainerStart"},
		},
		"a ConfigMap": {
			kind: "ConfigMap", objects: web(`{initContainers: [{name: init, env: [
			{name: U, valueFrom: {configMapKeyRef: {name: db, key: url}}}]}]}`),
			want: []string{"deployment/web: env as U in init url -> ContainerStart"},
		},
		"all variables, with a prefix": {
			objects: web(`{containers: [{name: web, envFrom: [{prefix: DB_, secretRef: {name: db}}]}]}`),
			want:    []string{"deployment/web: envFrom in web prefix DB_ -> ContainerStart"},
		},
		"a whole volume": {
			objects: web(`{containers: [{name: web, volumeMounts: [{name: v, mountPath: /v}]}], volumes: [{name: v, secret: {secretName: db}}]}`),
			want:    []string{"deployment/web: volume at /v in web volume v -> InPlace"},
		},
		"items of a volume": {
			objects: web(`{containers: [{name: web, volumeMounts: [{name: v, mountPath: /v}]}],
			volumes: [{name: v, secret: {secretName: db, items: [{key: url, path: a/url}]}}]}`),
			want: []string{"deployment/web: volume at /v in web url volume v -> InPlace"},
		},
		"a volume that nothing mounts": {
			objects: web(`{containers: [{name: web}], volumes: [{name: v, secret: {secretName: db}}]}`),
			want:    []string{"deployment/web: volume volume v -> InPlace"},
		},
		"one file by subPath never updates": {
			objects: web(`{containers: [{name: web, volumeMounts: [{name: v, mountPath: /etc/app.yml, subPath: app.yml}]}],
			volumes: [{name: v, secret: {secretName: db}}]}`),
			want: []string{"deployment/web: subPath app.yml at /etc/app.yml in web volume v -> ContainerStart"},
		},
		"subPath of an item, by its path": {
			objects: web(`{containers: [{name: web, volumeMounts: [{name: v, mountPath: /etc/x, subPath: conf/x}]}],
			volumes: [{name: v, secret: {secretName: db, items: [{key: url, path: conf/x}, {key: password, path: conf/y}]}}]}`),
			want: []string{
				"deployment/web: volume password volume v -> InPlace",
				"deployment/web: subPath at /etc/x in web url volume v -> ContainerStart",
			},
		},
		"subPathExpr": {
			objects: web(`{containers: [{name: web, volumeMounts: [{name: v, mountPath: /v, subPathExpr: $(POD)}]}], volumes: [{name: v, secret: {secretName: db}}]}`),
			want:    []string{"deployment/web: subPath at /v in web volume v -> ContainerStart"},
		},
		"projected; a subPath may be that of another source": {
			objects: web(`{containers: [{name: web, volumeMounts: [
			{name: v, mountPath: /v}, {name: v, mountPath: /x, subPath: other.yml}, {name: v, mountPath: /y, subPath: app.yml}]}],
			volumes: [{name: v, projected: {sources: [{secret: {name: db}}, {configMap: {name: other}}]}}]}`),
			want: []string{
				"deployment/web: projected at /v in web volume v -> InPlace",
				"deployment/web: subPath app.yml at /y in web volume v -> ContainerStart",
			},
		},
		"missing keys, optional or not": {
			objects: web(`{containers: [{name: web, env: [
			{name: A, valueFrom: {secretKeyRef: {name: db, key: gone}}},
			{name: B, valueFrom: {secretKeyRef: {name: db, key: maybe, optional: true}}}]}]}`),
			want: []string{
				"deployment/web: env MISSING as A gone in web -> ContainerStart",
				"deployment/web: env MISSING as B in web maybe optional -> ContainerStart",
			},
		},
		"pull secrets": {
			objects: web(`{containers: [{name: web}], imagePullSecrets: [{name: db}]}`),
			want:    []string{"deployment/web: imagePullSecrets .dockerconfigjson -> ImagePull"},
		},
		"pull secrets through the ServiceAccount that the pod runs as": {
			objects: web(`{containers: [{name: web}], serviceAccountName: robot}`) + `
---
kind: StatefulSet
metadata: {name: own}
spec: {` + templateHead + `{containers: [{name: c}], serviceAccountName: robot, imagePullSecrets: [{name: mine}]}}}
---
kind: DaemonSet
metadata: {name: other}
spec: {` + templateHead + `{containers: [{name: c}]}}}
---
kind: ServiceAccount
metadata: {name: robot}
imagePullSecrets: [{name: db}]
secrets: [{name: db}]`,
			want: []string{
				"deployment/web: imagePullSecrets .dockerconfigjson through robot -> ImagePull",
				"serviceaccount/robot: imagePullSecrets .dockerconfigjson -> ImagePull",
				"serviceaccount/robot: serviceAccountSecrets -> Nothing",
			},
		},
		"the default account": {
			objects: web(`{containers: [{name: web}]}`) + `
---
kind: ServiceAccount
metadata: {name: default}
imagePullSecrets: [{name: db}]`,
			want: []string{
				"deployment/web: imagePullSecrets .dockerconfigjson through default -> ImagePull",
				"serviceaccount/default: imagePullSecrets .dockerconfigjson -> ImagePull",
			},
		},
		"an Ingress": {
			objects: `kind: Ingress
metadata: {name: shop}
spec: {tls: [{secretName: db, hosts: [a]}, {secretName: other}, {secretName: db, hosts: [b]}]}`,
			want: []string{
				"ingress/shop: ingressTLS tls.crt -> Controller",
				"ingress/shop: ingressTLS tls.key -> Controller",
			},
		},
		"every kind with a template, each under its own name": {
			objects: `kind: StatefulSet
metadata: {name: a}
spec: {` + templateHead + podSpec + `}}
---
kind: DaemonSet
metadata: {name: b}
spec: {` + templateHead + podSpec + `}}
---
kind: ReplicaSet
metadata: {name: c}
spec: {` + templateHead + podSpec + `}}
---
kind: ReplicaSet
metadata: {name: of-web, ownerReferences: [{kind: Deployment, name: web, controller: true, apiVersion: apps/v1, uid: u}]}
spec: {` + templateHead + podSpec + `}}
---
kind: Job
metadata: {name: d}
spec: {template: {spec: ` + podSpec + `}}
---
kind: Job
metadata: {name: ended}
spec: {template: {spec: ` + podSpec + `}}
status: {conditions: [{type: Complete, status: "True"}]}
---
kind: Job
metadata: {name: nightly-1, ownerReferences: [{kind: CronJob, name: nightly, controller: true, apiVersion: batch/v1, uid: u}]}
spec: {template: {spec: ` + podSpec + `}}
---
kind: CronJob
metadata: {name: nightly}
spec: {jobTemplate: {spec: {template: {spec: ` + podSpec + `}}}}
---
kind: Pod
metadata: {name: bare}
spec: ` + podSpec + `
---
kind: Pod
metadata: {name: bare-ended}
spec: ` + podSpec + `
status: {phase: Succeeded}`,
			want: []string{
				"statefulset/a: envFrom in c -> ContainerStart", "daemonset/b: envFrom in c -> ContainerStart",
				"replicaset/c: envFrom in c -> ContainerStart", "cronjob/nightly: envFrom in c -> ContainerStart",
				"job/d: envFrom in c -> ContainerStart", "pod/bare: envFrom in c -> ContainerStart",
			},
		},
		"what only pods use: an earlier template, a controller of another kind, an orphan": {
			objects: web(`{containers: [{name: web}]}`) + `
---
kind: Pod
metadata: {name: web-1-x, labels: {pod-template-hash: "1"}, ownerReferences: [{kind: ReplicaSet, name: web-1, controller: true, apiVersion: apps/v1, uid: u}]}
spec: ` + podSpec + `
---
kind: Pod
metadata: {name: lone-1-x, labels: {pod-template-hash: "1"}, ownerReferences: [{kind: ReplicaSet, name: lone-1, controller: true, apiVersion: apps/v1, uid: u}]}
spec: ` + podSpec + `
---
kind: Pod
metadata: {name: game-x, ownerReferences: [{kind: GameServer, name: game, controller: true, apiVersion: x/v1, uid: u}]}
spec: ` + podSpec,
			want: []string{
				"deployment/web: envFrom in c pods-only -> ContainerStart",
				"replicaset/lone-1: envFrom in c pods-only -> ContainerStart",
				"gameserver/game: envFrom in c pods-only -> ContainerStart",
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			subject := database("Secret")
			if test.kind != "" {
				subject.Kind = test.kind
			}
			got := usesText(found(t, subject, test.objects))
			if !slices.Equal(got, test.want) {
				t.Errorf("got\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(test.want, "\n  "))
			}
		})
	}
}

const podSpec = `{containers: [{name: c, envFrom: [{secretRef: {name: db}}]}]}`

func found(t *testing.T, subject Subject, objects string) []Consumer {
	t.Helper()
	search := NewSearch(subject.Ref)
	for _, o := range objectsOf(t, objects) {
		search.Add(o)
	}
	return search.Consumers(subject)
}

// Where the Deployments may not be read, the name of a ReplicaSet tells whose the pod is.
func TestPodsTellOfDeploymentsThatAreNotRead(t *testing.T) {
	search := NewSearch(database("Secret").Ref)
	search.Without("Deployment")
	for _, o := range objectsOf(t, strings.TrimPrefix(strings.TrimSpace(pod("web-1-x", "11:00:00", "11:00:00", podSpec)), "---\n")) {
		search.Add(o)
	}
	if got := search.Consumers(database("Secret")); len(got) != 1 || got[0].String() != "deployment/web" {
		t.Errorf("consumers: %v", usesText(got))
	}
}

// Several objects are sought at once, and each has its own consumers.
func TestSearchForSeveral(t *testing.T) {
	secret, configMap := database("Secret"), database("ConfigMap")
	search := NewSearch(secret.Ref, configMap.Ref)
	for _, o := range objectsOf(t, web(`{containers: [{name: web, envFrom: [{secretRef: {name: db}}]}]}`)+"\n---\n"+
		strings.Replace(web(`{containers: [{name: web, envFrom: [{configMapRef: {name: db}}]}]}`), "name: web}", "name: api}", 1)) {
		search.Add(o)
	}
	for kind, want := range map[string]string{"Secret": "deployment/web", "ConfigMap": "deployment/api"} {
		got := search.Consumers(database(kind))
		if len(got) != 1 || got[0].String() != want {
			t.Errorf("%s: %v", kind, usesText(got))
		}
	}
}

func TestSubjectOfAnObject(t *testing.T) {
	meta := &metav1.ObjectMeta{CreationTimestamp: metav1.NewTime(changeTime)}
	s := NewSubject(workload.Ref{Kind: "Secret", Name: "db"}, meta, map[string]int{"b": 2, "a": 1})
	if got := fmt.Sprint(s.Keys); got != fmt.Sprint([]SubjectKey{{Name: "a", Bytes: 1, Changed: changeTime}, {Name: "b", Bytes: 2, Changed: changeTime}}) {
		t.Error(got)
	}
	if !s.lacks("c") || s.lacks("a") || s.lacks("") {
		t.Error("c is missing, and nothing else")
	}
	if s.pullKey() != ".dockerconfigjson" {
		t.Errorf("a pull secret without its key is told as missing it, not %q", s.pullKey())
	}
	old := NewSubject(s.Ref, meta, map[string]int{".dockercfg": 1})
	if old.pullKey() != ".dockercfg" {
		t.Errorf("the old format: %q", old.pullKey())
	}
	s.Unread = true
	if s.lacks("c") {
		t.Error("nothing is known to be missing of what can't be read")
	}
}

// Each variable that is made of a key is named once; a container that only old pods have is not.
func TestVariables(t *testing.T) {
	user := func(name string, uses ...Use) Consumer {
		return Consumer{Ref: workload.Ref{Kind: "Deployment", Namespace: "shop", Name: name}, Uses: uses}
	}
	variables := Variables([]Consumer{
		user("web", Use{How: HowEnv, Key: "raw", Variable: "RAW"}, Use{How: HowEnv, Key: "raw", Variable: "RAW", Container: "other"}),
		user("api", Use{How: HowEnvFrom, Prefix: "DB_"}, Use{How: HowVolume}),
		user("files", Use{How: HowVolume}, Use{How: HowEnv, Key: "other", Variable: "OTHER"}),
		user("old", Use{How: HowEnv, Key: "raw", Variable: "OLD", PodsOnly: true}),
	})
	want := []string{"deployment/web uses it as RAW", "deployment/api uses it as DB_raw"}
	if got := variables("raw"); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
