package check

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
)

// text is a sentence in which ${EXPRESSION} stands for a value.
type text struct {
	parts []part
}

// part is plain text, or an expression.
type part struct {
	plain   string
	program cel.Program
}

func newText(env *cel.Env, s string) (text, error) {
	var t text
	for {
		before, rest, found := strings.Cut(s, "${")
		t.parts = append(t.parts, part{plain: before})
		if !found {
			return t, nil
		}
		expression, after, closed := cutExpression(rest)
		if !closed {
			return t, fmt.Errorf("%q: ${ is not closed", s)
		}
		ast, issues := env.Compile(expression)
		if issues.Err() != nil {
			return t, issues.Err()
		}
		program, err := env.Program(ast)
		if err != nil {
			return t, err
		}
		t.parts = append(t.parts, part{program: program})
		s = after
	}
}

// cutExpression ends an expression at its closing brace.
func cutExpression(s string) (expression, after string, closed bool) {
	depth := 1
	for i, r := range s {
		switch r {
		case '{':
			depth++
		case '}':
			depth--
		}
		if depth == 0 {
			return s[:i], s[i+1:], true
		}
	}
	return s, "", false
}

// fill puts the values in. What has none is "?"; the value of a Secret is never shown.
func (t text) fill(inputs map[string]any, secrets []string) string {
	var b strings.Builder
	for _, p := range t.parts {
		if p.program == nil {
			b.WriteString(p.plain)
			continue
		}
		value, _, err := p.program.Eval(inputs)
		if err != nil {
			b.WriteString("?")
			continue
		}
		shown := show(value)
		for _, secret := range secrets {
			shown = strings.ReplaceAll(shown, secret, "***")
		}
		b.WriteString(shown)
	}
	return b.String()
}

// show writes a value as kubectl would: a map as labels, a list with commas.
func show(value ref.Val) string {
	switch v := value.(type) {
	case traits.Mapper:
		pairs := map[string]string{}
		for it := v.Iterator(); it.HasNext().Value() == true; {
			key := it.Next()
			pairs[show(key)] = show(v.Get(key))
		}
		var all []string
		for _, key := range slices.Sorted(maps.Keys(pairs)) {
			all = append(all, key+"="+pairs[key])
		}
		return strings.Join(all, ",")
	case traits.Lister:
		var all []string
		for it := v.Iterator(); it.HasNext().Value() == true; {
			all = append(all, show(it.Next()))
		}
		return strings.Join(all, ", ")
	}
	return fmt.Sprint(value.Value())
}
