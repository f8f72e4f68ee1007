// Package archtest holds the one rule of this house: pkg/ computes, internal/ acts, and imports
// point one way. docs/architecture.md says why.
package archtest

import (
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"maps"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/kubectl-app/kubectl-app/"

// rules says for each room what it may not import: exact paths, or prefixes that end in "/".
var rules = []struct {
	room   string
	except []string // rooms inside it that the rule leaves out
	forbid []string
	pure   []string // of what is forbidden, what only computes
	allow  []string // of our own packages; nil: no limit beyond forbid
}{
	{
		room: "pkg/",
		forbid: []string{
			"os", "os/", "net", "net/", "syscall", "log", "log/",
			"github.com/spf13/", "github.com/fatih/color", "k8s.io/client-go/", "k8s.io/cli-runtime/", "k8s.io/kubectl/",
		},
		pure:  []string{"net/url", "k8s.io/kubectl/pkg/util", "k8s.io/kubectl/pkg/util/hash"},
		allow: []string{"pkg/workload", "pkg/diagnosis", "pkg/redact", "pkg/diagnosis/chain", "pkg/secrets", "pkg/rollout", "pkg/autoscale"},
	},
	{room: "pkg/app", allow: []string{"pkg/workload", "pkg/diagnosis", "pkg/diagnosis/chain", "pkg/secrets", "pkg/rollout", "pkg/autoscale"}},
	{room: "pkg/rollout", allow: []string{"pkg/workload", "pkg/diagnosis", "pkg/redact", "pkg/rollout/"}},
	{room: "pkg/diagnosis", allow: []string{"pkg/workload"}},
	{room: "pkg/secrets", allow: []string{"pkg/workload", "pkg/redact"}, forbid: []string{module + "pkg/secrets/"}},
	{room: "pkg/secrets/consumers", allow: []string{"pkg/workload"}},
	{room: "pkg/redact", allow: []string{"pkg/workload"}},
	{room: "pkg/expose", allow: []string{"pkg/workload", "pkg/diagnosis", "pkg/diagnosis/chain", "pkg/redact", "pkg/secrets"}},
	{room: "pkg/workload", allow: []string{}},
	{room: "internal/term", allow: []string{}},
	{
		room: "internal/layout", allow: []string{"pkg/workload", "internal/term"},
		forbid: []string{"k8s.io/client-go/", "github.com/spf13/", "github.com/fatih/color"},
	},
	{
		room: "internal/page", allow: []string{"pkg/", "internal/layout", "internal/term"},
		forbid: []string{"k8s.io/client-go/", "github.com/spf13/", "github.com/fatih/color"},
	},
	{
		room: "internal/view", allow: []string{"pkg/", "internal/layout", "internal/term"},
		forbid: []string{"k8s.io/client-go/", "github.com/spf13/", "github.com/fatih/color"},
	},
	{
		room: "internal/watch", allow: []string{"pkg/"},
		forbid: []string{"github.com/spf13/", "github.com/fatih/color"},
	},
	{
		room: "internal/cluster", allow: []string{"pkg/"},
		forbid: []string{"github.com/fatih/color"},
	},
	{
		room: "internal/resolve", allow: []string{"pkg/", "internal/cluster"},
		forbid: []string{"k8s.io/client-go/rest", "github.com/spf13/", "github.com/fatih/color"},
	},
	{
		room: "internal/preflight", allow: []string{"pkg/", "internal/cluster"},
		forbid: []string{"github.com/spf13/", "github.com/fatih/color"},
	},
	{
		room: "internal/config", allow: []string{"pkg/", "internal/cluster", "internal/preflight"},
		forbid: []string{"github.com/spf13/", "github.com/fatih/color"},
	},
	{
		room: "internal/probe", allow: []string{"pkg/", "internal/cluster"},
		forbid: []string{"github.com/spf13/", "github.com/fatih/color"},
	},
	{
		room: "internal/inspect", allow: []string{"pkg/", "internal/cluster", "internal/resolve", "internal/watch", "internal/probe"},
		forbid: []string{"github.com/spf13/", "github.com/fatih/color"},
	},
	{
		room: "internal/autoscaler", allow: []string{"pkg/", "internal/cluster", "internal/preflight"},
		forbid: []string{"github.com/spf13/", "github.com/fatih/color"},
	},
	{
		room: "internal/exposure", allow: []string{"pkg/", "internal/cluster"},
		forbid: []string{"github.com/spf13/", "github.com/fatih/color"},
	},
	{
		room: "internal/source", allow: []string{"pkg/"},
		forbid: []string{"k8s.io/client-go/", "github.com/spf13/", "github.com/fatih/color"},
	},
	{
		room: "internal/kustomize", allow: []string{"pkg/", "internal/source"},
		forbid: []string{"k8s.io/client-go/", "github.com/spf13/", "github.com/fatih/color"},
	},
	{
		room: "internal/release", allow: []string{"pkg/", "internal/cluster", "internal/preflight", "internal/config", "internal/watch", "internal/view", "internal/page", "internal/term"},
		forbid: []string{"k8s.io/client-go/", "github.com/spf13/", "github.com/fatih/color"},
	},
	{
		room: "internal/complete", allow: []string{"pkg/", "internal/cluster", "internal/resolve", "internal/layout", "internal/term"},
		forbid: []string{"github.com/spf13/", "github.com/fatih/color"},
	},
	{room: "internal/cli", forbid: []string{"github.com/fatih/color", "k8s.io/client-go/kubernetes"}},
	// No value gets into another program's arguments where none is started. A plugin gets what the user typed for it.
	{room: "internal/", except: []string{"internal/plugin"}, forbid: []string{"os/exec"}},
	{room: "internal/plugin", allow: []string{}},
	{room: "cmd/", allow: []string{"internal/cli"}},
}

type goPackage struct {
	ImportPath string
	Imports    []string
}

func TestImportsPointOneWay(t *testing.T) {
	packages := list(t)
	for _, rule := range rules {
		seen := false
		for _, p := range packages {
			room := strings.TrimPrefix(p.ImportPath, module)
			if !within(room, rule.room) || slices.ContainsFunc(rule.except, func(e string) bool { return within(room, e) }) {
				continue
			}
			seen = true
			for _, imported := range p.Imports {
				if !slices.Contains(rule.pure, imported) {
					check(t, room, imported, rule.forbid, rule.allow)
				}
			}
		}
		if !seen {
			t.Errorf("no package is in %s: the rule for it guards nothing", rule.room)
		}
	}
}

func check(t *testing.T, room, imported string, forbid, allow []string) {
	t.Helper()
	if slices.ContainsFunc(forbid, func(f string) bool { return within(imported, f) }) {
		t.Errorf("%s imports %s", room, imported)
	}
	ours, isOurs := strings.CutPrefix(imported, module)
	if !isOurs || allow == nil {
		return
	}
	// pkg/ as a whole allows each of its packages the parts of itself; the finer rules follow.
	if home := strings.Join(firstTwo(room), "/"); ours == home || strings.HasPrefix(ours, home+"/") {
		return
	}
	if !slices.ContainsFunc(allow, func(a string) bool { return within(ours, a) }) {
		t.Errorf("%s imports %s; it may import only %v of this module", room, ours, allow)
	}
}

func firstTwo(room string) []string {
	parts := strings.Split(room, "/")
	return parts[:min(2, len(parts))]
}

// within tells whether path is the place, or below it.
func within(path, place string) bool {
	return path == strings.TrimSuffix(place, "/") && !strings.HasSuffix(place, "/") ||
		strings.HasPrefix(path+"/", strings.TrimSuffix(place, "/")+"/") && strings.HasSuffix(place, "/") ||
		path == place
}

// Time comes as an argument: nothing in pkg/ may ask for it.
func TestPkgHasNoClock(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "grep", "-rnE", `time\.(Now|Since|Until|Sleep|After|NewTimer|NewTicker)\(`,
		"--include=*.go", "--exclude=*_test.go", "../../pkg").Output()
	var exit *exec.ExitError
	if err != nil && (!errors.As(err, &exit) || exit.ExitCode() != 1) {
		t.Fatalf("grep: %v", err)
	}
	if len(out) > 0 {
		t.Errorf("pkg/ reads the clock:\n%s", out)
	}
}

