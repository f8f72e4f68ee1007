package lifecycle

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

var podNames = regexp.MustCompile(`pod "[^"]+"`)

var clockTime = regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ`)

// logWords is a log in comparable words. Lines are sorted, because those of
// stdout and stderr can change places.
func logWords(container string, previous bool, text string) string {
	lines := strings.Split(strings.TrimSpace(clockTime.ReplaceAllString(podNames.ReplaceAllString(text, "pod P"), "TIME")), "\n")
	slices.Sort(lines)
	return fmt.Sprintf("%s previous=%v %q", container, previous, lines)
}

// logWords are the logs that the recording fetched of the pod.
func (r *recording) logWords() []string {
	var all []string
	for _, log := range r.logs {
		if log.Pod != r.pod.Name || log.T > r.end || strings.HasPrefix(log.Text, "unable to retrieve") {
			continue
		}
		all = append(all, logWords(log.Container, log.Previous, log.Text+log.Error))
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// machineLog is what a client would read now.
func machineLog(m *Machine, container string, previous bool) string {
	log, err := m.LogOf(container, previous)
	if err != nil {
		return logWords(container, previous, err.Error())
	}
	var text strings.Builder
	lines, _, _ := log.From(0)
	for _, line := range lines {
		text.WriteString(line.Text + "\n")
	}
	return logWords(container, previous, text.String())
}
