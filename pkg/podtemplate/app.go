package podtemplate

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// App is what `create deployment` makes of a template: of an empty one, or of that of a workload that exists.
type App struct {
	Images  []string
	Command []string
	// Port is declared by the first container; 0 for none.
	Port int32
	// Env, EnvFrom, Requests and Limits are those of each container that has one of the images.
	Env              []corev1.EnvVar
	EnvFrom          []corev1.EnvFromSource
	Requests, Limits corev1.ResourceList
	// Probe is the readiness probe of the first container; nil for none, or for that of DefaultProbe.
	Probe *Handler
	// NoProbe removes the readiness probe of the first container.
	NoProbe bool
	// DefaultProbe: a new first container gets a readiness probe by TCP on Port.
	DefaultProbe bool
	Sidecars     []Sidecar
	// Volumes are mounted in each container that has one of the images.
	Volumes []*Volume
	// ServiceAccount is "" for that of the namespace.
	ServiceAccount string
	PullSecrets    []string
	// Security is "" to leave security contexts as they are.
	Security Security
	// Labels are those of a new template.
	Labels map[string]string
}

// Sidecar runs beside the containers: it starts before them, and ends after them (KEP-753).
type Sidecar struct{ Name, Image string }

// ParseSidecar reads NAME=IMAGE.
func ParseSidecar(text string) (Sidecar, error) {
	name, image, found := strings.Cut(text, "=")
	if !found || name == "" || image == "" {
		return Sidecar{}, fmt.Errorf("%s is not a sidecar: write NAME=IMAGE", quoted(text))
	}
	return Sidecar{name, image}, nil
}

// ParseEnvFrom reads secret/NAME or configmap/NAME.
func ParseEnvFrom(text string) (corev1.EnvFromSource, error) {
	kind, name, _ := strings.Cut(text, "/")
	reference := corev1.LocalObjectReference{Name: name}
	switch strings.ToLower(kind) {
	case "secret", "secrets":
		if name != "" {
			return corev1.EnvFromSource{SecretRef: &corev1.SecretEnvSource{LocalObjectReference: reference}}, nil
		}
	case "configmap", "configmaps", "cm":
		if name != "" {
			return corev1.EnvFromSource{ConfigMapRef: &corev1.ConfigMapEnvSource{LocalObjectReference: reference}}, nil
		}
	}
	if strings.Contains(text, "=") {
		return corev1.EnvFromSource{}, fmt.Errorf("%s names no object: --env takes KEY=VALUE", quoted(text))
	}
	return corev1.EnvFromSource{}, fmt.Errorf("%s names no object to take variables from: write secret/NAME or configmap/NAME", quoted(text))
}

// ContainerNames are the names that kubectl gives to containers of these images: the last part of the repository. A name
// that comes again gets a number.
func ContainerNames(images []string) []string {
	var names []string
	for _, image := range images {
		name := image[strings.LastIndex(image, "/")+1:]
		name, _, _ = strings.Cut(name, "@")
		name, _, _ = strings.Cut(name, ":")
		name = strings.NewReplacer("_", "-", ".", "-").Replace(name)
		for n, first := 2, name; slices.Contains(names, name); n++ {
			name = fmt.Sprintf("%s-%d", first, n)
		}
		names = append(names, name)
	}
	return names
}

// Plan makes the template. What no setting names stays as it is. The error joins a *workload.ImageError for each image that is
// none, and a *PlanError.
func (a *App) Plan(ref workload.Ref, before *corev1.PodTemplateSpec) (planned corev1.PodTemplateSpec, notes []string, err error) {
	planned = *before.DeepCopy()
	spec := &planned.Spec
	if len(spec.Containers) == 0 {
		planned.Labels = maps.Clone(a.Labels)
	}
	var faults []error
	var named []string
	alone, fresh := len(a.Images) == 1 && len(spec.Containers) == 1, len(spec.Containers) == 0
	for i, name := range ContainerNames(a.Images) {
		faults = append(faults, workload.CheckImage(a.Images[i]))
		if alone { // whatever its name is
			name = spec.Containers[0].Name
		}
		if !fresh && !slices.ContainsFunc(spec.Containers, func(c corev1.Container) bool { return c.Name == name }) {
			faults = append(faults, noContainer(ref, name, spec.Containers))
			continue
		}
		named = append(named, name)
		c, added := containerOf(&spec.Containers, name)
		c.Image = a.Images[i]
		a.settle(c)
		if i > 0 {
			continue
		}
		if a.Port != 0 && !slices.ContainsFunc(c.Ports, func(p corev1.ContainerPort) bool { return p.ContainerPort == a.Port }) {
			c.Ports = append(c.Ports, corev1.ContainerPort{ContainerPort: a.Port})
		}
		more, err := a.probe(ref, c, added)
		notes, faults = append(notes, more...), append(faults, err)
	}
	more, err := a.mount(ref, spec, named)
	notes, faults = append(notes, more...), append(faults, err)
	for _, s := range a.Sidecars {
		faults = append(faults, workload.CheckImage(s.Image))
		if fault := a.checkSidecar(ref, s, before); fault != nil {
			faults = append(faults, fault)
			continue
		}
		c, _ := containerOf(&spec.InitContainers, s.Name)
		c.Image, c.RestartPolicy = s.Image, new(corev1.ContainerRestartPolicyAlways)
	}
	if a.ServiceAccount != "" {
		spec.ServiceAccountName, spec.DeprecatedServiceAccount = a.ServiceAccount, a.ServiceAccount
	}
	for _, name := range a.PullSecrets {
		if s := (corev1.LocalObjectReference{Name: name}); !slices.Contains(spec.ImagePullSecrets, s) {
			spec.ImagePullSecrets = append(spec.ImagePullSecrets, s)
		}
	}
	if a.Security != "" {
		secure(spec, a.Security)
	}
	return planned, notes, errors.Join(faults...)
}

