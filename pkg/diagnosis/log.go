package diagnosis

import "strings"

// MaxLogBytes is how much of a log is read.
const MaxLogBytes = 32 << 10

// ReadLog splits what was read of a log into lines. Of a log that was cut at MaxLogBytes the last line is left out: a
// part of a value could not be masked. The kubelet may answer 200 with a message of its own where the container is
// gone: that is no line of the program.
func ReadLog(text string) Log {
	if len(text) >= MaxLogBytes {
		text = text[:strings.LastIndexByte(text, '\n')+1]
	}
	text = strings.TrimRight(text, "\n")
	switch {
	case text == "":
		return Log{}
	case strings.HasPrefix(text, "unable to retrieve container logs for "):
		return Log{Err: text}
	}
	return Log{Lines: strings.Split(text, "\n")}
}
