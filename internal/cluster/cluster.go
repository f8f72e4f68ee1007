package cluster

import (
	"errors"
	"io/fs"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/cli-runtime/pkg/genericclioptions"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/kubectl-app/kubectl-app/pkg/redact"
)

// DefaultFieldManager is the name under which changes appear in managedFields.
const DefaultFieldManager = "kubectl-app"

// Cluster reaches the cluster that kubectl's own flags name. Nothing is read or connected before it
// is needed.
type Cluster struct {
	flags    *genericclioptions.ConfigFlags
	version  string
	redactor *redact.Redactor

	skew   atomic.Int64
	values secretValues
	// wrap goes around the transport of all clients, if it is set.
	wrap func(http.RoundTripper) http.RoundTripper

	config   func() (*rest.Config, error)
	typed    func() (kubernetes.Interface, error)
	metadata func() (metadata.Interface, error)
}

// New makes a Cluster from kubectl's connection flags; version goes into the User-Agent. The redactor learns what
// is sent and read, and masks what the server says.
func New(flags *genericclioptions.ConfigFlags, version string, redactor *redact.Redactor) *Cluster {
	c := &Cluster{flags: flags, version: version, redactor: redactor}
	c.config = sync.OnceValues(c.loadConfig)
	c.typed = sync.OnceValues(c.newTyped)
	c.metadata = sync.OnceValues(c.newMetadata)
	return c
}

// Through puts a transport in front of all clients. It has to come before the first request.
func (c *Cluster) Through(wrap func(http.RoundTripper) http.RoundTripper) {
	c.wrap, c.values.kept = wrap, true
}

// RESTConfig is the connection for clients of other packages; it is shared, so it has to be copied
// before it is changed. Clients made from it share one transport.
func (c *Cluster) RESTConfig() (*rest.Config, error) { return c.config() }

// Typed is the client of the built-in kinds.
func (c *Cluster) Typed() (kubernetes.Interface, error) { return c.typed() }

// Metadata is the client that reads no more than metadata, so that no value travels.
func (c *Cluster) Metadata() (metadata.Interface, error) { return c.metadata() }

// Redactor knows the values that were sent to this cluster, and those of the workloads that were read.
func (c *Cluster) Redactor() *redact.Redactor { return c.redactor }

// Namespace is that of -n or of the context; explicit tells whether -n named it.
func (c *Cluster) Namespace() (namespace string, explicit bool, err error) {
	if err := c.checkContext(); err != nil {
		return "", false, err
	}
	namespace, explicit, err = c.flags.ToRawKubeConfigLoader().Namespace()
	if err != nil {
		return "", false, c.configError(err)
	}
	return namespace, explicit, nil
}

// FileNamespace is the namespace of objects in files that name none; with local it needs no kubeconfig.
func (c *Cluster) FileNamespace(local bool) (string, bool, error) {
	namespace, explicit, err := c.flags.ToRawKubeConfigLoader().Namespace()
	switch {
	case err == nil:
		return namespace, explicit, nil
	case local && clientcmd.IsEmptyConfig(err):
		return metav1.NamespaceDefault, false, nil
	}
	return "", false, c.configError(err)
}

// Context is the name of the kubeconfig context in use, "" when there is none.
func (c *Cluster) Context() string {
	if c.flags.Context != nil && *c.flags.Context != "" {
		return *c.flags.Context
	}
	raw, err := c.flags.ToRawKubeConfigLoader().RawConfig()
	if err != nil {
		return ""
	}
	return raw.CurrentContext
}

func (c *Cluster) loadConfig() (*rest.Config, error) {
	if err := c.checkContext(); err != nil {
		return nil, err
	}
	config, err := c.flags.ToRESTConfig()
	if err != nil {
		return nil, c.configError(err)
	}
	if c.fallback(config) {
		return nil, c.configError(clientcmd.ErrEmptyConfig)
	}
	config = rest.CopyConfig(config)
	config.UserAgent = "kubectl-app/" + c.version
	// The server's priority and fairness limits what it has to, and no more than width requests are
	// under way at a time; client-go's own limit would make a release of many workloads crawl.
	config.QPS = -1
	// Nothing is printed behind the live view.
	config.WarningHandlerWithContext = warningRouter{}
	config.Wrap(func(next http.RoundTripper) http.RoundTripper {
		return redacting{dating{single{next}, &c.skew}, c.redactor}
	})
	if c.wrap != nil {
		config.Wrap(c.wrap)
	}
	return config, nil
}

func (c *Cluster) newTyped() (kubernetes.Interface, error) {
	config, err := c.config()
	if err != nil {
		return nil, err
	}
	config = rest.CopyConfig(config)
	config.ContentType = runtime.ContentTypeProtobuf
	config.AcceptContentTypes = runtime.ContentTypeProtobuf + "," + runtime.ContentTypeJSON
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, c.configError(err)
	}
	return client, nil
}

func (c *Cluster) newMetadata() (metadata.Interface, error) {
	config, err := c.config()
	if err != nil {
		return nil, err
	}
	client, err := metadata.NewForConfig(config)
	if err != nil {
		return nil, c.configError(err)
	}
	return client, nil
}

// checkContext names a context that is not in the kubeconfig before anything else fails on it.
func (c *Cluster) checkContext() error {
	if c.flags.Context == nil || *c.flags.Context == "" {
		return nil
	}
	raw, err := c.flags.ToRawKubeConfigLoader().RawConfig()
	if err != nil {
		return c.configError(err)
	}
	if _, ok := raw.Contexts[*c.flags.Context]; ok {
		return nil
	}
	return unknownContext(*c.flags.Context, raw)
}

// fallback tells whether nobody named this server: kubectl then dials localhost:8080, where nothing
// has listened for years, and a user without a kubeconfig learns nothing from that.
func (c *Cluster) fallback(config *rest.Config) bool {
	if config.Host != "http://localhost:8080" || c.flags.APIServer != nil && *c.flags.APIServer != "" {
		return false
	}
	raw, err := c.flags.ToRawKubeConfigLoader().RawConfig()
	return err == nil && len(raw.Clusters) == 0
}

// configError explains what is wrong with the kubeconfig.
func (c *Cluster) configError(err error) error {
	switch {
	case clientcmd.IsEmptyConfig(err):
		message := "no kubeconfig: there is no --kubeconfig, no $KUBECONFIG and no ~/.kube/config that names a cluster"
		if files := clientcmd.NewDefaultPathOptions().GetEnvVarFiles(); len(files) > 0 {
			message = "no kubeconfig: $KUBECONFIG is " + strings.Join(files, string(filepath.ListSeparator)) + ", and no file there names a cluster"
		}
		return &Error{Reason: NoConfig, Err: err, Message: message, Next: []string{"kubectl config view", "kubectl app lab up"}}
	case clientcmd.IsContextNotFound(err):
		return &Error{Reason: UnknownContext, Err: err, Message: err.Error(), Next: []string{"kubectl config get-contexts"}}
	}
	why := err.Error()
	if fault := (*fs.PathError)(nil); errors.As(err, &fault) {
		why = redact.Argument(fault.Path) + ": " + fault.Err.Error()
	}
	return &Error{
		Reason: NoConfig, Err: err,
		Message: "the kubeconfig can't be used: " + why, Next: []string{"kubectl config view"},
	}
}
