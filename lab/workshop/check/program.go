package check

import (
	"fmt"

	"github.com/google/cel-go/cel"
	"k8s.io/apiserver/pkg/cel/environment"
)

// Program is the checks of an exercise, ready to run.
type Program struct {
	checks []compiled
}

type compiled struct {
	*Check
	condition cel.Program
	missing   text
	hints     []text
}

// Compile compiles all expressions of the checks.
func Compile(checks []Check) (*Program, error) {
	env, err := newEnv()
	if err != nil {
		return nil, err
	}
	p := &Program{}
	for i := range checks {
		c, err := compile(env, &checks[i])
		if err != nil {
			return nil, fmt.Errorf("check %d (%s): %w", i+1, checks[i].Want, err)
		}
		p.checks = append(p.checks, c)
	}
	return p, nil
}

// CompileSituation compiles an expression as the only check of a program. "" is true at once.
func CompileSituation(expression string) (*Program, error) {
	if expression == "" {
		return &Program{}, nil
	}
	const unsaid = "the situation at the start"
	return Compile([]Check{{Want: unsaid, Missing: unsaid, That: expression, Hints: make([]string, Hints)}})
}

// newEnv is the language of ValidatingAdmissionPolicies, with the namespace's objects as variables.
func newEnv() (*cel.Env, error) {
	base, err := environment.MustBaseEnvSet(environment.DefaultCompatibilityVersion()).Env(environment.StoredExpressions)
	if err != nil {
		return nil, fmt.Errorf("CEL: %w", err)
	}
	options := []cel.EnvOption{
		cel.Variable("ns", cel.StringType),
		cel.Variable("containers", cel.ListType(cel.DynType)),
		cel.Variable("endpoints", cel.MapType(cel.StringType, cel.ListType(cel.StringType))),
		cel.Variable("answer", cel.DynType),
		cel.Variable("allowed", cel.ListType(cel.BoolType)),
	}
	for _, resource := range Resources {
		options = append(options, cel.Variable(resource.Resource, cel.MapType(cel.StringType, cel.DynType)))
	}
	env, err := base.Extend(options...)
	if err != nil {
		return nil, fmt.Errorf("CEL: %w", err)
	}
	return env, nil
}

func compile(env *cel.Env, c *Check) (compiled, error) {
	done := compiled{Check: c}
	if err := c.validate(); err != nil {
		return done, err
	}
	ast, issues := env.Compile(c.Condition())
	if issues.Err() != nil {
		return done, issues.Err()
	}
	if t := ast.OutputType(); t != cel.BoolType && t != cel.DynType {
		return done, fmt.Errorf("%q is %s, not true or false", c.Condition(), t)
	}
	var err error
	if done.condition, err = env.Program(ast); err != nil {
		return done, err
	}
	if done.missing, err = newText(env, c.Missing); err != nil {
		return done, err
	}
	for _, hint := range c.Hints {
		t, err := newText(env, hint)
		if err != nil {
			return done, err
		}
		done.hints = append(done.hints, t)
	}
	return done, nil
}

// Requests are those that the checks need.
func (p *Program) Requests() (all []Request) {
	for _, c := range p.checks {
		if c.Request != nil {
			all = append(all, *c.Request)
		}
	}
	return all
}

// Access is what the checks have to know of permissions.
func (p *Program) Access() (all []Access) {
	for _, c := range p.checks {
		all = append(all, c.Check.Access...)
	}
	return all
}
