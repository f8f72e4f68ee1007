package main

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// failure is a way to fail whose evidence a pod's status shows.
type failure struct {
	word     string // of the image's tag
	what     string
	evidence func(*corev1.ContainerStatus) bool
}

var failures = []failure{
	{"missing", "from a missing image to the verdict", func(c *corev1.ContainerStatus) bool {
		w := c.State.Waiting
		return w != nil && (w.Reason == "ErrImagePull" || w.Reason == "ImagePullBackOff")
	}},
	// Here the verdict also waits for the last lines of the log.
	{"crash", "from a crash to the verdict, its log read", func(c *corev1.ContainerStatus) bool {
		return c.State.Terminated != nil || c.LastTerminationState.Terminated != nil
	}},
}

// verdict is the time from decisive evidence to the verdict, with no patience in between.
func (b *bench) verdict(ctx context.Context) ([]row, error) {
	s, err := b.onStage(ctx)
	if err != nil {
		return nil, err
	}
	const name = "judged"
	if err := s.deploy(ctx, name, 3); err != nil {
		return nil, err
	}
	_, app, err := b.pair(s.kubeconfig)
	if err != nil {
		return nil, err
	}
	var rows []row
	for _, f := range failures {
		r := row{what: f.what, unit: seconds, goal: below(0.200)}
		for i := range b.rollouts {
			took, err := s.judge(ctx, app, name, phrase("web:2.%d-%s", i, f.word), f.evidence)
			if err != nil {
				return rows, err
			}
			r.app.add(took.Seconds())
			if err := s.restore(ctx, name, phrase("web:1.%d", i)); err != nil {
				return rows, err
			}
		}
		rows = append(rows, r)
	}
	return rows, nil
}

// judge releases an image that fails, and returns how long the verdict took after the evidence.
func (s *stage) judge(ctx context.Context, app program, name, image string, evidence func(*corev1.ContainerStatus) bool) (time.Duration, error) {
	watching, stop := context.WithCancel(ctx)
	defer stop()
	shown, err := s.observePods(watching, name, func(p *corev1.Pod) bool {
		return p.Spec.Containers[0].Image == image &&
			slices.ContainsFunc(p.Status.ContainerStatuses, func(c corev1.ContainerStatus) bool { return evidence(&c) })
	})
	if err != nil {
		return 0, err
	}
	var verdict time.Time
	listen := func(line []byte, at time.Time) {
		var event struct{ Type string }
		if json.Unmarshal(line, &event) == nil && event.Type == "Verdict" && verdict.IsZero() {
			verdict = at
		}
	}
	const failedAndKept = 4
	release, err := app.start(ctx, listen, "set", "image", "deployment/"+name, "web="+image,
		"--fail-fast=strict", "--on-failure=keep", "--progress=ndjson")
	if err != nil {
		return 0, err
	}
	if _, err := release.wait(failedAndKept); err != nil {
		return 0, err
	}
	if verdict.IsZero() {
		return 0, errors.New("no verdict was told")
	}
	at, err := shown.wait(ctx)
	return verdict.Sub(at), err
}
