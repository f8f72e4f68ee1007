package cluster

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/cli-runtime/pkg/genericclioptions"

	"github.com/kubectl-app/kubectl-app/pkg/redact"
)

// rotating answers with a Secret.
type rotating struct{ value string }

func (r *rotating) RoundTrip(request *http.Request) (*http.Response, error) {
	text, err := json.Marshal(corev1.Secret{
		TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Secret"}, ObjectMeta: metav1.ObjectMeta{Name: "db", Namespace: "shop"},
		Data: map[string][]byte{"password": []byte(r.value)},
	})
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(strings.NewReader(string(text))), Request: request,
	}, err
}

// A watch goes on for hours: the values of a Secret that changes meanwhile are masked, and the old ones stay so.
func TestValuesOfASecretThatChanges(t *testing.T) {
	t.Setenv("KUBECONFIG", "/dev/null")
	synctest.Test(t, func(t *testing.T) {
		url, server := "http://api.test", &rotating{"tulips-0815"}
		flags := genericclioptions.NewConfigFlags(false)
		flags.APIServer = &url
		c := New(flags, "test", &redact.Redactor{})
		c.Through(func(http.RoundTripper) http.RoundTripper { return server })
		c.RecognizeValues(t.Context())
		for _, value := range []string{"tulips-0815", "daisies-4711"} {
			server.value = value
			c.Redactor().Read([]types.NamespacedName{{Namespace: "shop", Name: "db"}})
			for _, old := range []string{"tulips-0815", value} {
				if got := c.Redactor().LogLine("login " + old + " refused"); got != "login *** refused" {
					t.Errorf("the Secret holds %s: %s", value, got)
				}
			}
			<-time.After(time.Second)
		}
	})
}
