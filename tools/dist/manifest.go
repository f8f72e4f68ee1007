package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/template"

	"sigs.k8s.io/yaml"
)

// template is the manifest of a plugin for krew, as a template: krew-release-bot fills in the version, the addresses and
// the checksums of a release. Platforms are written by hand, since its function stands for lines of YAML.
func (c collection) template(p plugin) (string, error) {
	var b strings.Builder
	head, err := yaml.Marshal(map[string]any{"apiVersion": "krew.googlecontainertools.github.com/v1alpha2", "kind": "Plugin", "metadata": map[string]string{"name": p.Name}})
	if err != nil {
		return "", err
	}
	spec, err := yaml.Marshal(map[string]any{"homepage": c.Homepage, "shortDescription": p.ShortDescription, "description": p.Description, "caveats": p.Caveats})
	if err != nil {
		return "", err
	}
	fmt.Fprintf(&b, "# Made from plugins.yaml by `make krew-templates`; .github/workflows/release.yaml fills it in.\n%sspec:\n", head)
	b.WriteString("  version: {{ .TagName }}\n")
	for line := range strings.Lines(string(spec)) {
		b.WriteString(strings.TrimRight("  "+line, " \n") + "\n")
	}
	b.WriteString("  platforms:\n")
	for _, platform := range p.Platforms {
		system, arch, _ := strings.Cut(platform, "/")
		binary := p.binary()
		if system == "windows" {
			binary += ".exe"
		}
		address := strings.NewReplacer("VERSION", "{{ .TagName }}", "ARCHIVE", p.archiveFile(platform)).Replace(c.Download)
		fmt.Fprintf(&b, "  - selector:\n      matchLabels:\n        os: %s\n        arch: %s\n", system, arch)
		fmt.Fprintf(&b, "    {{addURIAndSha %q .TagName }}\n    bin: %s\n    files:\n    - from: %[2]s\n      to: .\n    - from: LICENSE\n      to: .\n", address, binary)
	}
	return b.String(), nil
}

// manifest fills a template in as krew-release-bot does, with the checksums of what is in dist. Other addresses than those
// of the release are for a test.
func manifest(text, version string, sums map[string]string, readdress func(string) string) (string, error) {
	values := struct{ TagName string }{version}
	fill := func(text string, functions template.FuncMap) (string, error) {
		t, err := template.New("manifest").Funcs(functions).Option("missingkey=error").Parse(text)
		if err != nil {
			return "", err
		}
		var b strings.Builder
		err = t.Execute(&b, values)
		return b.String(), err
	}
	return fill(text, template.FuncMap{"addURIAndSha": func(address, _ string) (string, error) {
		address, err := fill(address, nil)
		if err != nil {
			return "", err
		}
		sum := sums[filepath.Base(address)]
		if sum == "" {
			return "", fmt.Errorf("no checksum of %s: build it first", filepath.Base(address))
		}
		return fmt.Sprintf("uri: %s\n    sha256: %s", readdress(address), sum), nil
	}})
}

// checksums reads checksums.txt.
func checksums(dist string) (map[string]string, error) {
	text, err := os.ReadFile(filepath.Join(dist, "checksums.txt"))
	if err != nil {
		return nil, err
	}
	sums := map[string]string{}
	for line := range strings.Lines(string(text)) {
		if sum, file, found := strings.Cut(strings.TrimSpace(line), "  "); found {
			sums[file] = sum
		}
	}
	return sums, nil
}
