package plugin

import (
	"context"
	"os"
	"os/exec"
)

// CompletionProgram is what kubectl looks for on PATH to complete `kubectl app`.
const CompletionProgram = "kubectl_complete-app"

// FindCompletion is the program that completes the words for a plugin: kubectl_complete-app-lab. The last word is
// unfinished and names nothing.
func FindCompletion(words []string) (program string, rest []string) {
	last := len(words) - 1
	program, rest = find(CompletionProgram, words[:last])
	return program, append(rest[:len(rest):len(rest)], words[last])
}

// Output is what a completion program answers.
func Output(ctx context.Context, program string, args []string) []byte {
	command := exec.CommandContext(ctx, program, args...)
	command.Stdin = os.Stdin
	answer, err := command.Output()
	if err != nil {
		return nil
	}
	return answer
}
