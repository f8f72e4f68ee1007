package trim

import (
	"bufio"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// Pages gives back the pages of the program that its start has touched. The
// components are one large binary, and the set-up of its thousand packages maps
// most of it into each of the processes; hardly any of that is needed again,
// and what is comes back from the page cache.
func Pages() {
	smaps, err := os.Open("/proc/self/smaps")
	if err != nil {
		return
	}
	defer smaps.Close()
	program, err := os.Readlink("/proc/self/exe")
	if err != nil {
		return
	}
	var addresses string
	for lines := bufio.NewScanner(smaps); lines.Scan(); {
		switch fields := strings.Fields(lines.Text()); {
		case len(fields) >= 6 && strings.Contains(fields[0], "-"):
			// 00400000-0a1b2000 r-xp 00000000 fe:00 1234 /path/of/program
			addresses = ""
			if fields[5] == program {
				addresses = fields[0]
			}
		case len(fields) == 3 && fields[0] == "Anonymous:" && fields[1] == "0":
			// Nothing in it has been written to: it is as it is in the file.
			if from, to, ok := span(addresses); ok {
				_, _, _ = unix.Syscall(unix.SYS_MADVISE, from, to-from, unix.MADV_DONTNEED)
			}
		}
	}
}

func span(addresses string) (from, to uintptr, ok bool) {
	left, right, ok := strings.Cut(addresses, "-")
	if !ok {
		return 0, 0, false
	}
	low, err := strconv.ParseUint(left, 16, 64)
	if err != nil {
		return 0, 0, false
	}
	high, err := strconv.ParseUint(right, 16, 64)
	return uintptr(low), uintptr(high), err == nil
}
