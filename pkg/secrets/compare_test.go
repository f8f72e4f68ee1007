package secrets

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/cli-runtime/pkg/genericclioptions"
	"k8s.io/cli-runtime/pkg/genericiooptions"
	"k8s.io/kubectl/pkg/cmd/create"
	cmdutil "k8s.io/kubectl/pkg/cmd/util"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/yaml"
)

// contents are compared by what kubectl and kustomize make of them.
var contents = map[string]map[string]string{
	"one line":             {"password": "s3cret"},
	"several":              {"a": "1", "b": "2", "c.d": "3", "e-f_g": "4"},
	"empty":                {"empty": ""},
	"a newline at the end": {"file": "text\n"},
	"only newlines":        {"file": "\n\n"},
	"leading spaces":       {"file": "  indented\n  more\n"},
	"windows":              {"file": "a\r\nb\r\n"},
	"a lone \\r":           {"file": "a\rb"},
	"tabs":                 {"file": "\ta\t\n"},
	"looks like YAML":      {"bool": "true", "none": "null", "number": "0x1F", "date": "2026-01-01", "octal": "010", "tilde": "~"},
	"YAML's own signs":     {"anchor": "&a *b", "map": "a: b", "list": "- a", "comment": "a # b", "doc": "---\na\n...\n"},
	"longer than a line":   {"long": strings.Repeat("0123456789", 60)},
	"not UTF-8":            {"binary": "\xff\xfe\x00\x01", "text": "x"},
	"all binary":           {"binary": "\x80"},
	"control signs":        {"bell": "\a\x00\x1b[0m", "delete": "\x7f"},
	"other scripts":        {"name": "Zoë 北京 🚀", "bom": "\uFEFFx", "separator": "a\u2028b\u0085c"},
}

func entriesOf(content map[string]string) []Entry {
	var entries []Entry
	for _, key := range slices.Sorted(maps.Keys(content)) {
		entries = append(entries, Entry{key, []byte(content[key]), Origin{Kind: File, Name: key}})
	}
	return entries
}

func TestSameAsKubectl(t *testing.T) {
	for name, content := range contents {
		t.Run(name, func(t *testing.T) { compareWithKubectl(t, content) })
	}
}

func TestSameAsKustomize(t *testing.T) {
	for name, content := range contents {
		t.Run(name, func(t *testing.T) { compareWithKustomize(t, content) })
	}
}

func FuzzSameAsKubectlAndKustomize(f *testing.F) {
	for _, content := range contents {
		for key, value := range content {
			f.Add(key, []byte(value), "other", []byte("x"))
		}
	}
	f.Fuzz(func(t *testing.T, key string, value []byte, key2 string, value2 []byte) {
		if key == key2 || len(validation.IsConfigMapKey(key)) > 0 || len(validation.IsConfigMapKey(key2)) > 0 {
			return // no content that an object can hold
		}
		if strings.EqualFold(key, "null") || strings.EqualFold(key2, "null") {
			return // kustomize writes such a key without quotes, and its output can't be read
		}
		content := map[string]string{key: string(value), key2: string(value2)}
		compareWithKubectl(t, content)
		compareWithKustomize(t, content)
	})
}

func compareWithKubectl(t *testing.T, content map[string]string) {
	t.Helper()
	for _, typ := range []corev1.SecretType{"", "example.com/own"} {
		ours, err := NewSecret(Meta{Name: "db"}, typ, entriesOf(content))
		if err != nil {
			t.Fatal(err)
		}
		if err := AppendSecretHash(ours); err != nil {
			t.Fatal(err)
		}
		sameObject(t, "secret", ours, kubectlCreate(t, content, "secret", "generic", "db", "--type="+string(typ)))
	}
	ours, err := NewConfigMap(Meta{Name: "conf"}, entriesOf(content))
	if err != nil {
		t.Fatal(err)
	}
	if err := AppendConfigMapHash(ours); err != nil {
		t.Fatal(err)
	}
	sameObject(t, "configmap", ours, kubectlCreate(t, content, "configmap", "conf"))
}

func sameObject(t *testing.T, kind string, ours any, theirs []byte) {
	t.Helper()
	encoded, err := json.Marshal(ours)
	if err != nil {
		t.Fatal(err)
	}
	var a, b any
	if err := json.Unmarshal(encoded, &a); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(theirs, &b); err != nil {
		t.Fatalf("kubectl's %s: %v\n%s", kind, err, theirs)
	}
	if !reflect.DeepEqual(a, b) {
		t.Errorf("%s: ours\n%s\nkubectl's\n%s", kind, encoded, theirs)
	}
}

