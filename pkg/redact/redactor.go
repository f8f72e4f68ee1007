// Package redact keeps values of Secrets and of environment variables out of texts that others wrote:
// a runtime, a webhook or the API server may quote what it was sent.
package redact

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"sync"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
)

// Mask stands where a value stood.
const Mask = "***"

// Placeholder is what our own commands have in place of a value: NAME=…
const Placeholder = "…"

// Redactor masks the values that it has learnt, and what follows the name of a variable that comes from a
// Secret. The zero value is ready; it is safe for concurrent use.
type Redactor struct {
	// Read, if any, teaches the redactor the data of Secrets, those that it has not learnt yet. It is called before a text
	// of a pod is masked whose containers take variables or files from them.
	Read func([]types.NamespacedName)

	mu     sync.RWMutex
	values map[string]confidence
	index  index
	names  names
	// public are names of objects and containers, images and the like: no secrets, whoever uses them as values.
	public map[string]bool
	// variables are those that were learnt, by name and value.
	variables map[[2]string]bool
	sources   sources
	former    former
	// numbers are those of the values that Hide has replaced.
	numbers map[string]int
}

// confidence is how sure it is that a value is secret.
type confidence int

const (
	unknown    confidence = iota // a text of which only the parts that look secret are masked
	literal                      // written out in a template or a ConfigMap
	secret                       // of a Secret, or of a variable whose name says so
	credential                   // of a key of a Secret that is named like a password: a short word is one, too
)

// Secret learns the data of a Secret. Its keys are often names of variables.
func (r *Redactor) Secret(data map[string][]byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for key, value := range data {
		how := secret
		if sensitive(key) {
			how = credential
		}
		r.learn(key, string(value), how)
		put(&r.public, key, true)
		if variableLike(key) || sensitive(key) {
			put(&r.names.secret, key, true)
		}
	}
}

// ConfigMap learns the data of a ConfigMap as what a template writes out. It is no secret, unless a name or a private
// key says so. Of a file, programs and runtimes quote lines: only those parts are masked that look secret.
func (r *Redactor) ConfigMap(data map[string]string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for key, value := range data {
		switch {
		case strings.Contains(value, "PRIVATE KEY-----"):
			r.learn(key, value, secret)
		case strings.Contains(strings.TrimSpace(value), "\n"):
			r.learn(key, value, unknown)
		default:
			r.variable(key, value)
		}
	}
}

// Public learns words that are no secrets, although a value may be the same.
func (r *Redactor) Public(words ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, word := range words {
		put(&r.public, word, true)
	}
}

// Template learns what containers are given as variables and sent as headers.
func (r *Redactor) Template(spec *corev1.PodSpec) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, word := range publicWords(spec) {
		put(&r.public, word, true)
	}
	for _, c := range containers(spec) {
		r.container(c)
	}
}

// Variables learns those that are to be set.
func (r *Redactor) Variables(env []corev1.EnvVar) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.container(&corev1.Container{Env: env})
}

// container learns the variables of a container; the lock is held.
func (r *Redactor) container(c *corev1.Container) {
	for i := range c.Env {
		v := &c.Env[i]
		switch {
		case v.ValueFrom != nil && v.ValueFrom.SecretKeyRef != nil:
			put(&r.names.secret, v.Name, true)
		case v.ValueFrom != nil:
			put(&r.names.plain, v.Name, true)
		case !hidden(v.Value):
			r.variable(v.Name, v.Value)
		}
	}
	for _, from := range c.EnvFrom {
		if from.SecretRef != nil {
			put(&r.names.prefixes, from.Prefix, true)
		}
	}
	for _, h := range headers(c) {
		r.variable(h.Name, h.Value)
	}
}

// variable learns one that is written out; the lock is held.
func (r *Redactor) variable(name, value string) {
	if r.variables[[2]string{name, value}] {
		return
	}
	put(&r.variables, [2]string{name, value}, true)
	put(&r.names.literal, name, true)
	if sensitive(name) {
		r.learn(name, value, secret)
	} else {
		r.learn(name, value, literal)
	}
}

