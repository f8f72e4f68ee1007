package session

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/clientcmd/api"
)

// Shell runs commands of a solution in an empty folder, where kubectl uses the cluster of the session and a namespace.
type Shell struct {
	folder string
	env    []string
}

// NewShell makes the folder; Close removes it.
func (s *Session) NewShell(namespace string) (*Shell, error) {
	folder, err := os.MkdirTemp("", "kubectl-app-workshop-")
	if err != nil {
		return nil, err
	}
	sh := &Shell{folder: folder}
	work := filepath.Join(folder, "work")
	if err := os.Mkdir(work, 0o700); err != nil {
		return nil, err
	}
	// This file has no credentials: it only says which context, and what is written in the first file counts.
	overlay := filepath.Join(folder, "kubeconfig")
	current := *s.raw.Contexts[s.Context]
	current.Namespace = namespace
	config := api.Config{CurrentContext: s.Context, Contexts: map[string]*api.Context{s.Context: &current}}
	if err := clientcmd.WriteToFile(config, overlay); err != nil {
		return nil, err
	}
	files := []string{overlay}
	for _, file := range s.files() {
		path, err := filepath.Abs(file)
		if err != nil {
			return nil, err
		}
		files = append(files, path)
	}
	sh.env = append(os.Environ(), "KUBECONFIG="+strings.Join(files, string(os.PathListSeparator)))
	return sh, nil
}

// files are the kubeconfig files in use.
func (s *Session) files() []string {
	if explicit := *s.flags.KubeConfig; explicit != "" {
		return []string{explicit}
	}
	return clientcmd.NewDefaultClientConfigLoadingRules().Precedence
}

// Run runs one command; it ends at the first part that fails.
func (sh *Shell) Run(ctx context.Context, command string, out, errOut io.Writer) error {
	cmd := exec.CommandContext(ctx, "sh", "-e", "-c", command)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = filepath.Join(sh.folder, "work"), sh.env, out, errOut
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w", command, err)
	}
	return nil
}

// Close removes the folder.
func (sh *Shell) Close() error { return os.RemoveAll(sh.folder) }
