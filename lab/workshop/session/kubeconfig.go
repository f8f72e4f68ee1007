package session

import (
	"context"

	"github.com/kubectl-app/kubectl-app/lab/kubeconfig"
)

// Namespace is the one that kubectl uses now.
func (s *Session) Namespace() string {
	if n := s.raw.Contexts[s.Context].Namespace; n != "" {
		return n
	}
	return "default"
}

// UseNamespace makes kubectl use a namespace, in the context of the session.
func (s *Session) UseNamespace(ctx context.Context, namespace string) error {
	return kubeconfig.UseNamespace(ctx, s.raw.Contexts[s.Context].LocationOfOrigin, s.Context, namespace)
}
