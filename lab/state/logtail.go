package state

import (
	"bytes"
	"io"
	"os"
	"strings"
)

// tailBytes is how much of a log's end is read: far more than a screen.
const tailBytes = 16 << 10

// LogTail returns up to n last lines of a component's log; none if it has none.
func (d Dir) LogTail(component string, n int) []string {
	file, err := os.Open(d.Log(component))
	if err != nil {
		return nil
	}
	defer file.Close()
	cut := false
	if info, err := file.Stat(); err == nil && info.Size() > tailBytes {
		_, err = file.Seek(-tailBytes, io.SeekEnd)
		cut = err == nil
	}
	data, err := io.ReadAll(file)
	if err != nil {
		return nil
	}
	data = bytes.TrimSpace(data)
	if len(data) == 0 {
		return nil
	}
	lines := strings.Split(string(data), "\n")
	if cut && len(lines) > 1 {
		lines = lines[1:]
	}
	return lines[max(0, len(lines)-n):]
}