// The lab is another module, of which go list tells nothing here. What its kubelet computes for a pod has no client and no
// clock, so that recorded pods can be replayed.
func TestLabComputesPodsWithoutClient(t *testing.T) {
	files, err := filepath.Glob("../../lab/kubelet/lifecycle/*.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("no files: %v", err)
	}
	for _, path := range files {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range file.Imports {
			if name := strings.Trim(i.Path.Value, `"`); strings.HasPrefix(name, "k8s.io/client-go/") || strings.HasPrefix(name, module) || name == "net/http" || name == "os" {
				t.Errorf("%s imports %s", path, name)
			}
		}
	}
}

// One place ends the process.
func TestOneExit(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "grep", "-rnE", `os\.Exit\(|log\.Fatal`,
		"--include=*.go", "--exclude=*_test.go", "../../cmd", "../../internal", "../../pkg").Output()
	if err != nil {
		t.Fatalf("grep: %v", err)
	}
	if lines := strings.Split(strings.TrimSpace(string(out)), "\n"); len(lines) != 1 || !strings.Contains(lines[0], "cmd/kubectl-app/main.go") {
		t.Errorf("the process ends in more places than main:\n%s", out)
	}
}

// Every client but that of discovery, which sends nothing, comes from the one configuration whose transport masks values (internal/cluster/redact.go).
// internal/probe asks apps, and masks what comes of it.
func TestOneConnection(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "grep", "-rnE",
		`ToRESTConfig\(|ToDiscoveryClient\(|\.ClientConfig\(|rest\.Config\{|InClusterConfig|http\.(Get|Post|Client\{|DefaultClient)`,
		"--include=*.go", "--exclude=*_test.go", "--exclude-dir=probe", "../../internal", "../../cmd").Output()
	if err != nil {
		t.Fatalf("grep: %v", err)
	}
	if lines := strings.Split(strings.TrimSpace(string(out)), "\n"); len(lines) != 1 || !strings.Contains(lines[0], "internal/cluster/cluster.go") {
		t.Errorf("requests are made that no redactor sees:\n%s", out)
	}
}

