package child

import (
	"os"
	"os/exec"
)

// Windows has no process groups in the sense of this package: only the program itself is ended.

func ownGroup(*exec.Cmd) {}

func killGroup(p *os.Process) { _ = p.Kill() } // it has ended already: the aim

func signalOf(*os.ProcessState) string { return "" }

func cpuSignal(*os.ProcessState) bool { return false }

func killSignal(*os.ProcessState) bool { return false }

func executable(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}