// checkSidecar finds a name that is taken, also by one that ends: it must not become one that runs on.
func (a *App) checkSidecar(ref workload.Ref, s Sidecar, before *corev1.PodTemplateSpec) error {
	named := func(c corev1.Container) bool { return c.Name == s.Name }
	taken := func(c corev1.Container) bool { return named(c) && !isSidecar(&c) }
	of := 0
	for _, other := range a.Sidecars {
		if other.Name == s.Name {
			of++
		}
	}
	switch {
	case of > 1:
		return refuse(ref, "two sidecars of the name %s: choose another for one of them", s.Name)
	case slices.ContainsFunc(before.Spec.InitContainers, taken):
		return refuse(ref, "%s has an init container %s that ends: choose another name for the sidecar", ref, s.Name)
	case slices.ContainsFunc(before.Spec.Containers, named), len(before.Spec.Containers) == 0 && slices.Contains(ContainerNames(a.Images), s.Name):
		return refuse(ref, "%s has a container %s: choose another name for the sidecar", ref, s.Name)
	}
	return nil
}

// noContainer is for an image of which it is not known which container of several it is for.
func noContainer(ref workload.Ref, name string, have []corev1.Container) error {
	names := make([]string, 0, len(have))
	for _, c := range have {
		names = append(names, c.Name)
	}
	e := refuse(ref, "%s exists and has no container %s; it has %s", ref, name, list(names, "and"))
	e.Next = []string{fmt.Sprintf("kubectl app set image %s CONTAINER=IMAGE -n %s", ref, ref.Namespace)}
	return e
}

// containerOf finds a container by its name, or adds it.
func containerOf(all *[]corev1.Container, name string) (c *corev1.Container, added bool) {
	i := slices.IndexFunc(*all, func(c corev1.Container) bool { return c.Name == name })
	if i < 0 {
		i, added = len(*all), true
		*all = append(*all, corev1.Container{Name: name})
	}
	return &(*all)[i], added
}

// settle sets what each container gets.
func (a *App) settle(c *corev1.Container) {
	if len(a.Command) > 0 {
		c.Command = a.Command
	}
	for _, v := range a.Env {
		at := slices.IndexFunc(c.Env, func(have corev1.EnvVar) bool { return have.Name == v.Name })
		if at < 0 {
			c.Env = append(c.Env, v)
			continue
		}
		c.Env[at] = v // in its place: variables after it may use it as $(NAME)
		c.Env = append(c.Env[:at+1], slices.DeleteFunc(c.Env[at+1:], func(have corev1.EnvVar) bool { return have.Name == v.Name })...)
	}
	for _, from := range a.EnvFrom {
		if !slices.ContainsFunc(c.EnvFrom, func(have corev1.EnvFromSource) bool { return sameSource(have, from) }) {
			c.EnvFrom = append(c.EnvFrom, from)
		}
	}
	c.Resources.Requests = with(c.Resources.Requests, a.Requests)
	c.Resources.Limits = with(c.Resources.Limits, a.Limits)
}

func sameSource(a, b corev1.EnvFromSource) bool {
	if a.Prefix != b.Prefix {
		return false
	}
	if a.SecretRef != nil && b.SecretRef != nil {
		return a.SecretRef.Name == b.SecretRef.Name
	}
	return a.ConfigMapRef != nil && b.ConfigMapRef != nil && a.ConfigMapRef.Name == b.ConfigMapRef.Name
}

func with(have, more corev1.ResourceList) corev1.ResourceList {
	if have == nil && len(more) > 0 {
		have = corev1.ResourceList{}
	}
	maps.Copy(have, more)
	return have
}

// mount adds the volumes, and mounts them in the containers of these names.
func (a *App) mount(ref workload.Ref, spec *corev1.PodSpec, named []string) (notes []string, err error) {
	var faults []error
	for _, v := range a.Volumes {
		var containers []*corev1.Container
		for i := range spec.Containers {
			if slices.Contains(named, spec.Containers[i].Name) {
				containers = append(containers, &spec.Containers[i])
			}
		}
		more, err := v.add(ref, nil, spec, containers)
		notes, faults = append(notes, more...), append(faults, err)
	}
	return notes, errors.Join(faults...)
}

// probe sets the readiness probe of the first container.
func (a *App) probe(ref workload.Ref, c *corev1.Container, added bool) (notes []string, err error) {
	if a.NoProbe {
		c.ReadinessProbe = nil
		return nil, nil
	}
	h := a.Probe
	if h == nil {
		if !added || !a.DefaultProbe || a.Port == 0 {
			return nil, nil
		}
		h = &Handler{kind: tcpHandler}
	}
	if h.noPort() && a.Port != 0 {
		on := *h
		on.port = intstr.FromInt32(a.Port)
		h = &on
	}
	made, notes, err := h.For(ref, c)
	if err == nil {
		if c.ReadinessProbe == nil {
			c.ReadinessProbe = &corev1.Probe{}
		}
		c.ReadinessProbe.ProbeHandler = made
	}
	return notes, err
}
