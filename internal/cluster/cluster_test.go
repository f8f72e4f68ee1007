package cluster

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"k8s.io/cli-runtime/pkg/genericclioptions"

	"github.com/kubectl-app/kubectl-app/pkg/redact"
)

// with is a cluster whose kubeconfig holds a text; "" is a file that does not exist.
func with(t *testing.T, kubeconfig string) (*Cluster, *genericclioptions.ConfigFlags) {
	t.Helper()
	t.Setenv("HOME", t.TempDir())
	file := filepath.Join(t.TempDir(), "config")
	if kubeconfig != "" {
		if err := os.WriteFile(file, []byte(kubeconfig), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("KUBECONFIG", file)
	flags := genericclioptions.NewConfigFlags(true)
	return New(flags, "v1", &redact.Redactor{}), flags
}

const twoContexts = `{apiVersion: v1, kind: Config, current-context: prod,
clusters: [{name: c, cluster: {server: "https://prod.example.org"}}],
contexts: [{name: prod, context: {cluster: c, namespace: shop}}, {name: test, context: {cluster: c}}]}`

// A kubeconfig that can't be used is said before anything is asked of a server.
func TestKubeconfigs(t *testing.T) {
	for name, test := range map[string]struct {
		config, context string
		reason          Reason
		says, next      string
	}{
		"none":                       {"", "", NoConfig, "no kubeconfig", "kubectl config view"},
		"one without a cluster":      {"{apiVersion: v1, kind: Config}", "", NoConfig, "no kubeconfig", "kubectl config view"},
		"one that is no kubeconfig":  {"apiVersion: [", "", NoConfig, "the kubeconfig can't be used", "kubectl config view"},
		"a context that is misspelt": {twoContexts, "tset", UnknownContext, `no context "tset" in the kubeconfig; did you mean "test"?`, "kubectl config get-contexts"},
	} {
		t.Run(name, func(t *testing.T) {
			c, flags := with(t, test.config)
			flags.Context = &test.context
			_, err := c.RESTConfig()
			if !Is(err, test.reason) {
				t.Fatalf("%v, want %s", err, test.reason)
			}
			e := err.(*Error) //nolint:errorlint // it is what is returned, not what is wrapped
			if !strings.Contains(e.Message, test.says) || !slices.Contains(e.Next, test.next) {
				t.Errorf("%s %q", e.Message, e.Next)
			}
		})
	}
	c, _ := with(t, twoContexts)
	config, err := c.RESTConfig()
	if err != nil || config.Host != "https://prod.example.org" {
		t.Errorf("%v, %v", config, err)
	}
}