// kubectlCreate runs kubectl's own command, which contacts no server in a client's dry run.
func kubectlCreate(t *testing.T, content map[string]string, args ...string) []byte {
	t.Helper()
	dir := t.TempDir()
	for key, value := range content {
		// The file's name is of no matter: the key is given.
		path := filepath.Join(dir, fmt.Sprintf("%x", key))
		if err := os.WriteFile(path, []byte(value), 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, "--from-file="+key+"="+path)
	}
	flags := genericclioptions.NewConfigFlags(false)
	flags.APIServer = new("http://127.0.0.1:1")
	streams, _, out, errOut := genericiooptions.NewTestIOStreams()
	cmd := create.NewCmdCreate(cmdutil.NewFactory(flags), streams)
	cmd.SetArgs(append(args, "--append-hash", "--dry-run=client", "-o", "json"))
	if err := cmd.Execute(); err != nil {
		t.Fatalf("kubectl create: %v\n%s", err, errOut)
	}
	return out.Bytes()
}

func compareWithKustomize(t *testing.T, content map[string]string) {
	t.Helper()
	entries := entriesOf(content)
	ours, err := NewSecret(Meta{Name: "db"}, "", entries)
	if err != nil {
		t.Fatal(err)
	}
	sum, err := SecretHash(Meta{Name: "db"}, "", entries)
	_, mapErr := ConfigMapHash(Meta{Name: "conf"}, entries)
	secret, configMap, theirErr := kustomize(t, content)
	if theirErr != nil {
		// There are texts that kustomize writes as YAML and can't read again: a hash of them would be
		// one that no kustomization has.
		if err == nil && mapErr == nil {
			t.Errorf("kustomize can't build it (%v), and ours has a hash", theirErr)
		}
		return
	}
	if err != nil || mapErr != nil {
		t.Fatalf("kustomize builds it, and we don't: %v, %v", err, mapErr)
	}
	if secret.Name != "db-"+sum || !reflect.DeepEqual(secret.Data, ours.Data) {
		t.Errorf("secret: ours db-%s %q, kustomize's %s %q", sum, ours.Data, secret.Name, secret.Data)
	}
	own, err := NewConfigMap(Meta{Name: "conf"}, entries)
	if err != nil {
		t.Fatal(err)
	}
	if sum, err = ConfigMapHash(Meta{Name: "conf"}, entries); err != nil {
		t.Fatal(err)
	}
	if configMap.Name != "conf-"+sum || !reflect.DeepEqual(ConfigMapData(&configMap), ConfigMapData(own)) {
		t.Errorf("configmap: ours conf-%s %q, kustomize's %s %q", sum, ConfigMapData(own), configMap.Name, ConfigMapData(&configMap))
	}
}

// kustomize builds both kinds from files, as a kustomization does.
func kustomize(t *testing.T, content map[string]string) (secret corev1.Secret, configMap corev1.ConfigMap, err error) {
	t.Helper()
	fs := filesys.MakeFsInMemory()
	var files []string
	for key, value := range content {
		path := fmt.Sprintf("%x", key)
		if err := fs.WriteFile(path, []byte(value)); err != nil {
			t.Fatal(err)
		}
		files = append(files, key+"="+path)
	}
	generators := map[string]any{
		"secretGenerator":    []any{map[string]any{"name": "db", "files": files}},
		"configMapGenerator": []any{map[string]any{"name": "conf", "files": files}},
	}
	text, err := yaml.Marshal(generators)
	if err != nil {
		t.Fatal(err)
	}
	if err := fs.WriteFile("kustomization.yaml", text); err != nil {
		t.Fatal(err)
	}
	built, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(fs, ".")
	if err != nil {
		return secret, configMap, err
	}
	for _, r := range built.Resources() {
		object, err := r.MarshalJSON()
		if err != nil {
			t.Fatalf("kustomize's JSON: %v", err)
		}
		target := any(&secret)
		if r.GetKind() == "ConfigMap" {
			target = &configMap
		}
		if err := json.NewDecoder(bytes.NewReader(object)).Decode(target); err != nil {
			t.Fatalf("%s: %v", object, err)
		}
	}
	return secret, configMap, nil
}
