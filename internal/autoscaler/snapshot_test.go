package autoscaler

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/cli-runtime/pkg/genericclioptions"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/autoscale"
	"github.com/kubectl-app/kubectl-app/pkg/redact"
)

// The paths are those of k8s.io/metrics/pkg/client.
func TestLookReadsValues(t *testing.T) {
	one := resource.MustParse("1")
	target := autoscalingv2.MetricTarget{Type: autoscalingv2.ValueMetricType, Value: &one}
	object := func(apiVersion, kind, name string) autoscalingv2.MetricSpec {
		return autoscalingv2.MetricSpec{Object: &autoscalingv2.ObjectMetricSource{
			DescribedObject: autoscalingv2.CrossVersionObjectReference{APIVersion: apiVersion, Kind: kind, Name: name},
			Metric:          autoscalingv2.MetricIdentifier{Name: "hits"}, Target: target,
		}}
	}
	queue := autoscalingv2.MetricSpec{External: &autoscalingv2.ExternalMetricSource{Metric: autoscalingv2.MetricIdentifier{Name: "queue"}, Target: target}}
	const forbidden = "forbidden"
	for _, test := range []struct {
		name   string
		metric autoscalingv2.MetricSpec
		// path answers; all others are not found.
		path, answer string
		value        int64
		seen         bool
		note         string
	}{
		{"of an object", object("networking.k8s.io/v1", "Ingress", "web"), "/custom.metrics.k8s.io/v1beta1/namespaces/shop/ingresses.networking.k8s.io/web/hits", "", 7000, true, ""},
		{"of the namespace, whatever its name", object("v1", "Namespace", "other"), "/custom.metrics.k8s.io/v1beta1/namespaces/shop/metrics/hits", "", 7000, true, ""},
		{"of an adapter with another version", object("v1", "Service", "web"), "/custom.metrics.k8s.io/v1beta2/namespaces/shop/services/web/hits", "", 7000, true, ""},
		{"external", queue, "/external.metrics.k8s.io/v1beta1/namespaces/shop/queue", "", 7000, true, ""},
		{"there is none", queue, "", "", 0, true, ""},
		{"the user may not read it, but the controller may", queue, "/external.metrics.k8s.io/v1beta1/namespaces/shop/queue", forbidden, 0, false, "only the status of the autoscaler is known: no permission to get external/queue"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Setenv("KUBECONFIG", "/dev/null")
			api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				switch path := strings.TrimPrefix(r.URL.Path, "/apis"); {
				case path == "/apps/v1/namespaces/shop/deployments/web/scale":
					fmt.Fprint(w, `{"spec":{"replicas":2},"status":{"replicas":2,"selector":"app=web"}}`)
				case path == "/api/v1/namespaces/shop/pods":
					fmt.Fprint(w, `{"kind":"PodList","apiVersion":"v1"}`)
				case path == test.path && test.answer == forbidden:
					w.WriteHeader(http.StatusForbidden)
					fmt.Fprint(w, `{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"Forbidden","code":403}`)
				case path == test.path:
					fmt.Fprint(w, `{"items":[{"value":"7"}]}`)
				default:
					w.WriteHeader(http.StatusNotFound)
					fmt.Fprint(w, `{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"NotFound","code":404}`)
				}
			}))
			t.Cleanup(api.Close)
			flags := genericclioptions.NewConfigFlags(false)
			flags.APIServer = &api.URL
			a := &autoscalingv2.HorizontalPodAutoscaler{}
			a.Namespace, a.Spec.Metrics = "shop", []autoscalingv2.MetricSpec{test.metric}
			a.Spec.ScaleTargetRef = autoscalingv2.CrossVersionObjectReference{APIVersion: "apps/v1", Kind: "Deployment", Name: "web"}
			s, seen, notes, err := Look(t.Context(), cluster.New(flags, "test", &redact.Redactor{}), a)
			if err != nil || seen != test.seen || !strings.Contains(strings.Join(notes, "\n"), test.note) {
				t.Fatalf("seen %v, notes %q, %v", seen, notes, err)
			}
			got := s.Values[autoscale.MetricName(test.metric)]
			if got.Whole != test.value || (got.Error == "") != (test.value > 0 || !test.seen) {
				t.Errorf("%+v", got)
			}
		})
	}
}
