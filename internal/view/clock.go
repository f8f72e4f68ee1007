package view

import (
	"fmt"
	"time"
)

// clock shows a duration as a stop-watch does: 0:14, 10:00, 1:02:03.
func clock(d time.Duration) string {
	seconds := int(max(d, 0) / time.Second)
	if seconds >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", seconds/3600, seconds/60%60, seconds%60)
	}
	return fmt.Sprintf("%d:%02d", seconds/60, seconds%60)
}

// countdown is clock for what is left: it shows 0:00 only when nothing is.
func countdown(d time.Duration) string {
	return clock(d + time.Second - time.Nanosecond)
}
