package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/internal/config"
	"github.com/kubectl-app/kubectl-app/internal/page"
	"github.com/kubectl-app/kubectl-app/internal/resolve"
)

// listEnv prints what the variables would be, as `kubectl set env --list` does. It needs no more than to
// read the workloads, and with --resolve what they refer to.
func (r *transaction) listEnv(ctx context.Context, o setEnvOptions, selection resolve.Selection, imported importedEnv) error {
	objects, err := resolve.Workloads(ctx, r.cluster, selection)
	if err != nil {
		return resolveError(err)
	}
	lister := envLister{resolve: o.resolve, cluster: r.cluster, values: map[string]*config.EnvValues{}}
	var unresolved []error
	for _, object := range objects {
		plan, err := imported.plan(object)
		if err != nil {
			return r.refuseUnbegun(err)
		}
		r.Note(plan.Notes...)
		for _, c := range imported.settings.Chosen(&plan.Template.Spec) {
			listed, faults := lister.list(ctx, object, c)
			if err := page.Env(r.env.Term.Out, listed); err != nil {
				return err
			}
			unresolved = append(unresolved, faults...)
			r.Note(severalLines(listed)...)
		}
	}
	r.Strict = false // nothing is written
	r.ShowNotes()
	return errors.Join(unresolved...)
}

// severalLines says of which variables -e - could not read again what is listed: it takes one from a line.
func severalLines(l page.EnvList) []string {
	var notes []string
	for _, v := range l.Vars {
		if v.From == "" && strings.Contains(v.Value, "\n") {
			notes = append(notes, fmt.Sprintf("the value of %s in container %s has several lines, and set env -e - can't read it back", v.Name, l.Container))
		}
	}
	return notes
}

// envLister finds out what to say of each variable.
type envLister struct {
	resolve bool
	cluster *cluster.Cluster
	values  map[string]*config.EnvValues // by namespace
}

// list returns the variables of a container and, for each reason for which some could not be resolved,
// an error that names them.
func (l *envLister) list(ctx context.Context, o cluster.Object, c *corev1.Container) (page.EnvList, []error) {
	list := page.EnvList{Kind: o.Ref().Kind, Name: o.Ref().Name, Container: c.Name, All: wholeObjects(c)}
	var faults []error
	because := map[string][]string{}
	for i := range c.Env {
		v, err := l.line(ctx, o, c, &c.Env[i])
		list.Vars = append(list.Vars, v)
		if err == nil {
			continue
		}
		if because[err.Error()] == nil {
			faults = append(faults, err)
		}
		because[err.Error()] = append(because[err.Error()], v.Name)
	}
	for i, err := range faults {
		faults[i] = fmt.Errorf("%s, container %s: can't resolve the value of %s: %w", o.Ref(), c.Name, strings.Join(because[err.Error()], ", "), err)
	}
	return list, faults
}

// wholeObjects are those that a container takes each key of.
func wholeObjects(c *corev1.Container) []string {
	var all []string
	for _, from := range c.EnvFrom {
		text := ""
		switch {
		case from.SecretRef != nil:
			text = "secret " + from.SecretRef.Name
		case from.ConfigMapRef != nil:
			text = "configmap " + from.ConfigMapRef.Name
		}
		if from.Prefix != "" {
			text += ", with the prefix " + from.Prefix
		}
		all = append(all, text)
	}
	return all
}

func (l *envLister) line(ctx context.Context, o cluster.Object, c *corev1.Container, v *corev1.EnvVar) (page.EnvLine, error) {
	line := page.EnvLine{Name: v.Name, Value: v.Value}
	if v.ValueFrom == nil {
		return line, nil
	}
	line.From = config.EnvReference(v.ValueFrom)
	if !l.resolve {
		return line, nil
	}
	namespace := o.Ref().Namespace
	if l.values[namespace] == nil {
		l.values[namespace] = config.New(l.cluster).EnvValues(namespace)
	}
	value, told, err := l.values[namespace].Resolve(ctx, o, c, v.ValueFrom)
	switch {
	case err != nil:
		return line, err
	case told != "":
		line.From += " (" + told + ")"
	default:
		line.Value, line.From = value, ""
	}
	return line, nil
}
