package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/kubectl-app/kubectl-app/lab/acceptance/faultproxy"
)

// The largest Secret that there can be has 1 MiB; with the keys' names it stays just below.
const (
	bigKeys  = 1000
	bigValue = 1030
)

// secret creates the largest Secret that there can be, and changes one of its keys.
func (b *bench) secret(ctx context.Context) (_ []row, err error) {
	s, err := b.onStage(ctx)
	if err != nil {
		return nil, err
	}
	folder, err := os.MkdirTemp("", "bench")
	if err != nil {
		return nil, fmt.Errorf("a folder for an env file: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	file := filepath.Join(folder, "big.env")
	if err := os.WriteFile(file, bigEnv(), 0o600); err != nil {
		return nil, fmt.Errorf("writing an env file: %w", err)
	}
	proxy, kubeconfig, err := s.counted()
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, proxy.Close()) }()
	created, createRequests, err := b.bigSecrets(ctx, proxy, kubeconfig, func(i int) (kubectl, app []string) {
		args := func(who string) []string {
			return []string{"create", "secret", "generic", fmt.Sprintf("%s-%d", who, i), "--from-env-file=" + file, "-n", namespace}
		}
		return args("kubectl"), args("app")
	})
	if err != nil {
		return nil, err
	}
	changed, changeRequests, err := b.bigSecrets(ctx, proxy, kubeconfig, func(i int) (kubectl, app []string) {
		value := fmt.Sprintf("%d", i)
		return []string{"patch", "secret", "kubectl-0", "-n", namespace, "-p", `{"stringData":{"KEY_7":"` + value + `"}}`},
			[]string{"set", "secret", "app-0", "-n", namespace, "KEY_7=" + value, "--roll=none"}
	})
	if err != nil {
		return nil, err
	}
	create := fmt.Sprintf("creating a Secret of 1 MiB with %d keys: ", bigKeys)
	const change = "changing one of its keys: "
	return []row{
		created.row(create+"time", seconds, wall, goal{}),
		created.row(create+"peak memory", megabytes, memory, goal{}),
		createRequests.named(create + "requests"),
		changed.row(change+"time", seconds, wall, goal{}),
		changed.row(change+"peak memory", megabytes, memory, goal{}),
		changeRequests.named(change + "requests"),
	}, nil
}

func (r row) named(what string) row {
	r.what = what
	return r
}

// bigSecrets runs pairs of commands, and counts the requests of each.
func (b *bench) bigSecrets(ctx context.Context, proxy *faultproxy.Proxy, kubeconfig string, args func(int) (kubectl, app []string)) (both costs, requests row, err error) {
	kubectl, app, err := b.pair(kubeconfig)
	if err != nil {
		return both, requests, err
	}
	requests.unit = count
	for i := range b.rollouts {
		own, ours := args(i)
		proxy.Forget()
		cost, err := kubectl.run(ctx, own...)
		if err != nil {
			return both, requests, err
		}
		both.kubectl = append(both.kubectl, cost)
		requests.kubectl.add(float64(len(proxy.Seen(faultproxy.Pattern{}))))
		proxy.Forget()
		if cost, err = app.run(ctx, ours...); err != nil {
			return both, requests, err
		}
		both.app = append(both.app, cost)
		requests.app.add(float64(len(proxy.Seen(faultproxy.Pattern{}))))
	}
	return both, requests, nil
}

func bigEnv() []byte {
	var text bytes.Buffer
	for i := range bigKeys {
		fmt.Fprintf(&text, "KEY_%d=%s\n", i, strings.Repeat("x", bigValue))
	}
	return text.Bytes()
}
