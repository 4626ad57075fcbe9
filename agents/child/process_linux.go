package child

import (
	"errors"
	"fmt"
	"os/exec"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Enforced says whether Limits are applied on this system.
const Enforced = true

func ownGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// applyLimits sets the limits from outside right after the start. A program that must not have even that moment, like the
// sandbox, also limits itself.
func applyLimits(pid int, l Limits) error {
	for _, limit := range []struct {
		name     string
		resource int
		value    int64
	}{
		{"processor time", unix.RLIMIT_CPU, int64((l.CPU + time.Second - 1) / time.Second)},
		{"memory", unix.RLIMIT_DATA, l.Memory},
		{"file size", unix.RLIMIT_FSIZE, l.FileSize},
		{"open files", unix.RLIMIT_NOFILE, int64(l.OpenFiles)},
	} {
		if limit.value <= 0 {
			continue
		}
		soft := unix.Rlimit{Cur: uint64(limit.value), Max: uint64(limit.value)}
		if limit.resource == unix.RLIMIT_CPU {
			soft.Max++ // SIGXCPU first, which says why; SIGKILL a second later
		}
		err := unix.Prlimit(pid, limit.resource, &soft, nil)
		if err != nil && !errors.Is(err, unix.ESRCH) { // ESRCH: it has ended already
			return fmt.Errorf("setting the %s limit: %w", limit.name, err)
		}
	}
	return nil
}

// waitGroup waits for the program, kills what is left of its group and reaps it. It calls exited in between, when the
// program has ended but is not reaped yet, so that its number still names its group and nothing else.
func waitGroup(cmd *exec.Cmd, exited func()) error {
	for {
		err := unix.Waitid(unix.P_PID, cmd.Process.Pid, nil, unix.WEXITED|unix.WNOWAIT, nil)
		if !errors.Is(err, unix.EINTR) {
			break
		}
	}
	exited()
	killGroup(cmd.Process)
	return cmd.Wait()
}
