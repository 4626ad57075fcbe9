//go:build unix

package child

import (
	"os"
	"syscall"
)

// killGroup kills the group that p leads, and p itself in case it left its group.
func killGroup(p *os.Process) {
	_ = syscall.Kill(-p.Pid, syscall.SIGKILL) // ESRCH: nobody is left, which is the aim
	_ = p.Kill()
}

func status(s *os.ProcessState) syscall.WaitStatus {
	w, _ := s.Sys().(syscall.WaitStatus)
	return w
}

func signalOf(s *os.ProcessState) string {
	if w := status(s); w.Signaled() {
		return w.Signal().String()
	}
	return ""
}

func cpuSignal(s *os.ProcessState) bool {
	w := status(s)
	return w.Signaled() && w.Signal() == syscall.SIGXCPU
}

func killSignal(s *os.ProcessState) bool {
	w := status(s)
	return w.Signaled() && w.Signal() == syscall.SIGKILL
}

func executable(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0
}
