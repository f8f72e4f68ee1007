package workload

import (
	"reflect"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"
)

// A template of two containers, before.
const templateBefore = `
metadata: {labels: {app: web}, annotations: {token: marker-1, old: x}}
spec:
  serviceAccountName: default
  serviceAccount: default
  terminationGracePeriodSeconds: 30
  volumes: [{name: tmp, emptyDir: {}}]
  initContainers: [{name: migrate, image: "migrate:1", command: [migrate, --password=marker-2]}]
  containers:
  - name: web
    image: web:1.0
    env: [{name: PASSWORD, value: marker-3}]
    resources: {requests: {cpu: 100m, memory: 64Mi}}
    livenessProbe: {httpGet: {path: /live, port: 8080, httpHeaders: [{name: Authorization, value: marker-4}]}, periodSeconds: 10}
  - {name: proxy, image: "envoy:1", imagePullPolicy: Always}
`

func TestCompareTemplates(t *testing.T) {
	for name, test := range map[string]struct {
		replace []string // pairs
		want    []TemplateChange
	}{
		"nothing":                    {nil, nil},
		"an image":                   {[]string{"web:1.0", "web:2.0"}, nil},
		"a variable":                 {[]string{"marker-3", "marker-5"}, nil},
		"a processor too many":       {[]string{"cpu: 100m", "cpu: 1000"}, []TemplateChange{{"web", "cpu request", "100m", "1000"}}},
		"the same in other words":    {[]string{"cpu: 100m", "cpu: '0.1'"}, nil},
		"a request of another kind":  {[]string{", memory: 64Mi", ""}, []TemplateChange{{"web", "memory request", "64Mi", "none"}}},
		"a limit":                    {[]string{"resources: {", "resources: {limits: {memory: 1Gi}, "}, []TemplateChange{{"web", "memory limit", "none", "1Gi"}}},
		"the path of a probe":        {[]string{"/live", "/healthz"}, []TemplateChange{{"web", "liveness probe path", "/live", "/healthz"}}},
		"the port of a probe":        {[]string{"port: 8080", "port: http"}, []TemplateChange{{"web", "liveness probe port", "8080", "http"}}},
		"the period of a probe":      {[]string{"periodSeconds: 10", "periodSeconds: 1"}, []TemplateChange{{"web", "liveness probe periodSeconds", "10", "1"}}},
		"a header of a probe":        {[]string{"marker-4", "marker-5"}, []TemplateChange{{Container: "web", Field: "liveness probe httpHeaders"}}},
		"another probe":              {[]string{"livenessProbe", "readinessProbe"}, []TemplateChange{{"web", "liveness probe", "set", "none"}, {"web", "readiness probe", "none", "set"}}},
		"a command":                  {[]string{"marker-2", "marker-5"}, []TemplateChange{{Container: "migrate", Field: "command"}}},
		"a field of a container":     {[]string{"Always", "IfNotPresent"}, []TemplateChange{{"proxy", "imagePullPolicy", "Always", "IfNotPresent"}}},
		"a container that is gone":   {[]string{"  - {name: proxy, image: \"envoy:1\", imagePullPolicy: Always}\n", ""}, []TemplateChange{{"proxy", "container", "proxy", ""}}},
		"a container that is new":    {[]string{"  - {name: proxy", "  - {name: log, image: log}\n  - {name: proxy"}, []TemplateChange{{"log", "container", "", "log"}}},
		"the service account":        {[]string{"serviceAccountName: default\n  serviceAccount: default", "serviceAccountName: shop\n  serviceAccount: shop"}, []TemplateChange{{"", "serviceAccountName", "default", "shop"}}},
		"a class":                    {[]string{"  volumes:", "  priorityClassName: high\n  volumes:"}, []TemplateChange{{"", "priorityClassName", "none", "high"}}},
		"a number of the pod":        {[]string{"Seconds: 30", "Seconds: 5"}, []TemplateChange{{"", "terminationGracePeriodSeconds", "30", "5"}}},
		"what is more than one word": {[]string{"emptyDir: {}", "emptyDir: {medium: Memory}"}, []TemplateChange{{"", "volume tmp", "emptyDir", "emptyDir in memory"}}},
		"a volume":                   {[]string{"emptyDir: {}}", "emptyDir: {}}, {name: db, secret: {secretName: db}}"}, []TemplateChange{{"", "volume db", "none", "secret/db"}}},
		"a setting of a volume":      {[]string{"emptyDir: {}", "emptyDir: {sizeLimit: 1Gi}"}, []TemplateChange{{Field: "volume tmp"}}},
		"a mount":                    {[]string{"imagePullPolicy: Always", "imagePullPolicy: Always, volumeMounts: [{name: tmp, mountPath: /tmp/, subPath: a, readOnly: true}]"}, []TemplateChange{{"proxy", "mount /tmp", "none", "volume tmp/a (read-only)"}}},
		"the label of a revision":    {[]string{"{app: web}", "{app: web, pod-template-hash: 7d9f}"}, nil},
		"a label":                    {[]string{"{app: web}", "{app: web, tier: front}"}, []TemplateChange{{"", "label tier", "none", "set"}}},
		"what was not there":         {[]string{"  volumes:", "  nodeSelector: {disk: ssd}\n  volumes:"}, []TemplateChange{{Field: "nodeSelector"}}},
		"annotations": {
			[]string{"marker-1, old: x", "marker-5, new: y"},
			[]TemplateChange{{"", "annotation new", "none", "set"}, {"", "annotation old", "set", "none"}, {Field: "annotation token"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			text := strings.NewReplacer(test.replace...).Replace(templateBefore)
			if test.replace != nil && text == templateBefore {
				t.Fatal("nothing was replaced")
			}
			got := CompareTemplates(templateOf(t, templateBefore), templateOf(t, text))
			if !reflect.DeepEqual(got, test.want) {
				t.Errorf("got  %+v\nwant %+v", got, test.want)
			}
			for _, c := range got {
				if strings.Contains(c.From+c.To+c.Field, "marker") {
					t.Errorf("%+v has a value that may be secret", c)
				}
			}
		})
	}
}

func templateOf(t *testing.T, text string) *corev1.PodTemplateSpec {
	t.Helper()
	template := &corev1.PodTemplateSpec{}
	if err := yaml.UnmarshalStrict([]byte(text), template); err != nil {
		t.Fatal(err)
	}
	return template
}

func TestUndoesRestart(t *testing.T) {
	const early, late, abroad = "2026-01-01T10:00:00Z", "2026-01-01T11:00:00Z", "2026-01-01T11:30:00+02:00"
	for name, test := range map[string]struct {
		before, after string
		want          bool
	}{
		"a first restart":               {"", early, false},
		"a second restart":              {early, late, false},
		"back to the first":             {late, early, true},
		"back to before the first":      {early, "", true},
		"back by a job in another zone": {early, abroad, true},
		"no time before":                {"yes", early, false},
		"no time after":                 {early, "yes", true},
	} {
		t.Run(name, func(t *testing.T) {
			template := func(at string) *corev1.PodTemplateSpec {
				var template corev1.PodTemplateSpec
				if at != "" {
					template.Annotations = map[string]string{AnnotationRestartedAt: at}
				}
				return &template
			}
			changes := CompareTemplates(template(test.before), template(test.after))
			if len(changes) != 1 || !changes[0].IsRestart() || changes[0].UndoesRestart() != test.want {
				t.Errorf("%+v, want one restart, undone: %v", changes, test.want)
			}
		})
	}
}
