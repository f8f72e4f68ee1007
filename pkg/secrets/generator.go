package secrets

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/kustomize/api/ifc"
	"sigs.k8s.io/kustomize/api/provider"
	"sigs.k8s.io/kustomize/api/resource"
	"sigs.k8s.io/kustomize/api/types"
)

// pairs gives kustomize's generators entries that are read already, in place of files to read.
type pairs struct{ entries []Entry }

func (p pairs) Validator() ifc.Validator { return provider.NewDefaultDepProvider().GetFieldValidator() }

func (p pairs) Load(types.KvPairSources) ([]types.Pair, error) {
	all := make([]types.Pair, 0, len(p.entries))
	for _, e := range p.entries {
		all = append(all, types.Pair{Key: e.Key, Value: string(e.Value)})
	}
	return all, nil
}

func factory() *resource.Factory { return provider.NewDefaultDepProvider().GetResourceFactory() }

func generatorArgs(m Meta) types.GeneratorArgs {
	return types.GeneratorArgs{
		Name: m.Name, Namespace: m.Namespace,
		Options: &types.GeneratorOptions{Labels: m.Labels, Annotations: m.Annotations, Immutable: m.Immutable},
	}
}

func secretNode(m Meta, t corev1.SecretType, entries []Entry) (*resource.Resource, error) {
	if err := Check(entries); err != nil {
		return nil, err
	}
	node, err := factory().MakeSecret(pairs{entries}, &types.SecretArgs{GeneratorArgs: generatorArgs(m), Type: string(t)})
	if err != nil {
		return nil, fmt.Errorf("secret/%s: %w", m.Name, err)
	}
	return node, nil
}

func configMapNode(m Meta, entries []Entry) (*resource.Resource, error) {
	if err := Check(entries); err != nil {
		return nil, err
	}
	node, err := factory().MakeConfigMap(pairs{entries}, &types.ConfigMapArgs{GeneratorArgs: generatorArgs(m)})
	if err != nil {
		return nil, fmt.Errorf("configmap/%s: %w", m.Name, err)
	}
	return node, nil
}

// SecretHash is the suffix that kustomize gives the name of a generated Secret. It is not kubectl's:
// kustomize hashes the type Opaque where kubectl hashes none, and long values with the line breaks of
// their base64.
func SecretHash(m Meta, t corev1.SecretType, entries []Entry) (string, error) {
	node, err := secretNode(m, t, entries)
	if err != nil {
		return "", err
	}
	return node.Hash(factory().Hasher())
}

// ConfigMapHash is the suffix that kustomize gives the name of a generated ConfigMap.
func ConfigMapHash(m Meta, entries []Entry) (string, error) {
	node, err := configMapNode(m, entries)
	if err != nil {
		return "", err
	}
	return node.Hash(factory().Hasher())
}
