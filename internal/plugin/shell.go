package plugin

import (
	"os"
	"path/filepath"
	"strings"
)

// Shell is what a shell needs before it completes words of kubectl.
type Shell struct {
	Name string
	// File is where Line is to be added.
	File, Line string
	// Needs is a package that has to be there, too.
	Needs string
	// files would load kubectl's completion: by a line in them, or by their name.
	files []string
}

// Shells are those that kubectl has a completion for.
func Shells(getenv func(string) string) []Shell {
	home := getenv("HOME")
	config, data := getenv("XDG_CONFIG_HOME"), getenv("XDG_DATA_HOME")
	if config == "" {
		config = filepath.Join(home, ".config")
	}
	if data == "" {
		data = filepath.Join(home, ".local", "share")
	}
	zsh := getenv("ZDOTDIR")
	if zsh == "" {
		zsh = home
	}
	brew := getenv("HOMEBREW_PREFIX")
	return []Shell{
		{
			Name: "bash", File: "~/.bashrc", Line: "source <(kubectl completion bash)", Needs: "bash-completion",
			files: []string{
				home + "/.bashrc", home + "/.bash_profile", home + "/.profile", home + "/.bash_completion", home + "/.bash_completion.d/kubectl",
				data + "/bash-completion/completions/kubectl", "/usr/share/bash-completion/completions/kubectl",
				"/etc/bash_completion.d/kubectl", brew + "/etc/bash_completion.d/kubectl",
			},
		},
		{
			Name: "zsh", File: "~/.zshrc", Line: "autoload -Uz compinit && compinit && source <(kubectl completion zsh)",
			files: []string{zsh + "/.zshrc", zsh + "/.zprofile", "/usr/share/zsh/site-functions/_kubectl", "/usr/share/zsh/vendor-completions/_kubectl", brew + "/share/zsh/site-functions/_kubectl"},
		},
		{
			Name: "fish", File: "~/.config/fish/config.fish", Line: "kubectl completion fish | source",
			files: []string{config + "/fish/config.fish", config + "/fish/completions/kubectl.fish", "/usr/share/fish/vendor_completions.d/kubectl.fish", brew + "/share/fish/vendor_completions.d/kubectl.fish"},
		},
		{Name: "powershell", File: "$PROFILE", Line: "kubectl completion powershell | Out-String | Invoke-Expression"},
	}
}

// Loads tells whether a file of the shell loads kubectl's completion, as far as reading it shows that.
func (s Shell) Loads() bool {
	for _, path := range s.files {
		text, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		name := strings.TrimPrefix(strings.TrimSuffix(filepath.Base(path), ".fish"), "_")
		if name == "kubectl" || loads(string(text)) {
			return true
		}
	}
	return false
}

// loads finds the line that kubectl's documentation gives, or kubectl in the list of plugins of oh-my-zsh.
func loads(text string) bool {
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "#") {
			continue
		}
		if strings.Contains(line, "kubectl completion") || strings.HasPrefix(line, "plugins=(") && strings.Contains(line, "kubectl") {
			return true
		}
	}
	return false
}
