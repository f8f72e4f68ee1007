package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"syscall"

	"github.com/kubectl-app/kubectl-app/lab/state"
)

// report is the one line that a supervisor writes to the up that started it.
type report struct {
	Ready *state.Record `json:"ready,omitempty"`
	Held  bool          `json:"held,omitempty"`
	Error string        `json:"error,omitempty"`
}

// launch starts the supervisor in the background and waits for its report. When
// the user interrupts, the supervisor is told to take all down again.
func (e *Env) launch(ctx context.Context, home state.Home, dir state.Dir, f upFlags, file string) (state.Record, error) {
	executable, err := e.Executable()
	if err != nil {
		return state.Record{}, fmt.Errorf("finding this program: %w", err)
	}
	args := []string{
		"supervise", "--home=" + string(home), "--name=" + dir.Name, "--kubeconfig=" + file, "--nodes=" + strconv.Itoa(f.nodes),
	}
	if len(f.without) > 0 {
		args = append(args, "--without="+strings.Join(f.without, ","))
	}
	cmd := exec.CommandContext(context.WithoutCancel(ctx), executable, args...)
	cmd.Env = append(cmd.Environ(), "GOGC=50")
	cmd.SysProcAttr = detached()
	if f.whileStdin {
		cmd.Args = append(cmd.Args, "--while-stdin")
		cmd.Stdin = e.In
	}
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		return state.Record{}, fmt.Errorf("supervisor: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return state.Record{}, fmt.Errorf("supervisor: %w", err)
	}
	stop := context.AfterFunc(ctx, func() {
		if cmd.Process.Signal(syscall.SIGTERM) != nil {
			_ = cmd.Process.Kill()
		}
	})
	defer stop()
	var said report
	if err := json.NewDecoder(pipe).Decode(&said); err != nil {
		return state.Record{}, errors.Join(ctx.Err(), fmt.Errorf("the supervisor ended without a word: %w", cmd.Wait()))
	}
	switch {
	case said.Held:
		return state.Record{}, state.ErrHeld
	case said.Ready == nil && ctx.Err() != nil:
		return state.Record{}, ctx.Err()
	case said.Ready == nil:
		return state.Record{}, errors.New(said.Error)
	}
	return *said.Ready, cmd.Process.Release()
}
