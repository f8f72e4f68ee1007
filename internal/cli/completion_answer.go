package cli

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/kubectl-app/kubectl-app/internal/plugin"
)

// completionTime is how long the shell waits for an answer after <TAB>: 300 ms, less the start of the program.
const completionTime = 250 * time.Millisecond

// completionTimeVariable sets another time, for a cluster that is far away.
const completionTimeVariable = "KUBECTL_APP_COMPLETION_TIMEOUT"

// CommandLine reads the name of the program and its arguments. kubectl runs kubectl_complete-app with the words of a
// command line, the unfinished one last (k8s.io/kubectl/pkg/cmd/plugin/plugin_completion.go).
func CommandLine(osArgs []string) []string {
	if name := filepath.Base(osArgs[0]); strings.TrimSuffix(name, filepath.Ext(name)) == plugin.CompletionProgram {
		return append([]string{cobra.ShellCompRequestCmd}, osArgs[1:]...)
	}
	return osArgs[1:]
}

func asksCompletion(args []string) bool {
	return len(args) > 0 && strings.HasPrefix(args[0], cobra.ShellCompRequestCmd)
}

// answerCompletion writes what the shell is to offer. When the time is up it offers nothing, whatever it still waits for:
// the API server, a name server, a credential plugin, a disk.
func answerCompletion(args []string, in io.Reader, out io.Writer, getenv func(string) string) int {
	limit := completionTime
	if d, err := time.ParseDuration(getenv(completionTimeVariable)); err == nil {
		limit = d
	}
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	found := make(chan []byte, 1)
	go func() {
		if answer := completions(ctx, args, in, getenv); ctx.Err() == nil {
			found <- answer
		}
	}()
	answer := fmt.Appendf(nil, ":%d\n", noFiles)
	select {
	case answer = <-found:
	case <-ctx.Done():
	}
	// A shell that is gone needs no answer.
	_, _ = out.Write(answer)
	return exitOK
}

// completions has cobra find the answer, or the completion program of a plugin that the words name.
func completions(ctx context.Context, args []string, in io.Reader, getenv func(string) string) []byte {
	var answer bytes.Buffer
	env := newEnv(in, &answer, io.Discard, getenv, time.Now)
	env.ended = withoutSecrets(ctx, env.Redactor)
	root := newRoot(env)
	if words := args[1:]; len(words) > 1 && !isVerb(root, words[0]) {
		if program, rest := plugin.FindCompletion(words); program != "" {
			return plugin.Output(ctx, program, rest)
		}
	}
	addCompletions(root, env)
	root.SetArgs(args)
	if root.ExecuteContext(env.ended) != nil {
		return fmt.Appendf(nil, ":%d\n", noFiles)
	}
	return answer.Bytes()
}
