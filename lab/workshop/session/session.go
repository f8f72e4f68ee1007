// Package session does what an exercise needs in a cluster: its namespace, its start, its facts. It writes to no other
// namespace than those of the workshop.
package session

import (
	"context"
	"fmt"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/cli-runtime/pkg/genericclioptions"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd/api"
)

// Session is a connection to the cluster that the workshop takes place in.
type Session struct {
	// Context and Server say which cluster that is.
	Context, Server string
	// Lab: it is one of `kubectl app lab up`.
	Lab bool

	flags  *genericclioptions.ConfigFlags
	raw    api.Config
	config *rest.Config
	client kubernetes.Interface
	reader dynamic.Interface
}

// simulated begins the name of the container runtime of a lab's nodes.
const simulated = "simulated://"

// patience is how long a cluster may take to answer at all.
const patience = 10 * time.Second

// Connect finds the cluster of the flags and asks it what it is.
func Connect(ctx context.Context, flags *genericclioptions.ConfigFlags) (*Session, error) {
	raw, err := flags.ToRawKubeConfigLoader().RawConfig()
	if err != nil {
		return nil, fmt.Errorf("kubeconfig: %w", err)
	}
	s := &Session{flags: flags, raw: raw, Context: raw.CurrentContext}
	if name := *flags.Context; name != "" {
		s.Context = name
	}
	if s.Context == "" {
		return nil, fmt.Errorf("no cluster: the kubeconfig has no current context; start the lab: kubectl app lab up")
	}
	if raw.Contexts[s.Context] == nil {
		return nil, fmt.Errorf("no context %q in the kubeconfig; see: kubectl config get-contexts", s.Context)
	}
	config, err := flags.ToRESTConfig()
	if err != nil {
		return nil, fmt.Errorf("kubeconfig: %w", err)
	}
	config = rest.CopyConfig(config)
	config.QPS, config.UserAgent = -1, "kubectl-app-lab"
	config.WarningHandler, config.WarningHandlerWithContext = rest.NoWarnings{}, nil
	s.config, s.Server = config, config.Host
	if s.client, err = kubernetes.NewForConfig(config); err != nil {
		return nil, fmt.Errorf("context %s: %w", s.Context, err)
	}
	if s.reader, err = dynamic.NewForConfig(config); err != nil {
		return nil, fmt.Errorf("context %s: %w", s.Context, err)
	}
	return s, s.recognize(ctx)
}

// recognize looks at one node. Who may not list nodes is not on a lab.
func (s *Session) recognize(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	nodes, err := s.client.CoreV1().Nodes().List(ctx, metav1.ListOptions{Limit: 1})
	if err == nil {
		s.Lab = len(nodes.Items) > 0 && strings.HasPrefix(nodes.Items[0].Status.NodeInfo.ContainerRuntimeVersion, simulated)
		return nil
	}
	if _, answered := answeredBy(err); answered {
		return nil
	}
	return fmt.Errorf("the cluster of context %s does not answer: %w\nto start a lab: kubectl app lab up", s.Context, err)
}
