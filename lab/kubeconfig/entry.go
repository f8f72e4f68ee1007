// Package kubeconfig writes kubeconfig files: those of the components, and the
// lab's entry in the user's own.
package kubeconfig

import (
	"fmt"

	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/clientcmd/api"

	"github.com/kubectl-app/kubectl-app/lab/pki"
)

// Entry is one cluster, with one user of it, under one name.
type Entry struct {
	Context string
	Server  string
	CA      []byte
	Client  pki.Pair
}

// into sets the entry in config. The credentials are embedded, so that the file
// can be copied anywhere.
func (e Entry) into(config *api.Config) {
	cluster := api.NewCluster()
	cluster.Server, cluster.CertificateAuthorityData = e.Server, e.CA
	user := api.NewAuthInfo()
	user.ClientCertificateData, user.ClientKeyData = e.Client.Cert, e.Client.Key
	context := api.NewContext()
	context.Cluster, context.AuthInfo = e.Context, e.Context
	config.Clusters[e.Context] = cluster
	config.AuthInfos[e.Context] = user
	config.Contexts[e.Context] = context
}

// Write makes a file that has only the entry.
func Write(file string, entry Entry) error {
	config := api.NewConfig()
	entry.into(config)
	config.CurrentContext = entry.Context
	if err := clientcmd.WriteToFile(*config, file); err != nil {
		return fmt.Errorf("kubeconfig %s: %w", file, err)
	}
	return nil
}
