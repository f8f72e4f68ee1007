package kubelet

import (
	"context"
	"io"
	"net/http"

	"github.com/kubectl-app/kubectl-app/lab/kubelet/lifecycle"
)

// stamp is the form of a time before a line: RFC 3339 with nine digits, always.
const stamp = "2006-01-02T15:04:05.000000000Z07:00"

// copyLog writes what a request asks for, and what comes later if it follows.
func copyLog(ctx context.Context, w http.ResponseWriter, log *lifecycle.Log, r logRequest) {
	left := r.bytes
	lines, open, changed := log.From(0)
	read := len(lines)
	lines = r.choose(lines)
	if r.tail >= 0 && len(lines) > r.tail {
		lines = lines[len(lines)-r.tail:]
	}
	for {
		for _, line := range lines {
			if !r.print(w, line, &left) {
				return
			}
		}
		if !r.follow || !open {
			return
		}
		if flusher, ok := w.(http.Flusher); ok {
			flusher.Flush()
		}
		select {
		case <-ctx.Done():
			return
		case <-changed:
		}
		lines, open, changed = log.From(read)
		read += len(lines)
		lines = r.choose(lines)
	}
}

// choose leaves out what is too old or of the other stream.
func (r logRequest) choose(lines []lifecycle.LogLine) []lifecycle.LogLine {
	chosen := make([]lifecycle.LogLine, 0, len(lines))
	for _, line := range lines {
		wrong := r.stream == "Stdout" && line.Stderr || r.stream == "Stderr" && !line.Stderr
		if !wrong && !line.Time.Before(r.since) {
			chosen = append(chosen, line)
		}
	}
	return chosen
}

// print writes a line, as far as the limit of bytes allows.
func (r logRequest) print(w io.Writer, line lifecycle.LogLine, left *int64) bool {
	text := line.Text + "\n"
	if r.timestamps {
		text = line.Time.UTC().Format(stamp) + " " + text
	}
	if *left >= 0 {
		text = text[:min(int64(len(text)), *left)]
		*left -= int64(len(text))
	}
	_, err := io.WriteString(w, text)
	return err == nil && *left != 0
}
