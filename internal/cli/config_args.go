package cli

import (
	"fmt"
	"strings"

	"github.com/kubectl-app/kubectl-app/pkg/redact"
)

// checkConfigArgs refuses arguments that name no Secret and no ConfigMap, before any server is asked.
// form is how the verb's examples write a name: "secret/NAME" or "secret NAME".
func (e *Env) checkConfigArgs(args []string, form string) error {
	give := func(kind, name string) string { return strings.NewReplacer("secret", kind, "NAME", name).Replace(form) }
	for _, arg := range args {
		if strings.Contains(arg, "=") || !redact.Quotable(arg) {
			return usagef("%s names no object: give %s or %s", redact.Argument(arg), form, give("configmap", "NAME"))
		}
	}
	switch {
	case len(args) == 0:
		return usagef("no object: give %s or %s", form, give("configmap", "NAME"))
	case len(args) > 1 || strings.Contains(args[0], "/"):
		return nil
	}
	switch plural := map[string]string{
		"secret": "secrets", "secrets": "secrets", "configmap": "configmaps", "configmaps": "configmaps", "cm": "configmaps",
	}[strings.ToLower(args[0])]; plural {
	case "":
		if redact.Argument(args[0]) != args[0] {
			return usagef("the argument is a name without a type, or a type without a name: give %s or %s", form, give("configmap", "NAME"))
		}
		return usagef("%s is a name without a type, or a type without a name: give %s or %s", args[0], give("secret", args[0]), give("configmap", args[0]))
	default:
		return hintedError{
			err:   usageError{fmt.Errorf("no name: give %s", give(args[0], "NAME"))},
			hints: []string{"kubectl get " + plural + e.inFlag()},
		}
	}
}

// inFlag repeats -n of this command line.
func (e *Env) inFlag() string {
	if e.Flags.Namespace == nil || *e.Flags.Namespace == "" {
		return ""
	}
	return " -n " + *e.Flags.Namespace
}
