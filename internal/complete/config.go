package complete

import (
	"context"

	"k8s.io/client-go/tools/clientcmd/api"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Keys are those of a Secret or ConfigMap of the namespace; their values go no further.
func (in In) Keys(ctx context.Context, kind, name string) []Candidate {
	namespace, _, err := in.Namespace()
	if err != nil {
		return nil
	}
	keys, err := in.Cluster.Keys(ctx, workload.Ref{Kind: kind, Namespace: namespace, Name: name}, true)
	if err != nil {
		return nil
	}
	return Words(keys...)
}

// Contexts of the kubeconfig.
func Contexts(config api.Config) (found []Candidate) {
	for name, c := range config.Contexts {
		about := "cluster " + c.Cluster
		if c.Namespace != "" {
			about += ", namespace " + c.Namespace
		}
		if name == config.CurrentContext {
			about += ", current"
		}
		found = append(found, Candidate{name, about})
	}
	return found
}

// Clusters of the kubeconfig.
func Clusters(config api.Config) (found []Candidate) {
	for name, c := range config.Clusters {
		found = append(found, Candidate{name, c.Server})
	}
	return found
}

// Users of the kubeconfig.
func Users(config api.Config) (found []Candidate) {
	for name := range config.AuthInfos {
		found = append(found, Candidate{Word: name})
	}
	return found
}
