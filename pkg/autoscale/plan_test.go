package autoscale

import (
	"errors"
	"strings"
	"testing"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
)

// The targets are those of kubectl autoscale (k8s.io/kubectl/pkg/cmd/autoscale, parseResourceInput).
func TestParseTarget(t *testing.T) {
	for text, want := range map[string]string{
		"cpu 70%": "70%", "cpu 500m": "500m", "cpu 500": "500m", "cpu 1": "1m", "cpu  80%": "80%", "cpu 1.5": "1500u",
		"memory 60%": "60%", "memory 200Mi": "200Mi", "memory 200": "200Mi", "memory 1Gi": "1Gi",
		"cpu 0%": "error", "cpu -5%": "error", "cpu 70.5%": "error", "cpu 0": "error", "cpu -1": "error", "cpu seventy": "error",
		"cpu 0.5": "error", "cpu ": "error", "memory 0Mi": "error", "cpu 3000000000%": "error",
	} {
		name, value, _ := strings.Cut(text, " ")
		m, err := ResourceMetric(corev1.ResourceName(name), value)
		got := "error"
		if err == nil {
			got = TargetText(m.MetricSpec)
		}
		if got != want {
			t.Errorf("%s: %s (%v), want %s", text, got, err, want)
		}
	}
}

func TestParseMetric(t *testing.T) {
	for text, want := range map[string]string{
		"pods/requests=100":                  "pods/requests 100",
		"pods/requests{verb=GET}=1k":         "pods/requests{verb=GET} 1k",
		"external/queue=30/pod":              "external/queue 30/pod",
		"external/queue{name=mail,zone=a}=3": "external/queue{name=mail,zone=a} 3",
		"external/queue=none":                "removes external/queue",
		"object/service/web/hits=2k":         "object/service/web/hits 2k",
		"object/service/web/hits=2k/pod":     "object/service/web/hits 2k/pod",
		"container/web/cpu=70%":              "container/web/cpu 70%",
		"container/web/memory=200":           "container/web/memory 200Mi",
		"container/web/cpu=none":             "removes container/web/cpu",
		"pods/requests":                      "error",
		"pods/=1":                            "error",
		"pods/requests=":                     "error",
		"pods/requests=0":                    "error",
		"pods/requests=70%":                  "error",
		"pods/a/b=1":                         "error",
		"external/queue{name=mail":           "error",
		"external/queue{name=mail}":          "error",
		"external/queue{}=3":                 "error",
		"external/queue=many":                "error",
		"object/web/hits=2k":                 "error",
		"container/web=70%":                  "error",
		"container/web/disk=70%":             "error",
		"node/cpu=70%":                       "error",
		"cpu=70%":                            "error",
		"":                                   "error",
	} {
		m, err := ParseMetric(text)
		got := "error"
		switch {
		case err == nil && m.Remove:
			got = "removes " + MetricName(m.MetricSpec)
		case err == nil:
			got = MetricName(m.MetricSpec) + " " + TargetText(m.MetricSpec)
		}
		if got != want {
			t.Errorf("%s: %s (%v), want %s", text, got, err, want)
		}
	}
}

// What a person types is what is shown again; the bounds are those of the server.
func TestParseRules(t *testing.T) {
	for text, want := range map[string]string{
		"4/15s":               "4/15s,window=0s",
		"4/15s,100%/15s":      "4/15s,100%/15s,max,window=0s",
		"4/15s, 50%/1m, min":  "4/15s,50%/1m,min,window=0s",
		"window=5m":           "4/15s,100%/15s,max,window=5m",
		"1/30m,window=1h":     "1/30m,window=1h",
		"disabled":            "disabled",
		"default":             "4/15s,100%/15s,max,window=0s",
		"1/1m,max,window=90s": "1/1m,window=1m30s",
		"":                    "error",
		"fast":                "error",
		"4":                   "error",
		"0/15s":               "error",
		"-1/15s":              "error",
		"4/0s":                "error",
		"4/31m":               "error",
		"4/1500ms":            "error",
		"4/15":                "error",
		"window=61m":          "error",
		"window=soon":         "error",
		"disabled,4/15s":      "error",
		"default,window=5m":   "error",
		"4/15s,disabled":      "error",
		"99999999999/15s":     "error",
		"50%":                 "error",
	} {
		rules, err := ParseRules(text)
		got := "error"
		if err == nil {
			got = RulesText(Rules(&autoscalingv2.HorizontalPodAutoscalerBehavior{ScaleUp: rules}, true))
		}
		if got != want {
			t.Errorf("%q: %s (%v), want %s", text, got, err, want)
		}
	}
	if got := RulesText(Rules(nil, false)); got != "100%/15s" {
		t.Errorf("the default of scaling down: %s", got)
	}
}

