package view

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

// Result writes `-o result`: docs/schema/release-result.v1alpha1.json.
func Result(w io.Writer, r rollout.Result) error {
	if r.Workloads == nil {
		r.Workloads = []rollout.WorkloadResult{} // a script may loop over it
	}
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(r); err != nil {
		return fmt.Errorf("write the result: %w", err)
	}
	return nil
}
