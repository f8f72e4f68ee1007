package cli

import (
	"context"
	"errors"
	"fmt"

	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/internal/config"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

// importedEnv are whole settings, or why they can't be carried out: that is then the refusal of every
// workload that they were meant for.
type importedEnv struct {
	settings rollout.EnvSettings
	refusal  error
}

func (e importedEnv) plan(o cluster.Object) (rollout.EnvPlan, error) {
	if e.refusal != nil {
		return rollout.EnvPlan{}, e.refusal
	}
	return rollout.PlanEnv(o.Ref(), o.Template(), e.settings)
}

// importEnv adds variables that refer to the keys of --from. A variable that the command line sets
// itself comes first, and counts.
func (r *transaction) importEnv(ctx context.Context, o setEnvOptions, local bool) (importedEnv, error) {
	e := importedEnv{settings: o.settings}
	if o.from == nil {
		return e, nil
	}
	imported, err := r.readSource(ctx, o, local)
	if refusal := (*rollout.EnvSourceError)(nil); errors.As(err, &refusal) {
		return importedEnv{settings: o.settings, refusal: err}, nil
	}
	r.Note(imported.Notes...)
	e.settings.Set = append(e.settings.Set[:len(e.settings.Set):len(e.settings.Set)], imported.Vars...)
	return e, err
}

func (r *transaction) readSource(ctx context.Context, o setEnvOptions, local bool) (rollout.EnvImport, error) {
	have, unfit, err := r.sourceKeys(ctx, o, local)
	if err != nil {
		return rollout.EnvImport{}, err
	}
	imported, err := rollout.ImportEnv(*o.from, have, o.keys, o.prefix)
	for _, v := range imported.Vars {
		if key := importedKey(v.ValueFrom); unfit[key] != "" {
			r.Note(fmt.Sprintf("the value of key %q of %s %s: the variable %s can't hold it", key, o.from, unfit[key], v.Name))
		}
	}
	return imported, err
}

func importedKey(from *corev1.EnvVarSource) string {
	if from.SecretKeyRef != nil {
		return from.SecretKeyRef.Key
	}
	return from.ConfigMapKeyRef.Key
}

// sourceKeys are the keys of --from, nil where --keys names those that are meant, and nothing else can
// be known; unfit says why no variable can hold the value of some.
func (r *transaction) sourceKeys(ctx context.Context, o setEnvOptions, local bool) (keys []string, unfit map[string]string, err error) {
	if local {
		return nil, nil, nil
	}
	namespace, _, err := r.cluster.Namespace()
	if err != nil {
		return nil, nil, err
	}
	o.from.Namespace = namespace
	keys, unfit, err = config.New(r.cluster).EnvKeys(ctx, *o.from)
	var e *cluster.Error
	if !errors.As(err, &e) || e.Reason != cluster.Forbidden {
		return keys, unfit, err
	}
	if len(o.keys) > 0 { // the preflight says that it is not checked
		return nil, nil, nil
	}
	return nil, nil, fmt.Errorf("%w (with --keys it is not read)", err)
}
