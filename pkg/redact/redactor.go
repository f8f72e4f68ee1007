// Package redact keeps values of Secrets and of environment variables out of texts that others wrote:
// a runtime, a webhook or the API server may quote what it was sent.
package redact

import (
	"encoding/json"
	"strings"
	"sync"

	corev1 "k8s.io/api/core/v1"
)

// Mask stands where a value stood.
const Mask = "***"

// Placeholder is what our own commands have in place of a value: NAME=…
const Placeholder = "…"

// Redactor masks the values that it has learnt, and what follows the name of a variable that comes from a
// Secret. The zero value is ready; it is safe for concurrent use.
type Redactor struct {
	mu     sync.Mutex
	values map[string]confidence
	// secretNames are variables and keys with a secret value, plainNames variables with any other.
	secretNames, literalNames, plainNames map[string]bool
	// prefixes of variables that a Secret gives as a whole; anyName: one is "".
	prefixes map[string]bool
	// anchors are the words of command lines after which a secret value follows.
	anchors map[anchor]bool
	// public are names of objects and containers, images and the like: no secrets, whoever uses them as values.
	public map[string]bool

	// compiled is nil after something was learnt.
	compiled *index
	// pods are the variables of the last pod, by container.
	pods map[string][]corev1.EnvVar
	// numbers are those of the values that Hide has replaced.
	numbers map[string]int
}

// confidence is how sure it is that a value is secret.
type confidence int

const (
	literal confidence = iota + 1 // written out in a template
	secret                        // of a Secret, or of a variable whose name says so
)

// anchor is a word after which a value follows, up to the word until, or to the end of the token.
type anchor struct{ word, until string }

// Secret learns the data of a Secret. Its keys are often names of variables.
func (r *Redactor) Secret(data map[string][]byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for key, value := range data {
		r.learn(key, string(value), secret)
		r.name(&r.public, key)
		if variableLike(key) || sensitive(key) {
			r.name(&r.secretNames, key)
		}
	}
}

// Public learns words that are no secrets, although a value may be the same.
func (r *Redactor) Public(words ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, word := range words {
		r.name(&r.public, word)
	}
}

// Template learns what containers are given as variables and sent as headers.
func (r *Redactor) Template(spec *corev1.PodSpec) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, word := range publicWords(spec) {
		r.name(&r.public, word)
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
	values := map[string]string{}
	for i := range c.Env {
		v := &c.Env[i]
		switch {
		case v.ValueFrom != nil && v.ValueFrom.SecretKeyRef != nil:
			r.name(&r.secretNames, v.Name)
		case v.ValueFrom != nil:
			r.name(&r.plainNames, v.Name)
		case !hidden(v.Value):
			values[v.Name] = v.Value
			r.variable(v.Name, v.Value)
		}
	}
	for _, from := range c.EnvFrom {
		if from.SecretRef != nil {
			r.name(&r.prefixes, from.Prefix)
		}
	}
	for _, h := range headers(c) {
		r.variable(h.Name, h.Value)
	}
	r.arguments(append(append([]string{}, c.Command...), c.Args...), values)
}

// variable learns one that is written out; the lock is held.
func (r *Redactor) variable(name, value string) {
	how := literal
	if sensitive(name) {
		how = secret
	}
	if !harmless(value) {
		r.learn(name, value, how)
	}
	r.name(&r.literalNames, name)
}

// learn keeps a value, its lines, and the secret parts of a URL or of JSON; the lock is held.
func (r *Redactor) learn(name, value string, how confidence) {
	if how <= r.values[value] {
		return
	}
	r.value(value, how)
	trimmed := strings.TrimSpace(value)
	r.value(trimmed, how)
	if strings.Contains(trimmed, "\n") {
		for line := range strings.Lines(trimmed) {
			r.line(strings.TrimSpace(line), how)
		}
	}
	if scheme, credential, ok := strings.Cut(trimmed, " "); ok && (scheme == "Bearer" || scheme == "Basic") {
		r.value(credential, secret)
	}
	if password := passwordOf(trimmed); password != "" {
		r.value(password, secret)
	}
	var fields any
	if strings.HasPrefix(trimmed, "{") && json.Unmarshal([]byte(trimmed), &fields) == nil {
		r.leaves(name, fields)
	}
}

// line learns one line of a value: PEM's frame says nothing, and of NAME=VALUE the value counts, too.
func (r *Redactor) line(line string, how confidence) {
	if strings.HasPrefix(line, "-----") {
		return
	}
	r.value(line, how)
	if name, value, ok := strings.Cut(line, "="); ok && variableLike(name) {
		r.value(strings.Trim(value, `"'`), how)
	}
}

// leaves learns the values of JSON whose fields are named like secrets: a registry's password, say.
func (r *Redactor) leaves(name string, node any) {
	switch node := node.(type) {
	case map[string]any:
		for field, child := range node {
			r.leaves(field, child)
		}
	case []any:
		for _, child := range node {
			r.leaves(name, child)
		}
	case string:
		if sensitive(name) {
			r.value(node, secret)
		}
	}
}

func (r *Redactor) value(value string, how confidence) {
	if r.values[value] < how && worth(value, how) {
		if r.values == nil {
			r.values = map[string]confidence{}
		}
		r.values[value], r.compiled = how, nil
	}
}

func (r *Redactor) name(names *map[string]bool, name string) {
	if *names == nil {
		*names = map[string]bool{}
	}
	if !(*names)[name] {
		(*names)[name], r.compiled = true, nil
	}
}

// Text masks a text of the cluster.
func (r *Redactor) Text(text string) string { return r.index().mask(text, true) }

// LogLine masks a line that a program wrote: the values that are known, and nothing else.
func (r *Redactor) LogLine(line string) string { return r.index().mask(line, false) }

func (r *Redactor) index() *index {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.compiled == nil {
		r.compiled = compile(r)
	}
	return r.compiled
}
