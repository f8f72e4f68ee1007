package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/diagnosis/chain"
	"github.com/kubectl-app/kubectl-app/pkg/rollout/recording"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// The recordings with what is wrong at their ends, and the script with each way to fail of the lab.
const (
	recordings = "../pkg/rollout/testdata"
	behaviors  = "acceptance/testdata/why/truth.txtar"
)

// truth counts for how many failures kubectl app why does not name the cause first, and how often it names one where all
// serves.
func (b *bench) truth(ctx context.Context) ([]row, error) {
	rows, err := recorded()
	if err != nil {
		return nil, err
	}
	s, err := b.onStage(ctx)
	if err != nil {
		return rows, err
	}
	_, app, err := b.pair(s.kubeconfig)
	if err != nil {
		return rows, err
	}
	missed, all, err := b.behaviors(ctx, s, app)
	if err != nil {
		return rows, err
	}
	r := row{what: phrase("why: causes of the lab's %d ways to fail that it misses", all), unit: count, goal: atMost(0)}
	r.app.add(float64(missed))
	return append(rows, r), nil
}

// recorded looks at the end of each recording, with its events and without.
func recorded() ([]row, error) {
	text, err := os.ReadFile(filepath.Join(recordings, "truth.txt"))
	if err != nil {
		return nil, fmt.Errorf("the truth about the recordings: %w", err)
	}
	var failing, healthy, missed, blind, invented float64
	for line := range strings.Lines(string(text)) {
		name, cause, ok := strings.Cut(strings.TrimSpace(line), " ")
		if !ok || name == "#" {
			continue
		}
		for _, events := range []bool{true, false} {
			got, err := atTheEnd(name, events)
			switch {
			case err != nil:
				return nil, err
			case cause == "-" && got != "":
				invented++
			case cause != "-" && string(got) != cause && events:
				missed++
			case cause != "-" && string(got) != cause:
				blind++
			}
		}
		if cause == "-" {
			healthy++
		} else {
			failing++
		}
	}
	made := func(what string, n float64, g goal) row {
		return row{what: what, unit: count, app: sample{n}, goal: g}
	}
	return []row{
		made(phrase("why: causes of %.0f recordings that fail that it misses", failing), missed, atMost(0)),
		made("why: the same without any event", blind, atMost(failing/10)),
		made(phrase("why: causes that it names in %.0f recordings where all serves", healthy), invented, atMost(0)),
	}, nil
}

// atTheEnd is the cause that a look at the end of a recording names first.
func atTheEnd(name string, events bool) (diagnosis.Cause, error) {
	file, err := os.Open(filepath.Join(recordings, name+".jsonl.gz"))
	if err != nil {
		return "", fmt.Errorf("a recording: %w", err)
	}
	defer file.Close() // it is only read
	scene, err := recording.ReadScene(file)
	if err != nil {
		return "", fmt.Errorf("%s: %w", name, err)
	}
	if !events {
		scene.ForgetEvents()
	}
	ref := scene.Workloads()[0]
	s := chain.Workload(scene.Observed(ref, diagnosis.Wants{}), scene.Now)
	for range 2 {
		seen := scene.Observed(ref, s.Look(false))
		for _, t := range s.Templates() {
			for _, r := range workload.References(t) { // the recorded namespaces have no objects of their own
				if r.Name != "default" && r.Kind != workload.ClaimReference {
					seen.Absent = append(seen.Absent, r)
				}
			}
		}
		s.Take(seen)
	}
	s.Look(true)
	return s.Explain(nil).Cause, nil
}

// enough is how long the evidence of all failures may take to come.
const enough = 2 * time.Minute

// behaviors asks about each Deployment of the script until the right cause comes, and counts those where it does not.
func (b *bench) behaviors(ctx context.Context, s *stage, app program) (missed, all int, err error) {
	script, err := txtar.ParseFile(behaviors)
	if err != nil {
		return 0, 0, fmt.Errorf("the lab's ways to fail: %w", err)
	}
	for _, file := range script.Files {
		if file.Name == "sick.yaml" {
			err = b.apply(ctx, s, file.Data)
		}
	}
	if err != nil {
		return 0, 0, err
	}
	want := map[string]string{}
	for line := range strings.Lines(string(script.Comment)) {
		if words := strings.Fields(line); len(words) == 5 && words[2] == "until.sh" {
			want[words[3]] = words[4]
		}
	}
	all = len(want)
	for ends := time.Now().Add(enough); len(want) > 0 && time.Now().Before(ends); {
		for name, cause := range want {
			report, err := why(ctx, app, name)
			if err != nil {
				return 0, all, err
			}
			if string(report.Cause) == cause {
				delete(want, name)
			}
		}
	}
	for name, cause := range want {
		b.say("why misses %s of deployment/%s", cause, name)
	}
	return len(want), all, nil
}

// apply makes the objects of a manifest, below a quota that one of them exceeds.
func (b *bench) apply(ctx context.Context, s *stage, manifest []byte) error {
	kubectl, _, err := b.pair(s.kubeconfig)
	if err != nil {
		return err
	}
	file := filepath.Join(s.lab.Home, "sick.yaml")
	if err := os.WriteFile(file, manifest, 0o600); err != nil {
		return fmt.Errorf("writing a manifest: %w", err)
	}
	_, quotaErr := kubectl.run(ctx, "create", "quota", "small", "--hard=cpu=3", "-n", namespace)
	_, err = kubectl.run(ctx, "apply", "-f", file, "-n", namespace)
	return errors.Join(quotaErr, err)
}

func why(ctx context.Context, app program, name string) (chain.Report, error) {
	var report chain.Report
	r, err := app.start(ctx, nil, "why", "deployment/"+name, "-n", namespace, "-o", "json")
	if err == nil {
		_, err = r.wait(0)
	}
	if err == nil {
		err = json.NewDecoder(bytes.NewReader(r.output.Bytes())).Decode(&report)
	}
	if err != nil {
		return report, fmt.Errorf("why deployment/%s: %w", name, err)
	}
	return report, nil
}

// why measures one question about a Deployment that crashes. kubectl's column is the describe of the Deployment and its
// pods, which leaves the cause to its reader.
func (b *bench) why(ctx context.Context) ([]row, error) {
	s, err := b.onStage(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.deploy(ctx, "asked", 3); err != nil {
		return nil, err
	}
	_, app, err := b.pair(s.kubeconfig)
	if err != nil {
		return nil, err
	}
	crash, err := app.start(ctx, nil, "set", "image", "deployment/asked", "web=web:2.0-crash", "--fail-fast=strict", "--on-failure=keep", "-n", namespace)
	if err != nil {
		return nil, err
	}
	const failedAndKept = 4
	if _, err := crash.wait(failedAndKept); err != nil {
		return nil, err
	}
	return b.compare(s, comparison{
		what: "why a Deployment crashes: ",
		kubectl: func(kubectl program) (cost, error) {
			return kubectl.both(ctx, []string{"describe", "deployment/asked", "-n", namespace}, []string{"describe", "pods", "-l", "app=asked", "-n", namespace})
		},
		app:  func(app program) (cost, error) { return app.run(ctx, "why", "deployment/asked", "-n", namespace) },
		time: below(0.150), requests: atMost(12),
	})
}
