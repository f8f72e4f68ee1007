package acceptance

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/kubectl-app/kubectl-app/lab/acceptance/faultproxy"
)

// patience is how long a command waits for what has to come. It is no measure of speed.
const patience = 2 * time.Minute

// story is what one script works with.
type story struct {
	bin       string
	namespace string
	config    *rest.Config // of the API server itself, past any fault proxy
	client    kubernetes.Interface
	jobs      map[string]*job
	proxy     *faultproxy.Proxy
	versions  map[string]string // of remembered Deployments
}

type storyKey struct{}

func of(ts *testscript.TestScript) *story { return ts.Value(storyKey{}).(*story) }

// begin gives a script its namespace and a kubeconfig whose current context names it.
func begin(env *testscript.Env, suite, bin string) error {
	name := strings.TrimPrefix(filepath.Base(env.WorkDir), "script-")
	s := &story{
		bin: bin, namespace: ownNamespace(suite + "-" + strings.ReplaceAll(name, "_", "-")),
		jobs: map[string]*job{}, versions: map[string]string{},
	}
	env.Values[storyKey{}] = s
	env.Setenv("NS", s.namespace)
	env.Setenv("BIN", bin)
	env.Setenv("KUBECONFIG", filepath.Join(env.WorkDir, "kubeconfig"))
	env.Setenv("HOME", env.WorkDir)
	env.Setenv("TERM", "xterm-256color")
	env.Setenv("LANG", "C.UTF-8")
	env.Setenv("PATH", bin+string(os.PathListSeparator)+env.Getenv("PATH"))
	env.Defer(s.endJobs)
	return s.use(env, shared.Kubeconfig)
}

// rounds counts how often each script was begun, by its name.
var rounds sync.Map

// ownNamespace numbers the later rounds of a script (-count): the namespace of the one before is still
// on its way out.
func ownNamespace(name string) string {
	first, _ := rounds.LoadOrStore(name, new(atomic.Int32))
	if n := first.(*atomic.Int32).Add(1); n > 1 {
		return fmt.Sprintf("%s-%d", name, n)
	}
	return name
}

// environment is that of a script, at its start or while it runs.
type environment interface {
	Getenv(string) string
	Setenv(key, value string)
	Defer(func())
}

// use makes a lab the script's own, with a namespace in it.
func (s *story) use(env environment, labConfig string) error {
	kubeconfig := env.Getenv("KUBECONFIG")
	if err := copyKubeconfig(labConfig, kubeconfig, s.namespace); err != nil {
		return err
	}
	env.Setenv("DIRECT", kubeconfig)
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return err
	}
	config.QPS = -1 // the scripts wait for the lab, not for themselves
	s.config = config
	if s.client, err = kubernetes.NewForConfig(config); err != nil {
		return err
	}
	return s.createNamespace(env)
}

func (s *story) createNamespace(env environment) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	client := s.client
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: s.namespace}}
	if _, err := client.CoreV1().Namespaces().Create(ctx, namespace, metav1.CreateOptions{}); err != nil {
		return fmt.Errorf("namespace of the script: %w", err)
	}
	env.Defer(func() {
		// The pods go, to make room on the nodes; nobody waits for it, and the lab is thrown away.
		_ = client.CoreV1().Namespaces().Delete(context.Background(), s.namespace, metav1.DeleteOptions{})
	})
	return nil
}

// copyKubeconfig writes the current context alone, with a namespace.
func copyKubeconfig(from, to, namespace string) error {
	config, err := clientcmd.LoadFromFile(from)
	if err != nil {
		return fmt.Errorf("the lab's kubeconfig: %w", err)
	}
	if err := clientcmd.ResolveLocalPaths(config); err != nil {
		return fmt.Errorf("the lab's kubeconfig: %w", err)
	}
	config.Contexts[config.CurrentContext].Namespace = namespace
	return clientcmd.WriteToFile(*config, to)
}
