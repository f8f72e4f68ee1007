package workload

import "strings"

// String is the name as kubectl takes and prints it: "deployment/web".
func (r Ref) String() string {
	return strings.ToLower(r.Kind) + "/" + r.Name
}
