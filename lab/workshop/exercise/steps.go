package exercise

import "strings"

// Step is a command of the solution with the text below it. The first one may be text alone.
type Step struct {
	// Command may have several lines.
	Command string
	// Text is Markdown.
	Text string
}

// Indent is what makes a line of Markdown a command.
const Indent = "    "

// steps reads a solution: indented lines are commands, and text below is about the command above.
func steps(markdown string) []Step {
	var all []Step
	var command, text []string
	end := func() {
		s := Step{Command: strings.Trim(strings.Join(command, "\n"), "\n"), Text: strings.TrimSpace(strings.Join(text, "\n"))}
		if s != (Step{}) {
			all = append(all, s)
		}
		command, text = nil, nil
	}
	for line := range strings.Lines(markdown) {
		line = strings.TrimRight(line, "\r\n")
		code, isCode := strings.CutPrefix(line, Indent)
		switch {
		case isCode && len(strings.TrimSpace(strings.Join(text, ""))) > 0:
			end()
			command = append(command, code)
		case isCode || line == "" && len(text) == 0:
			command = append(command, code)
		default:
			text = append(text, line)
		}
	}
	end()
	return all
}
