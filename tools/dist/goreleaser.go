package main

import (
	"strings"

	"sigs.k8s.io/yaml"
)

// object is a part of goreleaser's configuration.
type object map[string]any

// goreleaser is the configuration for the collection. Nothing in an archive depends on when or where it was built: times
// are those of the commit, owners and paths are left out.
func (c collection) goreleaser() ([]byte, error) {
	var builds, archives, sboms []object
	for _, p := range c.Plugins {
		var targets []string
		for _, platform := range p.Platforms {
			targets = append(targets, strings.ReplaceAll(platform, "/", "_"))
		}
		builds = append(builds, object{
			"id": p.Name, "dir": p.Module, "main": p.Main, "binary": p.binary(),
			"env": []string{"CGO_ENABLED=0"}, "targets": targets,
			"flags": []string{"-trimpath", "-buildvcs=false"}, "tags": p.Tags, "ldflags": []string{p.Ldflags},
			"mod_timestamp": "{{ .CommitTimestamp }}",
		})
		of := object{"mtime": "{{ .CommitDate }}", "owner": "root", "group": "root", "mode": 0o755}
		archives = append(archives, object{
			"id": p.Name, "ids": []string{p.Name}, "name_template": p.binary() + "_{{ .Os }}_{{ .Arch }}",
			"formats": []string{"tar.gz"}, "format_overrides": []object{{"goos": "windows", "formats": []string{"zip"}}},
			"builds_info": of,
			"files":       []object{{"src": "LICENSE", "info": object{"mtime": "{{ .CommitDate }}", "owner": "root", "group": "root", "mode": 0o644}}},
		})
		sboms = append(sboms, object{
			"id": p.Name, "ids": []string{p.Name}, "artifacts": "binary",
			"documents": []string{p.binary() + "_{{ .Os }}_{{ .Arch }}.cdx.json"},
			"cmd":       "cyclonedx-gomod",
			"args":      []string{"bin", "-json", "-noserial", "-notimestamp", "-version", "{{ .Tag }}", "-output", "$document", "$artifact"},
		})
	}
	return yaml.Marshal(object{
		"version": 2, "project_name": "kubectl-app",
		"builds": builds, "archives": archives, "sboms": sboms,
		"checksum": object{"name_template": "checksums.txt"},
		"snapshot": object{"version_template": "{{ .Version }}"},
		// The text of a release is written by hand, in CHANGELOG.md.
		"changelog": object{"disable": true},
		"release":   object{"disable": true}, // .github/workflows/release.yaml publishes what is in dist
	})
}