// kindNames are the kinds that pkg/workload's table describes, and those that keep their revisions.
var kindNames = []string{"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ControllerRevision", "ReplicationController", "Job", "CronJob"}

// namedKinds are the files outside pkg/workload that may name them, and why.
var namedKinds = map[string]string{
	"pkg/secrets/consumers/consumer.go":  "users of a Secret have kinds without rollouts, too, and each is ranked",
	"pkg/diagnosis/chain/job.go":         "its rules are about how a Job ends, and what made it",
	"internal/inspect/objects.go":        "each kind is read by its typed client",
	"pkg/diagnosis/podtest/podtest.go":   "pods for tests have an owner",
	"internal/config/consumers_lists.go": "each kind is listed by its typed client",
	"internal/autoscaler/others.go":      "it is the default of KEDA",
}

// Only the table of kinds asks for a kind's name: a new kind is one file and one row.
func TestKindsAreNamedInTheirTable(t *testing.T) {
	unused := maps.Clone(namedKinds)
	for _, folder := range []string{"pkg", "internal", "cmd"} {
		err := filepath.WalkDir(filepath.Join("../..", folder), func(path string, _ fs.DirEntry, err error) error {
			name := strings.TrimPrefix(filepath.ToSlash(path), "../../")
			if err != nil || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") || strings.HasPrefix(name, "pkg/workload/") {
				return err
			}
			for _, kind := range kindsIn(t, path) {
				if namedKinds[name] == "" {
					t.Errorf("%s names the kind %s: ask the table of kinds in pkg/workload", name, kind)
				}
				delete(unused, name)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for name := range unused {
		t.Errorf("%s names no kind: its exception is needless", name)
	}
}

// kindsIn returns the string literals of a file that are names of kinds.
func kindsIn(t *testing.T, path string) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	ast.Inspect(file, func(n ast.Node) bool {
		if literal, ok := n.(*ast.BasicLit); ok && literal.Kind == token.STRING {
			if text, err := strconv.Unquote(literal.Value); err == nil && slices.Contains(kindNames, text) {
				found = append(found, text)
			}
		}
		return true
	})
	return found
}

func list(t *testing.T) []goPackage {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports", "./...")
	cmd.Dir = "../.."
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var packages []goPackage
	for decoder := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p goPackage
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return packages
		} else if err != nil {
			t.Fatalf("go list: %v", err)
		}
		packages = append(packages, p)
	}
}
