package expose

import (
	"errors"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// app is a Deployment with the containers of a pod spec in YAML.
func app(t *testing.T, spec string) Target {
	t.Helper()
	d := &appsv1.Deployment{}
	text := `
metadata: {name: web, namespace: shop, uid: u-web, labels: {team: a}}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web, version: "7"}}
    spec: ` + spec
	if err := yaml.UnmarshalStrict([]byte(text), d); err != nil {
		t.Fatal(err)
	}
	d.SetGroupVersionKind(appsv1.SchemeGroupVersion.WithKind("Deployment"))
	o, _ := workload.ObjectOf(d)
	target, err := OfWorkload(o)
	if err != nil {
		t.Fatal(err)
	}
	return target
}

func service(t *testing.T, text string) *corev1.Service {
	t.Helper()
	if text == "" {
		return nil
	}
	s := &corev1.Service{}
	if err := yaml.UnmarshalStrict([]byte(text), s); err != nil {
		t.Fatal(err)
	}
	return s
}

func ports(s *corev1.Service) string {
	var all []string
	for _, p := range s.Spec.Ports {
		all = append(all, PortText(p))
	}
	return strings.Join(all, " ")
}

const (
	one     = `{containers: [{name: web, ports: [{name: http, containerPort: 8080}]}]}`
	two     = `{containers: [{name: web, ports: [{name: http, containerPort: 8080}, {containerPort: 9090}]}]}`
	none    = `{containers: [{name: web}]}`
	dns     = `{containers: [{name: dns, ports: [{containerPort: 53}, {containerPort: 53, protocol: UDP}]}]}`
	sidecar = `{containers: [{name: web, ports: [{containerPort: 8080}]}, {name: istio-proxy, ports: [{name: envoy, containerPort: 15090}]}],
    initContainers: [{name: log, restartPolicy: Always, ports: [{containerPort: 24224}]}, {name: migrate, ports: [{containerPort: 1}]}]}`
	noApp = `{containers: [{name: istio-proxy, ports: [{containerPort: 15090}]}]}`
)

func TestPorts(t *testing.T) {
	for name, test := range map[string]struct {
		spec, now string
		ports     []string
		target    string
		protocol  corev1.Protocol
		want      string
	}{
		"that of the container":                      {spec: one, want: "8080"},
		"all of the container, named":                {spec: two, want: "http=8080 port-2=9090"},
		"sidecars are left out":                      {spec: sidecar, want: "8080"},
		"two protocols":                              {spec: dns, want: "port-1=53 port-2=53/UDP"},
		"asked for, as with kubectl":                 {spec: one, ports: []string{"80"}, want: "80"},
		"the protocol that the container declares":   {spec: `{containers: [{name: a, ports: [{containerPort: 514, protocol: UDP}]}]}`, ports: []string{"514"}, want: "514/UDP"},
		"both protocols that the container declares": {spec: dns, ports: []string{"dns=53"}, want: "dns-tcp=53 dns-udp=53/UDP"},
		"both, without a name":                       {spec: dns, ports: []string{"53"}, want: "port-1=53 port-2=53/UDP"},
		"one more":                                   {spec: dns, ports: []string{"53,9153"}, want: "port-1=53 port-2=53/UDP port-3=9153"},
		"one of them":                                {spec: dns, ports: []string{"53/UDP"}, want: "53/UDP"},
		"one of them by --protocol":                  {spec: dns, ports: []string{"53"}, protocol: "UDP", want: "53/UDP"},
		"a target of its own":                        {spec: two, ports: []string{"http=80:8080", "9090"}, want: "http=80:8080 port-2=9090"},
		"a target by its name":                       {spec: one, ports: []string{"80:http"}, want: "80:http"},
		"--target-port is for the others":            {spec: two, ports: []string{"80,81:9090"}, target: "8080", want: "http=80:8080 port-2=81:9090"},
		"what no flag says stays": {
			spec: one, now: `{spec: {selector: {app: web}, type: NodePort, ports: [{port: 80, protocol: TCP, targetPort: 8080, nodePort: 30080}]}}`,
			want: "80:8080 (node port 30080)",
		},
		"a port keeps its node port and its target": {
			spec: one, now: `{spec: {selector: {app: web}, ports: [{port: 80, protocol: TCP, targetPort: 8080, nodePort: 30080}]}}`,
			ports: []string{"80", "443:8443"}, want: "http=80:8080 (node port 30080) port-2=443:8443",
		},
		"another target of the port that is there": {
			spec: two, now: `{spec: {selector: {app: web}, ports: [{port: 80, protocol: TCP, targetPort: 8080}]}}`,
			ports: []string{"80:9090"}, want: "80:9090",
		},
		"--target-port alone": {
			spec: two, now: `{spec: {selector: {app: web}, ports: [{port: 80, protocol: TCP, targetPort: 8080}]}}`,
			target: "9090", want: "80:9090",
		},
	} {
		t.Run(name, func(t *testing.T) {
			target := app(t, test.spec)
			asked, err := ParsePorts(test.ports)
			if err != nil {
				t.Fatal(err)
			}
			s, err := Plan(&target, service(t, test.now), &Options{Name: "web", Ports: asked, Target: test.target, Protocol: test.protocol})
			if err != nil {
				t.Fatal(err)
			}
			if got := ports(s); got != test.want {
				t.Errorf("ports %q, want %q", got, test.want)
			}
			again, err := Plan(&target, s, &Options{Name: "web", Ports: asked, Target: test.target, Protocol: test.protocol})
			if err != nil {
				t.Fatal(err)
			}
			if got := ports(again); got != test.want {
				t.Errorf("the second time ports %q, want %q", got, test.want)
			}
		})
	}
}

func TestPlan(t *testing.T) {
	for name, test := range map[string]struct {
		now     string
		options Options
		changes string
		fault   string
	}{
		"unchanged":                      {now: `{metadata: {name: web}, spec: {selector: {app: web}, ports: [{port: 8080, protocol: TCP}]}}`},
		"a selector that fits is kept":   {now: `{metadata: {name: web}, spec: {selector: {version: "7"}, ports: [{port: 8080, protocol: TCP}]}}`},
		"another type":                   {now: `{spec: {type: ClusterIP, selector: {app: web}, ports: [{port: 8080, protocol: TCP}]}}`, options: Options{Type: "NodePort"}, changes: "type ClusterIP>NodePort"},
		"ClusterIP takes node ports":     {now: `{spec: {type: NodePort, selector: {app: web}, ports: [{port: 80, protocol: TCP, nodePort: 30080}]}}`, options: Options{Type: "ClusterIP"}, changes: "type NodePort>ClusterIP; port 80 (node port 30080)>80"},
		"a node port makes the type":     {now: `{spec: {type: ClusterIP, selector: {app: web}, ports: [{port: 80, protocol: TCP}]}}`, options: Options{NodePorts: []int32{30080}}, changes: "type ClusterIP>NodePort; port 80>80 (node port 30080)"},
		"a node port of a load balancer": {now: `{spec: {type: LoadBalancer, selector: {app: web}, ports: [{port: 80, protocol: TCP}]}}`, options: Options{NodePorts: []int32{30080}}, changes: "port 80>80 (node port 30080)"},
		"affinity":                       {now: `{spec: {sessionAffinity: None, selector: {app: web}, ports: [{port: 80, protocol: TCP}]}}`, options: Options{SessionAffinity: "ClientIP"}, changes: "sessionAffinity None>ClientIP"},
		"another app":                    {now: `{metadata: {name: web}, spec: {selector: {app: api}}}`, fault: "service/web exists and selects app=api, not the pods of deployment/web"},
		"another app, by force":          {now: `{metadata: {name: web}, spec: {selector: {app: api}, ports: [{port: 80, protocol: TCP}]}}`, options: Options{Force: true}, changes: "selector app=api>app=web"},
		"endpoints by hand":              {now: `{metadata: {name: web}}`, fault: "has no selector: its endpoints are made by hand"},
		"a name elsewhere":               {now: `{metadata: {name: web}, spec: {type: ExternalName, externalName: example.org}}`, fault: "stands for example.org (ExternalName)"},
		"another selector":               {options: Options{Selector: map[string]string{"app": "x"}}, fault: "--selector=app=x does not match the pods of deployment/web, whose labels are app=web,version=7"},
		"the address can't be changed":   {now: `{metadata: {name: web}, spec: {clusterIP: 10.0.0.1, selector: {app: web}, ports: [{port: 80, protocol: TCP}]}}`, options: Options{ClusterIP: "None"}, fault: "the clusterIP of service/web is 10.0.0.1 and can't be changed to None"},
		"node ports of ClusterIP":        {options: Options{Type: "ClusterIP", NodePorts: []int32{30080}}, fault: "--node-port is for --type=NodePort or LoadBalancer"},
		"headless with node ports":       {options: Options{ClusterIP: "None", NodePorts: []int32{30080}}, fault: "can't be combined"},
		"too many node ports":            {options: Options{NodePorts: []int32{30080, 30081}}, fault: "--node-port has 2 numbers, and the Service has 1 port"},
	} {
		t.Run(name, func(t *testing.T) {
			target, now := app(t, one), service(t, test.now)
			test.options.Name = "web"
			s, err := Plan(&target, now, &test.options)
			if test.fault != "" {
				if err == nil || !strings.Contains(err.Error(), test.fault) {
					t.Errorf("error %v, want %q", err, test.fault)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, c := range ServiceChanges(now, s) {
				got = append(got, c.Field+" "+c.From+">"+c.To)
			}
			if strings.Join(got, "; ") != test.changes {
				t.Errorf("changes %q, want %q", got, test.changes)
			}
		})
	}
}

func TestLabels(t *testing.T) {
	target := app(t, one)
	now := service(t, `{metadata: {name: web, labels: {app.kubernetes.io/managed-by: Helm, team: a}}, spec: {selector: {app: web}, ports: [{port: 80}]}}`)
	for _, test := range []struct {
		now  *corev1.Service
		want string
	}{{nil, "team=b"}, {now, "app.kubernetes.io/managed-by=Helm,team=b"}} {
		s, err := Plan(&target, test.now, &Options{Name: "web", Labels: map[string]string{"team": "b"}})
		if err != nil {
			t.Fatal(err)
		}
		if got := SelectorText(s.Labels); got != test.want {
			t.Errorf("labels %s, want %s", got, test.want)
		}
	}
}

// The Service of a new app has the labels of the object, and the selector of the workload, not all labels of its pods.
func TestNewService(t *testing.T) {
	target := app(t, one)
	s, err := Plan(&target, nil, &Options{Name: "web"})
	if err != nil {
		t.Fatal(err)
	}
	if got := SelectorText(s.Spec.Selector); got != "app=web" {
		t.Errorf("selector %s", got)
	}
	if got := SelectorText(s.Labels); got != "team=a" || s.Namespace != "shop" {
		t.Errorf("labels %s in %s", got, s.Namespace)
	}
	for spec, want := range map[string]string{
		none:  "no container of deployment/web declares a port: say which port to expose with --port=PORT or --port=PORT:TARGET",
		noApp: "only sidecars of deployment/web declare a port: say which port to expose with --port",
	} {
		target := app(t, spec)
		if _, err := Plan(&target, nil, &Options{Name: "web"}); err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
		if _, err := Plan(&target, nil, &Options{Name: "web", ClusterIP: "None"}); err != nil {
			t.Errorf("a headless Service needs no port: %v", err)
		}
	}
}

func TestParsePorts(t *testing.T) {
	for text, want := range map[string]string{
		"http":            `--port=http: "http" is not a number`,
		"80:":             "give the number or the name of a container's port",
		"0":               "0 is no port: ports go from 1 to 65535",
		"80:70000":        "70000 is no port",
		"80,80":           "80 is given twice",
		"80/UDP,80":       "80 is given twice",
		"a=80,a=81":       "the name a is given twice",
		"80/ICMP":         "ICMP is not a protocol of a Service: it takes TCP, UDP, SCTP",
		"My_Port=80":      "My_Port is not a valid name of a port: use lower-case letters, digits and '-'; did you mean my-port?",
		"80:a--b":         "a--b is neither a number nor a name of a container's port",
		"80/udp,80/tcp":   "",
		"http=80:http-in": "",
	} {
		_, err := ParsePorts([]string{text})
		var input *InputError
		if want == "" && err != nil || want != "" && (!errors.As(err, &input) || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}

func TestCheckTargets(t *testing.T) {
	for name, test := range map[string]struct{ spec, port, warning, fault string }{
		"declared":           {spec: one, port: "80:8080"},
		"declared by name":   {spec: one, port: "80:http"},
		"of a sidecar":       {spec: sidecar, port: "15090"},
		"the only one":       {spec: one, port: "80", warning: "no container of deployment/web declares port 80, where port 80 of the Service leads; it declares 8080 (http): did you mean --port=80:8080?"},
		"one of several":     {spec: two, port: "80:9091", warning: "it declares 8080 (http), 9090"},
		"another protocol":   {spec: one, port: "8080/UDP", warning: "declares port 8080/UDP, where port 8080 of the Service leads; it declares 8080 (http)"},
		"nothing is known":   {spec: none, port: "80", warning: "no container of deployment/web declares a port: it can't be checked whether one listens on 80"},
		"a wrong name":       {spec: one, port: "80:htpp", fault: "no container of deployment/web has a port named htpp; did you mean http?"},
		"a name of nobody":   {spec: two, port: "80:grpc", fault: "no container of deployment/web has a port named grpc; it declares 8080 (http), 9090"},
		"a name, no port":    {spec: none, port: "80:http", fault: "named http: no container declares a port"},
		"other way of a UDP": {spec: dns, port: "53"},
	} {
		t.Run(name, func(t *testing.T) {
			target := app(t, test.spec)
			asked, err := ParsePorts([]string{test.port})
			if err != nil {
				t.Fatal(err)
			}
			s, err := Plan(&target, nil, &Options{Name: "web", Ports: asked})
			if err != nil {
				t.Fatal(err)
			}
			warnings, err := CheckTargets(&target, s)
			if text := strings.Join(warnings, "; "); (text == "") != (test.warning == "") || !strings.Contains(text, test.warning) {
				t.Errorf("warnings %q, want %q", text, test.warning)
			}
			if (err == nil) != (test.fault == "") || err != nil && !strings.Contains(err.Error(), test.fault) {
				t.Errorf("error %v, want %q", err, test.fault)
			}
		})
	}
}

func TestOverrides(t *testing.T) {
	s := service(t, `{metadata: {name: web, namespace: shop}, spec: {selector: {app: web}, ports: [{port: 80, protocol: TCP}]}}`)
	for text, want := range map[string]string{
		`merge {"spec":{"ports":[{"port":81}]}}`:                         "81",
		`strategic {"spec":{"ports":[{"port":81}]}}`:                     "81 80",
		`json [{"op":"replace","path":"/spec/ports/0/port","value":82}]`: "82",
		`json {"spec":{}}`:                        "--overrides can't be applied as a json patch",
		`merge {"spec":`:                          "--overrides can't be applied as a merge patch",
		`merge {"spec":{"ports":"none"}}`:         "--overrides makes no valid Service",
		`merge {"metadata":{"name":"other"}}`:     "can't change the kind, the name or the namespace",
		`merge {"metadata":{"namespace":"prod"}}`: "can't change the kind, the name or the namespace",
	} {
		kind, patch, _ := strings.Cut(text, " ")
		after, err := Override{patch, kind}.Apply(s)
		if err != nil {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v", text, err)
			}
		} else if got := ports(after); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

func TestCheckName(t *testing.T) {
	for name, want := range map[string]string{
		"web":                   "",
		"my.app":                "my.app is not a valid name of a Service: use at most 63 lower-case letters, digits and '-'; begin and end with a letter or a digit: give --name=my-app",
		strings.Repeat("a", 70): "give --name=" + strings.Repeat("a", 63),
	} {
		if err := CheckName(name, false); (err == nil) != (want == "") || err != nil && !strings.HasSuffix(err.Error(), want) {
			t.Errorf("%s: %v, want %q", name, err, want)
		}
	}
}
