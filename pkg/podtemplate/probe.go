package podtemplate

import (
	"fmt"
	"path"
	"slices"

	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// ProbeKind is one of the probes of a container.
type ProbeKind string

// The kinds.
const (
	Readiness ProbeKind = "readiness"
	Liveness  ProbeKind = "liveness"
	Startup   ProbeKind = "startup"
)

// of points to the probe of a container.
func (k ProbeKind) of(c *corev1.Container) **corev1.Probe {
	switch k {
	case Liveness:
		return &c.LivenessProbe
	case Startup:
		return &c.StartupProbe
	}
	return &c.ReadinessProbe
}

// Timings are the numbers of a probe that are set; nil stays as it is.
type Timings struct{ InitialDelay, Period, Timeout, Success, Failure *int32 }

// Check finds numbers that the API server would not accept.
func (t Timings) Check(kinds []ProbeKind) error {
	for _, field := range []struct {
		flag  string
		value *int32
		least int32
	}{
		{"initial-delay-seconds", t.InitialDelay, 0},
		{"period-seconds", t.Period, 1},
		{"timeout-seconds", t.Timeout, 1},
		{"success-threshold", t.Success, 1},
		{"failure-threshold", t.Failure, 1},
	} {
		if field.value != nil && *field.value < field.least {
			return fmt.Errorf("--%s=%d must be at least %d", field.flag, *field.value, field.least)
		}
	}
	if t.Success != nil && *t.Success != 1 && (slices.Contains(kinds, Liveness) || slices.Contains(kinds, Startup)) {
		return fmt.Errorf("--success-threshold=%d is for the readiness probe: the others succeed at once", *t.Success)
	}
	return nil
}

// empty tells whether none is set.
func (t Timings) empty() bool { return t == Timings{} }

func (t Timings) set(p *corev1.Probe) {
	for _, field := range []struct {
		to   *int32
		from *int32
	}{
		{&p.InitialDelaySeconds, t.InitialDelay},
		{&p.PeriodSeconds, t.Period},
		{&p.TimeoutSeconds, t.Timeout},
		{&p.SuccessThreshold, t.Success},
		{&p.FailureThreshold, t.Failure},
	} {
		if field.from != nil {
			*field.to = *field.from
		}
	}
}

// Probes are what `set probe` makes of the probes of containers.
type Probes struct {
	Kinds []ProbeKind
	// Handler is nil to keep what a probe asks.
	Handler *Handler
	Timings Timings
	Remove  bool
	// Containers is a name, or a pattern as path.Match takes it; "" is the one that is meant.
	Containers string
}

// Plan sets or removes probes in a template. The notes warn of what is likely wrong. The error is a *PlanError or, if no
// container matches, a *rollout.UnknownContainerError.
func (p *Probes) Plan(ref workload.Ref, before *corev1.PodTemplateSpec) (planned corev1.PodTemplateSpec, notes []string, err error) {
	planned = *before.DeepCopy()
	containers, err := p.containers(ref, &planned.Spec)
	if err != nil {
		return planned, nil, err
	}
	for _, c := range containers {
		for _, kind := range p.Kinds {
			more, err := p.edit(ref, c, kind)
			if err != nil {
				return planned, nil, err
			}
			notes = append(notes, more...)
		}
		for _, kind := range p.Kinds {
			notes = append(notes, slow(c, kind)...)
		}
	}
	return planned, notes, nil
}

func (p *Probes) edit(ref workload.Ref, c *corev1.Container, kind ProbeKind) (notes []string, err error) {
	probe := kind.of(c)
	if p.Remove {
		*probe = nil
		return nil, nil
	}
	if p.Handler != nil {
		made, notes, err := p.Handler.For(ref, c)
		if err != nil {
			return nil, err
		}
		if *probe == nil {
			*probe = &corev1.Probe{}
		}
		(*probe).ProbeHandler = made
		p.Timings.set(*probe)
		return notes, nil
	}
	if *probe != nil {
		p.Timings.set(*probe)
	}
	return nil, nil
}

// slow warns of a probe that may kill a container before it has started.
func slow(c *corev1.Container, kind ProbeKind) []string {
	p, advice := *kind.of(c), "a higher --failure-threshold"
	if kind == Liveness {
		advice = "a startup probe, or " + advice
	}
	if kind == Readiness || p == nil || p.FailureThreshold != 1 || p.InitialDelaySeconds > 0 || kind == Liveness && c.StartupProbe != nil {
		return nil
	}
	return []string{fmt.Sprintf("one failed %s probe restarts container %s, also while it starts: give it %s", kind, c.Name, advice)}
}

// containers are those whose probes are meant.
func (p *Probes) containers(ref workload.Ref, spec *corev1.PodSpec) ([]*corev1.Container, error) {
	if p.Containers != "" {
		return p.named(ref, spec)
	}
	var all []*corev1.Container
	for i := range spec.Containers {
		all = append(all, &spec.Containers[i])
	}
	if p.Handler == nil {
		return p.having(ref, append(all, sidecars(spec)...))
	}
	if p.Handler.kind != execHandler && !p.Handler.noPort() {
		declaring := slices.DeleteFunc(append(slices.Clone(all), sidecars(spec)...), func(c *corev1.Container) bool { return !declares(c, p.Handler.port) })
		if len(declaring) == 1 {
			return declaring, nil
		}
	}
	if len(all) > 1 {
		return nil, refuse(ref, "%s has the containers %s: choose with -c which of them gets the probe", ref, list(names(all), "and"))
	}
	return all, nil
}

// named are those that the pattern matches. An init container that ends can't have a probe.
func (p *Probes) named(ref workload.Ref, spec *corev1.PodSpec) (chosen []*corev1.Container, err error) {
	var candidates []string
	for _, containers := range [][]corev1.Container{spec.InitContainers, spec.Containers} {
		for i := range containers {
			c := &containers[i]
			candidates = append(candidates, c.Name)
			if matched, _ := path.Match(p.Containers, c.Name); matched {
				chosen = append(chosen, c)
			}
		}
	}
	if len(chosen) == 0 {
		return nil, &rollout.UnknownContainerError{Workload: ref, Container: p.Containers, Candidates: candidates}
	}
	kept := slices.DeleteFunc(slices.Clone(chosen), func(c *corev1.Container) bool { return endsBefore(spec, c) })
	if len(kept) == 0 {
		return nil, refuse(ref, "init container %s of %s can't have a probe: it ends before the pod is ready", chosen[0].Name, ref)
	}
	if p.Handler == nil {
		return p.having(ref, kept)
	}
	return kept, nil
}

// having are the containers that have a probe to change or to remove. Each kind has to be there.
func (p *Probes) having(ref workload.Ref, all []*corev1.Container) ([]*corev1.Container, error) {
	if p.Remove {
		return all, nil
	}
	var having []*corev1.Container
	for _, kind := range p.Kinds {
		found := false
		for _, c := range all {
			if *kind.of(c) == nil {
				continue
			}
			found = true
			if !slices.Contains(having, c) {
				having = append(having, c)
			}
		}
		if !found {
			return nil, refuse(ref, "no container of %s has a %s probe to change: say what it asks, with --get-url, --open-tcp, --grpc or -- COMMAND", ref, kind)
		}
	}
	return having, nil
}

// Says tells whether anything is to be set.
func (p *Probes) Says() bool { return p.Remove || p.Handler != nil || !p.Timings.empty() }

func sidecars(spec *corev1.PodSpec) (all []*corev1.Container) {
	for i := range spec.InitContainers {
		if isSidecar(&spec.InitContainers[i]) {
			all = append(all, &spec.InitContainers[i])
		}
	}
	return all
}

// endsBefore tells whether a container is an init container that ends.
func endsBefore(spec *corev1.PodSpec, c *corev1.Container) bool {
	return slices.ContainsFunc(spec.InitContainers, func(i corev1.Container) bool { return i.Name == c.Name && !isSidecar(&i) })
}

func names(containers []*corev1.Container) (all []string) {
	for _, c := range containers {
		all = append(all, c.Name)
	}
	return all
}
