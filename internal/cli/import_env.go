package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
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
	return rollout.PlanEnv(o.Ref(), &o.Deployment.Spec.Template, e.settings)
}

// importEnv adds variables that refer to the keys of --from. A variable that the command line sets
// itself comes first, and counts.
func (r *release) importEnv(ctx context.Context, o setEnvOptions) (importedEnv, error) {
	e := importedEnv{settings: o.settings}
	if o.from == nil {
		return e, nil
	}
	imported, err := r.readSource(ctx, o)
	if refusal := (*rollout.EnvSourceError)(nil); errors.As(err, &refusal) {
		return importedEnv{settings: o.settings, refusal: err}, nil
	}
	r.note(imported.Notes...)
	e.settings.Set = append(e.settings.Set[:len(e.settings.Set):len(e.settings.Set)], imported.Vars...)
	return e, err
}

func (r *release) readSource(ctx context.Context, o setEnvOptions) (rollout.EnvImport, error) {
	have, err := r.sourceKeys(ctx, o)
	if err != nil {
		return rollout.EnvImport{}, err
	}
	return rollout.ImportEnv(*o.from, have, o.keys, o.prefix)
}

// sourceKeys are the keys of --from; nil where --keys names those that are meant, and nothing else can
// be known.
func (r *release) sourceKeys(ctx context.Context, o setEnvOptions) ([]string, error) {
	if o.selection.Local {
		return nil, nil
	}
	namespace, _, err := r.cluster.Namespace()
	if err != nil {
		return nil, err
	}
	o.from.Namespace = namespace
	keys, err := r.cluster.EnvKeys(ctx, *o.from)
	var e *cluster.Error
	if !errors.As(err, &e) || e.Reason != cluster.Forbidden {
		return keys, err
	}
	if len(o.keys) > 0 { // the preflight says that it is not checked
		return nil, nil
	}
	return nil, fmt.Errorf("%w (with --keys it need not be read)", err)
}
