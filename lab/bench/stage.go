package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/clientcmd/api"

	"github.com/kubectl-app/kubectl-app/lab/acceptance/faultproxy"
	"github.com/kubectl-app/kubectl-app/lab/labtest"
)

// namespace is where everything that is measured happens.
const namespace = "bench"

// nodes have room for 10,000 pods each. Several let the scheduler choose, as in a real cluster.
const nodes = 10

// stage is the lab, with an eye of its own on the API server.
type stage struct {
	lab        *labtest.Lab
	kubeconfig string
	config     *rest.Config
	client     kubernetes.Interface
}

func newStage(ctx context.Context) (*stage, error) {
	lab, err := labtest.Start(ctx, labtest.Options{Name: "bench", Nodes: nodes})
	if err != nil {
		return nil, err
	}
	s := &stage{lab: lab, kubeconfig: filepath.Join(lab.Home, "bench.yaml")}
	if err := s.connect(ctx); err != nil {
		return nil, errors.Join(err, s.close()) //nolint:contextcheck // the lab ends after an interrupt, too
	}
	return s, nil
}

func (s *stage) connect(ctx context.Context) error {
	file, err := clientcmd.LoadFromFile(s.lab.Kubeconfig)
	if err != nil {
		return fmt.Errorf("the lab's kubeconfig: %w", err)
	}
	file.Contexts[file.CurrentContext].Namespace = namespace
	if err := clientcmd.WriteToFile(*file, s.kubeconfig); err != nil {
		return fmt.Errorf("the bench's kubeconfig: %w", err)
	}
	if s.config, err = clientcmd.BuildConfigFromFlags("", s.kubeconfig); err != nil {
		return fmt.Errorf("the bench's kubeconfig: %w", err)
	}
	s.config.QPS = -1
	// What observes must cost little beside what is measured.
	own := rest.CopyConfig(s.config)
	own.ContentType = runtime.ContentTypeProtobuf
	if s.client, err = kubernetes.NewForConfig(own); err != nil {
		return fmt.Errorf("connecting to the lab: %w", err)
	}
	home := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: namespace}}
	if _, err := s.client.CoreV1().Namespaces().Create(ctx, home, metav1.CreateOptions{}); err != nil {
		return fmt.Errorf("making namespace %s: %w", namespace, err)
	}
	return nil
}

func (s *stage) close() error { return s.lab.Stop() }

// counted puts a proxy that counts before the API server, and returns it with a kubeconfig that
// leads there.
func (s *stage) counted() (*faultproxy.Proxy, string, error) {
	proxy, err := faultproxy.Start(s.config)
	if err != nil {
		return nil, "", err
	}
	const name = "counted"
	config := api.NewConfig()
	config.Clusters[name] = &api.Cluster{Server: proxy.URL()}
	config.AuthInfos[name] = &api.AuthInfo{}
	config.Contexts[name] = &api.Context{Cluster: name, AuthInfo: name, Namespace: namespace}
	config.CurrentContext = name
	file := filepath.Join(s.lab.Home, "counted.yaml")
	if err := clientcmd.WriteToFile(*config, file); err != nil {
		return nil, "", errors.Join(fmt.Errorf("kubeconfig of the proxy: %w", err), proxy.Close())
	}
	return proxy, file, nil
}
