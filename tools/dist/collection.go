package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"
)

// collection is plugins.yaml.
type collection struct {
	Homepage string   `json:"homepage"`
	Download string   `json:"download"`
	Plugins  []plugin `json:"plugins"`
}

// plugin is one of its plugins.
type plugin struct {
	Name string `json:"name"`
	// Module is the directory of its go.mod, Main the package from there.
	Module    string   `json:"module"`
	Main      string   `json:"main"`
	Platforms []string `json:"platforms"`
	Tags      []string `json:"tags,omitempty"`
	// Ldflags are a template of goreleaser; LdflagsFile has more of them.
	Ldflags          string `json:"ldflags,omitempty"`
	LdflagsFile      string `json:"ldflagsFile,omitempty"`
	ShortDescription string `json:"shortDescription"`
	Description      string `json:"description"`
	Caveats          string `json:"caveats"`
}

func readCollection(root string) (c collection, err error) {
	text, err := os.ReadFile(filepath.Join(root, "plugins.yaml"))
	if err != nil {
		return c, err
	}
	if err := yaml.UnmarshalStrict(text, &c); err != nil {
		return c, fmt.Errorf("plugins.yaml: %w", err)
	}
	for i := range c.Plugins {
		p := &c.Plugins[i]
		if p.LdflagsFile == "" {
			continue
		}
		more, err := os.ReadFile(filepath.Join(root, p.LdflagsFile))
		if err != nil {
			return c, err
		}
		p.Ldflags = strings.TrimSpace(p.Ldflags + " " + string(more))
	}
	return c, nil
}

// narrow keeps some plugins and platforms, for a quick look and for the tests; empty: all.
func (c collection) narrow(names, platforms []string) collection {
	kept := collection{Homepage: c.Homepage, Download: c.Download}
	for _, p := range c.Plugins {
		if !chosen(names, p.Name) {
			continue
		}
		var some []string
		for _, platform := range p.Platforms {
			if chosen(platforms, platform) {
				some = append(some, platform)
			}
		}
		p.Platforms = some
		kept.Plugins = append(kept.Plugins, p)
	}
	return kept
}

func chosen(all []string, one string) bool {
	return len(all) == 0 || slices.Contains(all, one)
}

// binary is the file in the archive.
func (p plugin) binary() string { return "kubectl-" + p.Name }

// archive is its name without an extension. It has no version, so that the manifest of a version differs from that of
// another in nothing else.
func (p plugin) archive(platform string) string {
	system, arch, _ := strings.Cut(platform, "/")
	return p.binary() + "_" + system + "_" + arch
}

func (p plugin) archiveFile(platform string) string {
	if strings.HasPrefix(platform, "windows/") {
		return p.archive(platform) + ".zip"
	}
	return p.archive(platform) + ".tar.gz"
}
