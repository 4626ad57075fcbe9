package sandbox

import (
	"os"

	"golang.org/x/sys/unix"
)

// writer returns the process that has a DuckDB file open for writing, or 0. DuckDB holds a POSIX write lock on the whole
// file; asking for the lock does not take it.
func writer(path string) int {
	f, err := os.Open(path)
	if err != nil {
		return 0
	}
	defer f.Close()
	lock := unix.Flock_t{Type: unix.F_RDLCK}
	if err := unix.FcntlFlock(f.Fd(), unix.F_GETLK, &lock); err != nil || lock.Type == unix.F_UNLCK {
		return 0
	}
	return int(lock.Pid)
}
