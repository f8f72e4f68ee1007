package clustertest

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"k8s.io/cli-runtime/pkg/genericclioptions"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/clientcmd/api"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/internal/resolve"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

func TestResolve(t *testing.T) {
	b := newBench(t)
	b.deploy("web", 0)
	b.deploy("api", 0)
	file := filepath.Join(t.TempDir(), "web.yaml")
	manifest := "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  selector: {matchLabels: {app: web}}\n  template:\n    metadata: {labels: {app: web}}\n    spec: {containers: [{name: web, image: 'web:0.9'}]}\n"
	if err := os.WriteFile(file, []byte(manifest), 0o600); err != nil {
		t.Fatal(err)
	}
	kustomization := filepath.Join(filepath.Dir(file), "kustomization.yaml")
	if err := os.WriteFile(kustomization, []byte("resources: [web.yaml]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		selection resolve.Selection
		want      string
		requests  int
	}{
		"TYPE/NAME":         {resolve.Selection{Args: []string{"deployment/web"}}, "web", 1},
		"TYPE NAME NAME":    {resolve.Selection{Args: []string{"deploy", "web", "api"}}, "web api", 2},
		"one object, twice": {resolve.Selection{Args: []string{"deploy/web", "deployments.apps/web"}}, "web", 1},
		"a selector":        {resolve.Selection{Args: []string{"deployments"}, LabelSelector: "tier=test"}, "api web", 1},
		"--all":             {resolve.Selection{Args: []string{"Deployment"}, All: true}, "api web", 1},
		"-f":                {resolve.Selection{Filenames: []string{file}}, "web", 1},
		"-k":                {resolve.Selection{Kustomize: filepath.Dir(file)}, "web", 1},
	} {
		t.Run(name, func(t *testing.T) {
			b.requests.take()
			objects, err := resolve.Workloads(b.ctx, b.cluster(), test.selection)
			if err != nil {
				t.Fatal(err)
			}
			var names []string
			for _, o := range objects {
				names = append(names, o.Ref().Name)
				if image := o.Template().Spec.Containers[0].Image; image != "web:1.0" {
					t.Errorf("%s: not the server's object", image)
				}
			}
			if got := strings.Join(names, " "); got != test.want {
				t.Errorf("got %s", got)
			}
			if sent := b.requests.take(); len(sent) != test.requests {
				t.Errorf("requests: %v", sent)
			}
		})
	}
}

func TestResolveExplains(t *testing.T) {
	b := newBench(t)
	b.deploy("checkout", 0)
	other := newBench(t)
	other.deploy("elsewhere-only", 0)
	flag := func(set func(*genericclioptions.ConfigFlags)) func(*genericclioptions.ConfigFlags) { return set }
	for name, test := range map[string]struct {
		args   []string
		flags  func(*genericclioptions.ConfigFlags)
		reason cluster.Reason
		want   []string
	}{
		"a name that is near":      {[]string{"deploy/chekcout"}, nil, cluster.NotFound, []string{`no deployment/chekcout in namespace "` + b.namespace, `did you mean "checkout"?`}},
		"a name of another place":  {[]string{"deploy/elsewhere-only"}, nil, cluster.NotFound, []string{"there is one in namespace", other.namespace}},
		"a name like nothing":      {[]string{"deploy/zzzzzzzz"}, nil, cluster.NotFound, []string{`the namespace has "checkout"`}},
		"a namespace":              {[]string{"deploy/web"}, flag(func(f *genericclioptions.ConfigFlags) { *f.Namespace = "defualt" }), cluster.NoNamespace, []string{`no namespace "defualt"; did you mean "default"?`}},
		"a context":                {[]string{"deploy/web"}, flag(func(f *genericclioptions.ConfigFlags) { *f.Context = "app-lba" }), cluster.UnknownContext, []string{`no context "app-lba"`, `did you mean "app-lab"?`}},
		"a type":                   {[]string{"deploymnet/web"}, nil, cluster.UnknownKind, []string{`no resource type "deploymnet"`, `did you mean "deployment"?`}},
		"a type without rollouts":  {[]string{"job/db"}, nil, cluster.Unsupported, []string{"job/db has no rollouts", "works on deployments"}},
		"a type from discovery":    {[]string{"leases.coordination.k8s.io/x"}, nil, cluster.Unsupported, []string{"kubectl app rollout status does not work on lease/x"}},
		"nothing selected":         {[]string{"deploy"}, nil, cluster.NothingFound, []string{"no deployments in namespace"}},
		"a user without rights":    {[]string{"deploy/checkout"}, flag(func(f *genericclioptions.ConfigFlags) { *f.Impersonate = "nobody" }), cluster.Forbidden, []string{"no permission to get deployment/checkout", `User "nobody" cannot get resource "deployments"`}},
		"a server that is off":     {[]string{"deploy/web"}, flag(func(f *genericclioptions.ConfigFlags) { *f.APIServer = "https://127.0.0.1:1" }), cluster.Unreachable, []string{"127.0.0.1:1", "connection refused"}},
		"a certificate":            {[]string{"deploy/web"}, flag(func(f *genericclioptions.ConfigFlags) { *f.TLSServerName = "example.org" }), cluster.Untrusted, []string{"is not trusted", "example.org"}},
		"a token that has expired": {[]string{"deploy/web"}, flag(func(f *genericclioptions.ConfigFlags) { *f.KubeConfig, *f.BearerToken = withoutUser(t), "expired" }), cluster.Unauthorized, []string{"401"}},
	} {
		t.Run(name, func(t *testing.T) {
			var flags []func(*genericclioptions.ConfigFlags)
			if test.flags != nil {
				flags = append(flags, test.flags)
			}
			s := resolve.Selection{Args: test.args, Verb: "rollout status"}
			if name == "nothing selected" {
				s.LabelSelector = "no=such"
			}
			_, err := resolve.Workloads(b.ctx, b.cluster(flags...), s)
			var e *cluster.Error
			if !errors.As(err, &e) || e.Reason != test.reason {
				t.Fatalf("got %v", err)
			}
			says(t, e.Message, test.want...)
			if len(e.Next) == 0 {
				t.Error("it does not say what to do next")
			}
		})
	}
}

func TestHistory(t *testing.T) {
	b := newBench(t)
	b.deploy("web", 1)
	c := b.cluster()
	if _, err := c.Apply(b.ctx, []cluster.Change{b.change(c, "web", "web:2.0", "the second")}, cluster.WriteOptions{}); err != nil {
		t.Fatal(err)
	}
	b.revision("web", "web:2.0")
	objects, err := resolve.Workloads(b.ctx, c, resolve.Selection{Args: []string{"deploy/web"}})
	if err != nil {
		t.Fatal(err)
	}
	revisions, err := c.Revisions(b.ctx, objects)
	if err != nil {
		t.Fatal(err)
	}
	rows := rollout.History(objects[0].Workload(), revisions[0])
	if len(rows) != 2 {
		t.Fatalf("rows: %+v", rows)
	}
	last := rows[1]
	if last.Revision != 2 || last.Images["web"] != "web:2.0" || last.ChangeCause != "the second" || !last.Current || last.Verdict != nil {
		t.Errorf("row: %+v", last)
	}
}

// withoutUser is the lab's kubeconfig with nobody's credentials in it.
func withoutUser(t *testing.T) string {
	t.Helper()
	config, err := clientcmd.LoadFromFile(kubeconfig)
	if err != nil {
		t.Fatal(err)
	}
	for _, user := range config.AuthInfos {
		*user = api.AuthInfo{}
	}
	file := filepath.Join(t.TempDir(), "kubeconfig")
	if err := clientcmd.WriteToFile(*config, file); err != nil {
		t.Fatal(err)
	}
	return file
}
