package cli

import (
	"encoding/json"
	"fmt"

	"sigs.k8s.io/yaml"
)

// encode writes a value as JSON or YAML; what names it in an error.
func encode(env *Env, format, what string, value any) error {
	text, err := json.MarshalIndent(value, "", "  ")
	if err == nil && format == "yaml" {
		text, err = yaml.JSONToYAML(text)
	}
	if err != nil {
		return fmt.Errorf("encoding the %s as %s: %w", what, format, err)
	}
	if format == "json" {
		text = append(text, '\n')
	}
	if _, err := env.Term.Out.Write(text); err != nil {
		return fmt.Errorf("writing the %s: %w", what, err)
	}
	return nil
}
