package check

import "fmt"

// Result is what became of one check.
type Result struct {
	*Check
	Done bool
	// Err is why the expression had no value. Such a check is not done.
	Err error

	compiled compiled
	inputs   map[string]any
	secrets  []string
}

// Run runs all checks.
func (p *Program) Run(f Facts) []Result {
	inputs, secrets := f.inputs()
	results := make([]Result, 0, len(p.checks))
	for _, c := range p.checks {
		results = append(results, c.run(f, inputs, secrets))
	}
	return results
}

func (c compiled) run(f Facts, shared map[string]any, secrets []string) Result {
	inputs := map[string]any{"answer": map[string]any{}, "allowed": []bool{}}
	for name, value := range shared {
		inputs[name] = value
	}
	if c.Request != nil {
		a := f.Answers[*c.Request]
		inputs["answer"] = map[string]any{"status": a.Status, "body": a.Body}
	}
	allowed := []bool{}
	for _, access := range c.Access {
		allowed = append(allowed, f.Allowed[access])
	}
	inputs["allowed"] = allowed
	r := Result{Check: c.Check, compiled: c, inputs: inputs, secrets: secrets}
	value, _, err := c.condition.Eval(inputs)
	if err != nil {
		r.Err = err
		return r
	}
	done, isBool := value.Value().(bool)
	if !isBool {
		r.Err = fmt.Errorf("%v is not true or false", value.Value())
	}
	r.Done = done
	return r
}

// Missing is what is not done yet.
func (r Result) Missing() string { return r.compiled.missing.fill(r.inputs, r.secrets) }

// Hint is the hint of a level: 1 is vague, Hints is plain.
func (r Result) Hint(level int) string {
	return r.compiled.hints[min(max(level, 1), Hints)-1].fill(r.inputs, r.secrets)
}

// First returns the first check that is not done, by its index; -1 if all are done.
func First(results []Result) int {
	for i, r := range results {
		if !r.Done {
			return i
		}
	}
	return -1
}

// Left counts the checks that are not done.
func Left(results []Result) (n int) {
	for _, r := range results {
		if !r.Done {
			n++
		}
	}
	return n
}
