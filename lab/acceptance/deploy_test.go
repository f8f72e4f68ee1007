package acceptance

import (
	"context"
	"fmt"
	"maps"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// deploy makes a Deployment whose one container is called as itself, and waits until all of it
// serves. The keys are below, in settings.
func deploy(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: deploy NAME IMAGE [REPLICAS] [KEY=VALUE…]")
	}
	d := deployment(args[0], args[1])
	wait := true
	for _, arg := range args[2:] {
		if n, err := strconv.ParseInt(arg, 10, 32); err == nil {
			*d.Spec.Replicas = int32(n)
			continue
		}
		key, value, _ := strings.Cut(arg, "=")
		if key == "broken" { // it will never be complete
			wait = false
			continue
		}
		ts.Check(set(d, key, value))
	}
	s := of(ts)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	_, err := s.client.AppsV1().Deployments(s.namespace).Create(ctx, d, metav1.CreateOptions{FieldManager: "kubectl-create"})
	ts.Check(err)
	if wait {
		ts.Check(s.settle(ctx, d.Name))
	}
}

func deployment(name, image string) *appsv1.Deployment {
	labels := map[string]string{"app": name}
	return &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Name: name, Labels: maps.Clone(labels)},
		Spec: appsv1.DeploymentSpec{
			Replicas:                new(int32(3)),
			Selector:                &metav1.LabelSelector{MatchLabels: labels},
			ProgressDeadlineSeconds: new(int32(600)),
			Strategy: appsv1.DeploymentStrategy{
				Type: appsv1.RollingUpdateDeploymentStrategyType,
				RollingUpdate: &appsv1.RollingUpdateDeployment{
					MaxSurge: new(intstr.FromInt32(1)), MaxUnavailable: new(intstr.FromInt32(0)),
				},
			},
			Template: corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: labels, Annotations: map[string]string{}},
				Spec:       corev1.PodSpec{Containers: []corev1.Container{container(name, image)}},
			},
		},
	}
}

func container(name, image string) corev1.Container {
	return corev1.Container{
		Name: name, Image: image,
		ReadinessProbe: &corev1.Probe{
			ProbeHandler:  corev1.ProbeHandler{HTTPGet: &corev1.HTTPGetAction{Path: "/healthz", Port: intstr.FromInt32(8080)}},
			PeriodSeconds: 1,
		},
	}
}

// set changes one thing of a Deployment.
func set(d *appsv1.Deployment, key, value string) error {
	key, name, _ := strings.Cut(key, ".")
	apply, known := settings[key]
	if !known {
		return fmt.Errorf("deploy knows no key %q", key)
	}
	return apply(d, name, value)
}

var settings = map[string]func(d *appsv1.Deployment, name, value string) error{
	"deadline": func(d *appsv1.Deployment, _, value string) error {
		return number(value, d.Spec.ProgressDeadlineSeconds)
	},
	"minready": func(d *appsv1.Deployment, _, value string) error { return number(value, &d.Spec.MinReadySeconds) },
	"surge": func(d *appsv1.Deployment, _, value string) error {
		*d.Spec.Strategy.RollingUpdate.MaxSurge = intstr.Parse(value)
		return nil
	},
	"unavailable": func(d *appsv1.Deployment, _, value string) error {
		*d.Spec.Strategy.RollingUpdate.MaxUnavailable = intstr.Parse(value)
		return nil
	},
	"grace": func(d *appsv1.Deployment, _, value string) error {
		seconds, err := strconv.ParseInt(value, 10, 64)
		d.Spec.Template.Spec.TerminationGracePeriodSeconds = &seconds
		return err
	},
	// one pod of a revision on each node, as far as the nodes go
	"spread": func(d *appsv1.Deployment, _, topologyKey string) error {
		d.Spec.Template.Spec.TopologySpreadConstraints = []corev1.TopologySpreadConstraint{{
			MaxSkew: 1, TopologyKey: topologyKey, WhenUnsatisfiable: corev1.DoNotSchedule,
			LabelSelector: d.Spec.Selector, MatchLabelKeys: []string{appsv1.DefaultDeploymentUniqueLabelKey},
		}}
		return nil
	},
	"label": func(d *appsv1.Deployment, name, value string) error {
		d.Labels[name] = value
		return nil
	},
	"annotation": func(d *appsv1.Deployment, name, value string) error {
		d.Spec.Template.Annotations[name] = value
		return nil
	},
	"env": func(d *appsv1.Deployment, name, value string) error {
		first := &d.Spec.Template.Spec.Containers[0]
		first.Env = append(first.Env, corev1.EnvVar{Name: name, Value: value})
		return nil
	},
	"memory": func(d *appsv1.Deployment, _, value string) error {
		limit, err := resource.ParseQuantity(value)
		d.Spec.Template.Spec.Containers[0].Resources.Limits = corev1.ResourceList{corev1.ResourceMemory: limit}
		return err
	},
	"init": func(d *appsv1.Deployment, name, value string) error {
		d.Spec.Template.Spec.InitContainers = append(d.Spec.Template.Spec.InitContainers, corev1.Container{Name: name, Image: value})
		return nil
	},
	"sidecar": func(d *appsv1.Deployment, name, value string) error {
		sidecar := corev1.Container{Name: name, Image: value, RestartPolicy: new(corev1.ContainerRestartPolicyAlways)}
		d.Spec.Template.Spec.InitContainers = append(d.Spec.Template.Spec.InitContainers, sidecar)
		return nil
	},
	"probe": func(d *appsv1.Deployment, name, _ string) error {
		first := &d.Spec.Template.Spec.Containers[0]
		probe := first.ReadinessProbe.DeepCopy()
		switch name {
		case "liveness":
			first.LivenessProbe = probe
		case "startup":
			first.StartupProbe = probe
		default:
			return fmt.Errorf("no probe %q", name)
		}
		return nil
	},
}

func number(value string, into *int32) error {
	n, err := strconv.ParseInt(value, 10, 32)
	*into = int32(n)
	return err
}