// mostLines is how many lines of one value are sought: a file in a Secret may have thousands.
const mostLines = 200

// learn keeps a value, its lines, and the secret parts of a URL, of settings or of JSON; the lock is held.
func (r *Redactor) learn(name, value string, how confidence) {
	r.value(value, how)
	trimmed := strings.TrimSpace(value)
	r.value(trimmed, how)
	if strings.Contains(trimmed, "\n") { // a file: not each word of it is a password
		how = min(how, secret)
	}
	n := 0
	for line := range strings.Lines(trimmed) {
		if n++; n > mostLines {
			break
		}
		r.line(strings.TrimSpace(line), how)
	}
	if scheme, credential, ok := strings.Cut(trimmed, " "); ok && (scheme == "Bearer" || scheme == "Basic") {
		r.value(credential, secret)
	}
	r.json(name, trimmed, how)
}

// line learns one line of a value: PEM's frame says nothing, and of NAME=VALUE, NAME: VALUE and
// NAME=VALUE;NAME=VALUE the values count, too.
func (r *Redactor) line(line string, how confidence) {
	if strings.HasPrefix(line, "-----") {
		return
	}
	r.value(line, how)
	r.parts(line, how)
	line = strings.TrimPrefix(line, "export ")
	for setting := range strings.SplitSeq(line, ";") {
		at := strings.IndexAny(setting, "=:")
		if at < 0 {
			continue
		}
		name, value := strings.TrimSpace(setting[:at]), strings.Trim(setting[at+1:], "\"', \t")
		switch {
		case sensitive(name) && !strings.ContainsAny(name, " /{["):
			r.value(value, secret)
		case variableLike(name):
			r.value(value, how)
		}
	}
}

// json learns the values of fields that are named like secrets, a registry's password, say; and of a Secret what looks like
// one.
func (r *Redactor) json(name, text string, how confidence) {
	var root any
	if strings.HasPrefix(text, "{") || strings.HasPrefix(text, "[") {
		if json.Unmarshal([]byte(text), &root) == nil {
			r.fields(name, root, how)
		}
	}
}

func (r *Redactor) fields(name string, node any, how confidence) {
	switch node := node.(type) {
	case map[string]any:
		for field, child := range node {
			r.fields(field, child, how)
		}
	case []any:
		for _, child := range node {
			r.fields(name, child, how)
		}
	case string:
		if sensitive(name) {
			r.value(node, secret)
		}
		r.parts(node, how)
		if how >= secret && !identifier.MatchString(name) {
			r.guess(strange(node))
		}
		if login, err := base64.StdEncoding.DecodeString(node); err == nil && name == "auth" { // of a registry
			_, password, _ := strings.Cut(string(login), ":")
			r.value(password, secret)
		}
		r.json(name, node, how)
	}
}

// parts learns those of a line; the lock is held.
func (r *Redactor) parts(line string, how confidence) {
	found, guessed := parts(line, how)
	for _, part := range found {
		r.value(part, secret)
	}
	r.guess(guessed)
}

// guess learns what only looks like a secret: within a longer word it is none.
func (r *Redactor) guess(parts []string) {
	for _, part := range parts {
		r.value(part, literal)
	}
}

func (r *Redactor) value(value string, how confidence) {
	if r.values[value] >= how {
		return
	}
	switch {
	case sought(value, how):
		r.index.add(value, how)
	case how >= secret && len(value) >= shortest:
		r.index.encoded(value)
	default:
		return
	}
	put(&r.values, value, how)
}

// put adds to a map, which may be nil.
func put[K comparable, V any](to *map[K]V, key K, value V) {
	if *to == nil {
		*to = map[K]V{}
	}
	(*to)[key] = value
}

// Text masks a text of the cluster.
func (r *Redactor) Text(text string) string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return masked(text, r.names.find(text, r.index.find(text, r.public, true)))
}

// LogLine masks a line that a program wrote: the values that are known, and nothing else.
func (r *Redactor) LogLine(line string) string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return masked(line, r.index.find(line, r.public, false))
}
