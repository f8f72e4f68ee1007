package complete

import (
	"context"
	"fmt"
	"maps"
	"slices"

	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-app/kubectl-app/internal/layout"
	"github.com/kubectl-app/kubectl-app/internal/resolve"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Containers are those of what is selected, with their images.
func (in In) Containers(ctx context.Context, s resolve.Selection) []Candidate {
	return in.fromTemplates(ctx, s, func(c *corev1.Container, init bool) []Candidate {
		about := c.Image
		if init {
			about = "init container, " + c.Image
		}
		return []Candidate{{c.Name, about}}
	})
}

// Variables are the names of those that the containers have. Values are not shown.
func (in In) Variables(ctx context.Context, s resolve.Selection) []Candidate {
	return in.fromTemplates(ctx, s, func(c *corev1.Container, _ bool) (found []Candidate) {
		for i := range c.Env {
			found = append(found, Candidate{c.Env[i].Name, "variable of container " + c.Name})
		}
		return found
	})
}

// Ports are those that the containers declare.
func (in In) Ports(ctx context.Context, s resolve.Selection) []Candidate {
	return in.fromTemplates(ctx, s, func(c *corev1.Container, _ bool) (found []Candidate) {
		for _, p := range c.Ports {
			about := "port of container " + c.Name
			if p.Name != "" {
				about = "port " + p.Name + " of container " + c.Name
			}
			found = append(found, Candidate{fmt.Sprint(p.ContainerPort), about})
		}
		return found
	})
}

// fromTemplates asks each container of what is selected; of equal words the first counts.
func (in In) fromTemplates(ctx context.Context, s resolve.Selection, of func(c *corev1.Container, init bool) []Candidate) (found []Candidate) {
	objects, err := resolve.Workloads(ctx, in.Cluster, s)
	if err != nil {
		return nil
	}
	for _, o := range objects {
		spec := o.Template().Spec
		for i := range spec.Containers {
			found = append(found, of(&spec.Containers[i], false)...)
		}
		for i := range spec.InitContainers {
			found = append(found, of(&spec.InitContainers[i], true)...)
		}
	}
	return unique(found)
}

// unique keeps the first of equal words.
func unique(all []Candidate) []Candidate {
	seen := map[string]bool{}
	return slices.DeleteFunc(all, func(c Candidate) bool {
		again := seen[c.Word]
		seen[c.Word] = true
		return again
	})
}

// Images are those that a container has and had, the newest revision first.
func (in In) Images(ctx context.Context, s resolve.Selection, container string) (found []Candidate) {
	for _, row := range in.history(ctx, s) {
		if image := row.Images[container]; image != "" {
			about := layout.Join(", ", fmt.Sprintf("revision %d", row.Revision), verdict(row))
			found = append(found, Candidate{image, about})
		}
	}
	return unique(found)
}

// Revisions are numbers with images and change-cause, the newest first.
func (in In) Revisions(ctx context.Context, s resolve.Selection) (found []Candidate) {
	for _, row := range in.history(ctx, s) {
		images := slices.Compact(slices.Sorted(maps.Values(row.Images)))
		about := layout.Join(", ", append(images, verdict(row), in.Redactor.Text(row.ChangeCause))...)
		found = append(found, Candidate{fmt.Sprint(row.Revision), about})
	}
	return unique(found)
}

func verdict(row rollout.HistoryRow) string {
	switch {
	case row.Current:
		return "current"
	case row.Verdict == nil:
		return ""
	}
	return layout.Join(": ", string(row.Verdict.Outcome), string(row.Verdict.Cause))
}

// history has the revisions of all that is selected, the newest first.
func (in In) history(ctx context.Context, s resolve.Selection) (rows []rollout.HistoryRow) {
	objects, err := resolve.Workloads(ctx, in.Cluster, s)
	if err != nil {
		return nil
	}
	objects = slices.DeleteFunc(objects, func(o workload.Object) bool { return !o.Kind.Releasable() })
	revisions, err := in.Cluster.Revisions(ctx, objects)
	if err != nil {
		return nil
	}
	for i, o := range objects {
		own := rollout.History(o.Workload(), revisions[i])
		slices.Reverse(own)
		rows = append(rows, own...)
	}
	return rows
}
