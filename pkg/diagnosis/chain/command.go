package chain

import (
	"slices"
	"strings"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Risk is what a command can do.
type Risk string

// Look changes nothing. Safe adds only what is missing, or is watched and taken back if it fails. Nobody takes back what is
// Risky.
const (
	Look  Risk = "look"
	Safe  Risk = "safe"
	Risky Risk = "risky"
)

// Command is one to type.
type Command struct {
	Risk    Risk   `json:"risk"`
	Command string `json:"command"`
}

// risks are the beginnings of commands; of those that fit the longest counts. Other commands are risky.
var risks = map[string]Risk{
	"kubectl describe ": Look, "kubectl get ": Look, "kubectl logs ": Look, "kubectl auth ": Look, "kubectl events ": Look, "kubectl top ": Look,
	"kubectl create ":  Safe,
	"kubectl app why ": Look, "kubectl app status ": Look, "kubectl app get ": Look, "kubectl app rollout status ": Look, "kubectl app rollout history ": Look, "kubectl app autoscale status ": Look,
	"kubectl app create ": Safe, "kubectl app set ": Safe, "kubectl app rollout undo ": Safe,
}

// RiskOf tells what a command can do.
func RiskOf(command string) Risk {
	risk, longest := Risky, 0
	for prefix, r := range risks {
		if strings.HasPrefix(command, prefix) && len(prefix) > longest {
			risk, longest = r, len(prefix)
		}
	}
	return risk
}

// withoutTemplate drops commands that change the template of an object that can't be changed.
func withoutTemplate(all []Command, ref workload.Ref) []Command {
	if k := workload.KindNamed(ref.Kind); k != nil && k.Releasable() {
		return all
	}
	return slices.DeleteFunc(all, func(c Command) bool {
		changes := strings.HasPrefix(c.Command, "kubectl app set ") || strings.HasPrefix(c.Command, "kubectl set ") || strings.HasPrefix(c.Command, "kubectl edit ")
		return changes && strings.Contains(c.Command+" ", " "+lowerRef(ref)+" ")
	})
}
