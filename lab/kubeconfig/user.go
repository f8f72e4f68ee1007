package kubeconfig

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"strings"

	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/clientcmd/api"

	"github.com/kubectl-app/kubectl-app/lab/state"
)

// UserFile chooses the file that a lab's context goes into: the given one, else
// what kubectl would write a new context to, by KUBECONFIG or in the home.
func UserFile(explicit string) string {
	if explicit != "" {
		return explicit
	}
	return clientcmd.NewDefaultPathOptions().GetDefaultFilename()
}

// Add merges the lab's entry into the file and makes its context current. It
// returns what Remove needs to undo that.
func Add(ctx context.Context, file string, entry Entry) (state.Kubeconfig, error) {
	done := state.Kubeconfig{File: file}
	_, err := os.Stat(file)
	missing := errors.Is(err, fs.ErrNotExist)
	err = edit(ctx, file, func(config *api.Config) {
		if config.CurrentContext != entry.Context {
			done.Previous = config.CurrentContext
		}
		done.Created = missing || onlyLabs(config)
		entry.into(config)
		config.CurrentContext = entry.Context
	})
	return done, err
}

// onlyLabs tells whether labs alone have made the file: whichever of them ends
// last may remove it.
func onlyLabs(config *api.Config) bool {
	for name := range config.Contexts {
		if !strings.HasPrefix(name, "app-lab") {
			return false
		}
	}
	return len(config.Contexts) > 0
}

// Remove takes the lab's entry out of the file. If its context was current, the
// one before it becomes current again, unless that is gone. A file that the lab
// made and that nobody else has added to is removed.
func Remove(ctx context.Context, name string, was state.Kubeconfig) error {
	if _, err := os.Stat(was.File); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	empty := false
	err := edit(ctx, was.File, func(config *api.Config) {
		delete(config.Clusters, name)
		delete(config.AuthInfos, name)
		delete(config.Contexts, name)
		if config.CurrentContext == name {
			config.CurrentContext = ""
			if _, ok := config.Contexts[was.Previous]; ok {
				config.CurrentContext = was.Previous
			}
		}
		empty = len(config.Clusters)+len(config.AuthInfos)+len(config.Contexts) == 0
	})
	if err != nil || !empty || !was.Created {
		return err
	}
	return os.Remove(was.File)
}

// UseNamespace sets the namespace of a context of the file.
func UseNamespace(ctx context.Context, file, name, namespace string) error {
	return edit(ctx, file, func(config *api.Config) {
		if c := config.Contexts[name]; c != nil {
			c.Namespace = namespace
		}
	})
}
