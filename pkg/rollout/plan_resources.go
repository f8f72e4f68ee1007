package rollout

import (
	"errors"
	"fmt"
	"maps"
	"path"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// ResourceSettings are what `set resources` makes of the resources of containers.
type ResourceSettings struct {
	Limits, Requests corev1.ResourceList
	// Containers is a name, or a pattern as path.Match takes it; AllContainers is all of them.
	Containers string
}

// ParseResources reads --limits and --requests: "cpu=100m,memory=256Mi".
func ParseResources(limits, requests string) (ResourceSettings, error) {
	if limits == "" && requests == "" {
		return ResourceSettings{}, errors.New("nothing to set: give --limits or --requests, for example --limits=cpu=200m,memory=512Mi")
	}
	l, limitsErr := parseQuantities("--limits", limits)
	r, requestsErr := parseQuantities("--requests", requests)
	return ResourceSettings{Limits: l, Requests: r}, errors.Join(limitsErr, requestsErr)
}

func parseQuantities(flag, text string) (corev1.ResourceList, error) {
	if text == "" {
		return nil, nil
	}
	list := corev1.ResourceList{}
	for statement := range strings.SplitSeq(text, ",") {
		name, value, ok := strings.Cut(statement, "=")
		if !ok || name == "" {
			return nil, fmt.Errorf("%s has %q: it takes RESOURCE=QUANTITY, for example cpu=200m", flag, statement)
		}
		quantity, err := resource.ParseQuantity(value)
		if err != nil {
			return nil, fmt.Errorf("%s has %q: %q is not a quantity such as 200m, 2 or 512Mi", flag, statement, value)
		}
		list[corev1.ResourceName(name)] = quantity
	}
	return list, nil
}

// PlanResources sets requests and limits in a template, as `kubectl set resources` does: in containers and init
// containers. What the settings do not name stays. The error is an *UnknownContainerError if no container matches.
func PlanResources(ref workload.Ref, template *corev1.PodTemplateSpec, s ResourceSettings) (corev1.PodTemplateSpec, error) {
	planned := *template.DeepCopy()
	containers := chosen(&planned.Spec, s.Containers)
	if len(containers) == 0 {
		return planned, &UnknownContainerError{Workload: ref, Container: s.Containers, Candidates: containerNames(template)}
	}
	for _, c := range containers {
		c.Resources.Limits = merged(c.Resources.Limits, s.Limits)
		c.Resources.Requests = merged(c.Resources.Requests, s.Requests)
	}
	return planned, nil
}

func merged(have, set corev1.ResourceList) corev1.ResourceList {
	if have == nil && len(set) > 0 {
		have = corev1.ResourceList{}
	}
	maps.Copy(have, set)
	return have
}

// chosen are the containers that the pattern matches, init containers last; a pattern that can't be read
// matches none.
func chosen(spec *corev1.PodSpec, pattern string) []*corev1.Container {
	var all []*corev1.Container
	for _, containers := range [][]corev1.Container{spec.Containers, spec.InitContainers} {
		for i := range containers {
			if matched, err := path.Match(pattern, containers[i].Name); matched && err == nil {
				all = append(all, &containers[i])
			}
		}
	}
	return all
}

// PlanServiceAccount sets the account that the pods run as. The API server keeps the old name of the field equal.
func PlanServiceAccount(template *corev1.PodTemplateSpec, account string) corev1.PodTemplateSpec {
	planned := *template.DeepCopy()
	planned.Spec.ServiceAccountName, planned.Spec.DeprecatedServiceAccount = account, account
	return planned
}
