// Command dist builds what a release has, from plugins.yaml: the archives by goreleaser, and the manifests for krew.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
)

const usage = "usage: dist [FLAGS] build | templates | manifests"

// options are the flags.
type options struct {
	root, version, download string
	dist                    string // where the archives are
	plugins, platforms      []string
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintf(os.Stderr, "error: %v\n", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	flags := flag.NewFlagSet("dist", flag.ContinueOnError)
	var o options
	flags.StringVar(&o.root, "root", "../..", "the repository")
	flags.StringVar(&o.version, "version", "v0.0.0", "the version, which begins with v")
	flags.StringVar(&o.download, "download", "", "where the archives are served, if not where plugins.yaml says")
	list := func(to *[]string) func(string) error {
		return func(text string) error { *to = strings.Split(text, ","); return nil }
	}
	flags.Func("plugins", "only these, separated by commas", list(&o.plugins))
	flags.Func("platforms", "only these: linux/amd64,darwin/arm64", list(&o.platforms))
	if err := flags.Parse(args); err != nil {
		return err
	}
	o.dist = filepath.Join(o.root, "dist")
	c, err := readCollection(o.root)
	if err != nil {
		return err
	}
	switch strings.Join(flags.Args(), " ") {
	case "build":
		return o.build(ctx, c.narrow(o.plugins, o.platforms))
	case "templates":
		return o.templates(c)
	case "manifests":
		return o.manifests(c.narrow(o.plugins, o.platforms))
	}
	return errors.New(usage)
}

// build runs goreleaser, which leaves archives, checksums and SBOMs in dist.
func (o options) build(ctx context.Context, c collection) error {
	config, err := c.goreleaser()
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "kubectl-app-dist")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	configFile := filepath.Join(dir, "goreleaser.yaml")
	if err := os.WriteFile(configFile, config, 0o600); err != nil {
		return err
	}
	goreleaser, err := tool(ctx, "goreleaser")
	if err != nil {
		return err
	}
	sbom, err := tool(ctx, "cyclonedx-gomod")
	if err != nil {
		return err
	}
	env := []string{"PATH=" + filepath.Dir(sbom) + string(os.PathListSeparator) + os.Getenv("PATH"), "GORELEASER_CURRENT_TAG=" + o.version}
	return command(ctx, o.root, env, goreleaser, "release", "--config", configFile, "--clean", "--skip", "publish,announce,validate")
}

// tool returns the path of a tool that go.mod names. go builds it the first time, and keeps it.
func tool(ctx context.Context, name string) (string, error) {
	c := exec.CommandContext(ctx, "go", "tool", "-n", name)
	c.Stderr = os.Stderr
	path, err := c.Output()
	if err != nil {
		return "", fmt.Errorf("building %s: %w", name, err)
	}
	return strings.TrimSpace(string(path)), nil
}

func command(ctx context.Context, dir string, env []string, name string, args ...string) error {
	c := exec.CommandContext(ctx, name, args...)
	c.Dir, c.Stdout, c.Stderr = dir, os.Stderr, os.Stderr
	c.Env = append(os.Environ(), env...)
	if err := c.Run(); err != nil {
		return fmt.Errorf("%s %s: %w", filepath.Base(name), args[0], err)
	}
	return nil
}

// templates writes krew/NAME.yaml for each plugin.
func (o options) templates(c collection) error {
	for _, p := range c.Plugins {
		text, err := c.template(p)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(o.root, "krew", p.Name+".yaml"), []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// manifests writes dist/krew, which is an index of its own for krew: plugins/NAME.yaml.
func (o options) manifests(c collection) error {
	sums, err := checksums(o.dist)
	if err != nil {
		return err
	}
	index := filepath.Join(o.dist, "krew", "plugins")
	if err := os.MkdirAll(index, 0o755); err != nil {
		return err
	}
	readdress := func(address string) string { return address }
	if o.download != "" {
		readdress = func(address string) string { return o.download + "/" + filepath.Base(address) }
	}
	for _, p := range c.Plugins {
		text, err := c.template(p) // of the platforms that are chosen
		if err != nil {
			return err
		}
		_, text, _ = strings.Cut(text, "\n") // where the template is from
		if text, err = manifest(text, o.version, sums, readdress); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(index, p.Name+".yaml"), []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}
