package cli

import "context"

// list prints a line for each workload of the namespace, or of all namespaces.
func (f *statusFlags) list(_ context.Context, _ *Env) error {
	return usagef("no object is named: give TYPE/NAME, for example deployment/web, secret/NAME or configmap/NAME")
}
