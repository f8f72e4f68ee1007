package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/kubectl-app/kubectl-app/internal/page"
)

// confirm asks at the terminal whether to do what was shown; no answer is a no. Without a terminal nobody
// can answer, and that refuses.
func confirm(ctx context.Context, env *Env, question string) (bool, error) {
	if !env.Term.InIsTerminal() {
		err := hintedError{err: errors.New("nothing was changed: there is no terminal to confirm on"), hints: []string{"add --yes"}}
		return false, errors.Join(decidedError{exitRefused}, page.Error(env.Term, err))
	}
	if _, err := fmt.Fprintf(env.Term.Err, "%s (y/N) ", question); err != nil {
		return false, fmt.Errorf("asking: %w", err)
	}
	answers := make(chan string, 1)
	go func() { // a read can't be interrupted; it ends with the process
		answer, _ := bufio.NewReader(env.Term.In).ReadString('\n')
		answers <- strings.ToLower(strings.TrimSpace(answer))
	}()
	select {
	case <-ctx.Done():
		return false, context.Cause(ctx)
	case answer := <-answers:
		return answer == "y" || answer == "yes", nil
	}
}