func TestParseTolerance(t *testing.T) {
	for text, want := range map[string]string{
		"5%": "up=5%,down=5%", "0.05": "up=5%,down=5%", "0": "up=0%,down=0%", "2.5%": "up=2.5%,down=2.5%", "default": "up=default,down=default",
		"up=5%": "up=5%,down=20%", "down=1%": "up=10%,down=1%", "up=5%,down=0.3": "up=5%,down=30%", "up=default": "up=default,down=20%",
		"": "error", "-5%": "error", "much": "error", "up": "error", "side=5%": "error", "up=5%,up=6%": "error", "up=": "error", "2000%": "error",
	} {
		change, err := ParseTolerance(text)
		got := "error"
		if err == nil {
			ten, _ := parseTolerance("10%")
			twenty, _ := parseTolerance("20%")
			now := change(Tolerance{Up: ten, Down: twenty})
			got = "up=" + percentText(now.Up) + ",down=" + percentText(now.Down)
		}
		if got != want {
			t.Errorf("%q: %s (%v), want %s", text, got, err, want)
		}
	}
}

// settings are the flags of a command line.
func settings(t *testing.T, flags ...string) (s Settings) {
	t.Helper()
	for _, flag := range flags {
		name, value, _ := strings.Cut(flag, "=")
		var m MetricChange
		var err error
		switch name {
		case "min", "max":
			n := int32(value[0] - '0')
			if name == "min" {
				s.Min = &n
			} else {
				s.Max = &n
			}
		case "cpu", "memory":
			m, err = ResourceMetric(corev1.ResourceName(name), value)
			s.Metrics = append(s.Metrics, m)
		case "metric":
			m, err = ParseMetric(value)
			s.Metrics = append(s.Metrics, m)
		case "up":
			s.ScaleUp, err = ParseRules(value)
		case "down":
			s.ScaleDown, err = ParseRules(value)
		case "tolerance":
			s.Tolerance, err = ParseTolerance(value)
		default:
			t.Fatal(flag)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func differences(all []Difference) string {
	var texts []string
	for _, d := range all {
		texts = append(texts, d.Field+": "+d.From+" -> "+d.To)
	}
	return strings.Join(texts, "; ")
}

// Each case is an autoscaler that a first command has made, and what a second one makes of it.
func TestPlan(t *testing.T) {
	for _, test := range []struct {
		name          string
		first, second []string
		want          string
	}{
		{"a new one", nil, []string{"max=5", "cpu=70%"}, "min:  -> 1; max:  -> 5; cpu:  -> 70%"},
		{"a new one without a metric gets the server's", nil, []string{"max=5"}, "min:  -> 1; max:  -> 5; cpu:  -> 80%"},
		{"the same again", []string{"min=2", "max=5", "cpu=70%"}, []string{"min=2", "max=5", "cpu=70%"}, ""},
		{"only the maximum", []string{"min=2", "max=5", "cpu=70%"}, []string{"max=9"}, "max: 5 -> 9"},
		{"another target", []string{"max=5", "cpu=70%"}, []string{"cpu=500m"}, "cpu: 70% -> 500m"},
		{"a second metric", []string{"max=5", "cpu=70%"}, []string{"memory=60%"}, "memory:  -> 60%"},
		{"a metric less", []string{"max=5", "cpu=70%", "memory=60%"}, []string{"cpu=none"}, "cpu: 70% -> "},
		{"a selector makes another metric", []string{"max=5", "metric=external/q{a=b}=3"}, []string{"metric=external/q=3"}, "external/q:  -> 3"},
		{"rules", []string{"max=5"}, []string{"up=4/15s", "down=disabled"}, "scale-up:  -> 4/15s,window=0s; scale-down:  -> disabled"},
		{"the rules of the server are no rules", []string{"max=5"}, []string{"up=default"}, ""},
		{"rules replace those of their direction", []string{"max=5", "down=1/1m,window=5m"}, []string{"down=2/1m"}, "scale-down: 1/1m,window=5m -> 2/1m"},
		{"the other direction stays", []string{"max=5", "up=4/15s"}, []string{"down=2/1m"}, "scale-down:  -> 2/1m"},
		{"rules that are disabled come back", []string{"max=5", "down=disabled"}, []string{"down=default"}, "scale-down: disabled -> "},
		{"the tolerance stays beside new rules", []string{"max=5", "tolerance=5%"}, []string{"down=1/1m"}, "scale-down:  -> 1/1m"},
		{"no tolerance any more", []string{"max=5", "tolerance=5%"}, []string{"tolerance=default"}, "tolerance: up=5%,down=5% -> "},
		{"min 0 with an external metric", []string{"max=5", "metric=external/q=3"}, []string{"min=0"}, "min: 1 -> 0"},
		{"no maximum", nil, []string{"cpu=70%"}, "error: --max is required"},
		{"the minimum above the maximum", []string{"max=5"}, []string{"min=6"}, "error: --min=6 is above its maximum of 5: give --max=6 too, or more"},
		{"the maximum below the minimum", []string{"min=4", "max=5"}, []string{"max=3"}, "error: --max=3 is below its minimum of 4: give --min=3 too, or fewer"},
		{"no metric left", []string{"max=5", "cpu=70%"}, []string{"cpu=none"}, "error: no metric would be left"},
		{"a metric that is not there", []string{"max=5", "cpu=70%"}, []string{"memory=none"}, "error: it has no metric memory"},
		{"min 0 without such a metric", []string{"max=5", "cpu=70%"}, []string{"min=0"}, "error: --min=0 needs a metric"},
	} {
		now := &autoscalingv2.HorizontalPodAutoscaler{}
		var before *autoscalingv2.HorizontalPodAutoscaler
		if test.first != nil {
			first, err := Plan(now, settings(t, test.first...))
			if err != nil {
				t.Fatalf("%s: %v", test.name, err)
			}
			now, before = first, first.DeepCopy()
		}
		next, err := Plan(now, settings(t, test.second...))
		var got string
		if err != nil {
			got = "error: " + strings.TrimPrefix(err.Error(), "horizontalpodautoscaler/: ")
			if refused := (*PlanError)(nil); !errors.As(err, &refused) {
				t.Errorf("%s: %T", test.name, err)
			}
		} else {
			got = differences(Compare(before, next))
		}
		if got != test.want && (!strings.HasPrefix(test.want, "error") || !strings.HasPrefix(got, test.want)) {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
	}
}

// A number without a unit that replaces a percentage is told: 70 is 70m.
func TestLosesPercent(t *testing.T) {
	for _, test := range []struct{ now, next, want string }{
		{"cpu=70%", "cpu=70", "the target of cpu was 70% of the request, and a number without a unit is an amount for each pod, here 70m: for a percentage write 70%"},
		{"metric=container/web/cpu=70%", "metric=container/web/cpu=60", "container/web/cpu was 70% of the request"},
		{"cpu=70%", "cpu=500m", ""},
		{"cpu=70%", "cpu=60%", ""},
		{"cpu=70m", "cpu=60", ""},
		{"memory=70%", "cpu=60", ""},
		{"cpu=70%", "cpu=none", ""},
	} {
		now, err := Plan(&autoscalingv2.HorizontalPodAutoscaler{}, settings(t, "max=5", test.now))
		if err != nil {
			t.Fatal(err)
		}
		got := settings(t, test.next).Metrics[0].LosesPercent(now.Spec.Metrics)
		if test.want == "" && got != "" || !strings.Contains(got, test.want) {
			t.Errorf("%s, %s: %q", test.now, test.next, got)
		}
	}
}

// A behavior with nothing of its own is none, so that the object is the one of kubectl autoscale.
func TestPlanDropsEmptyBehavior(t *testing.T) {
	a, err := Plan(&autoscalingv2.HorizontalPodAutoscaler{}, settings(t, "max=5", "up=default", "down=default", "tolerance=default"))
	if err != nil || a.Spec.Behavior != nil || len(a.Spec.Metrics) != 0 || a.Spec.MinReplicas != nil {
		t.Errorf("%+v, %v", a, err)
	}
}

func TestMissingRequests(t *testing.T) {
	always := corev1.ContainerRestartPolicyAlways
	container := func(name string, requests, limits corev1.ResourceList) corev1.Container {
		return corev1.Container{Name: name, Resources: corev1.ResourceRequirements{Requests: requests, Limits: limits}}
	}
	some, _ := ParseTarget(corev1.ResourceCPU, "100m")
	cpu := corev1.ResourceList{corev1.ResourceCPU: *some.AverageValue}
	sidecar := container("log", nil, nil)
	sidecar.RestartPolicy = &always
	for _, test := range []struct {
		name   string
		pod    corev1.PodSpec
		ranges []corev1.LimitRange
		flags  []string
		want   string
	}{
		{"a request", corev1.PodSpec{Containers: []corev1.Container{container("web", cpu, nil)}}, nil, []string{"cpu=70%"}, ""},
		{"a limit is a request", corev1.PodSpec{Containers: []corev1.Container{container("web", nil, cpu)}}, nil, []string{"cpu=70%"}, ""},
		{"none", corev1.PodSpec{Containers: []corev1.Container{container("web", nil, nil)}}, nil, []string{"cpu=70%"}, "cpu: web (all)"},
		{"the server's metric", corev1.PodSpec{Containers: []corev1.Container{container("web", nil, nil)}}, nil, nil, "cpu: web (all)"},
		{"a quantity needs none", corev1.PodSpec{Containers: []corev1.Container{container("web", nil, nil)}}, nil, []string{"cpu=500m"}, ""},
		{"of another resource", corev1.PodSpec{Containers: []corev1.Container{container("web", cpu, nil)}}, nil, []string{"memory=70%"}, "memory: web (all)"},
		{"a sidecar without", corev1.PodSpec{Containers: []corev1.Container{container("web", cpu, nil)}, InitContainers: []corev1.Container{sidecar}}, nil, []string{"cpu=70%"}, "cpu: log"},
		{"an init container that ends", corev1.PodSpec{Containers: []corev1.Container{container("web", cpu, nil)}, InitContainers: []corev1.Container{container("init", nil, nil)}}, nil, []string{"cpu=70%"}, ""},
		{"one container is measured", corev1.PodSpec{Containers: []corev1.Container{container("web", cpu, nil), container("log", nil, nil)}}, nil, []string{"metric=container/web/cpu=70%"}, ""},
		{"and it has none", corev1.PodSpec{Containers: []corev1.Container{container("web", cpu, nil), container("log", nil, nil)}}, nil, []string{"metric=container/log/cpu=70%"}, "cpu: log"},
		{"a container that is not there", corev1.PodSpec{Containers: []corev1.Container{container("web", cpu, nil)}}, nil, []string{"metric=container/wbe/cpu=500m"}, "unknown wbe"},
		{"of the whole pod", corev1.PodSpec{Resources: &corev1.ResourceRequirements{Requests: cpu}, Containers: []corev1.Container{container("web", nil, nil)}}, nil, []string{"cpu=70%"}, ""},
		{
			"a LimitRange gives it",
			corev1.PodSpec{Containers: []corev1.Container{container("web", nil, nil)}},
			[]corev1.LimitRange{{Spec: corev1.LimitRangeSpec{Limits: []corev1.LimitRangeItem{{Type: corev1.LimitTypeContainer, DefaultRequest: cpu}}}}},
			[]string{"cpu=70%"},
			"",
		},
	} {
		a, err := Plan(&autoscalingv2.HorizontalPodAutoscaler{}, settings(t, append(test.flags, "max=5")...))
		if err != nil {
			t.Fatal(err)
		}
		var texts []string
		for _, m := range MissingRequests(&corev1.PodTemplateSpec{Spec: test.pod}, Metrics(a), test.ranges) {
			text := string(m.Resource) + ": " + strings.Join(m.Containers, ",")
			if m.All {
				text += " (all)"
			}
			if m.Unknown {
				text = "unknown " + m.Containers[0]
			}
			texts = append(texts, text)
		}
		if got := strings.Join(texts, "; "); got != test.want {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
	}
}
