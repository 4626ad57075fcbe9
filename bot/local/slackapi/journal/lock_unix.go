//go:build unix

package journal

import (
	"os"

	"golang.org/x/sys/unix"
)

// lock holds until the file is closed, also by the death of the process.
func lock(f *os.File) error { return unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB) }
