//go:build !linux

package child

import "os/exec"

// Enforced says whether Limits are applied on this system.
const Enforced = false

func applyLimits(int, Limits) error { return nil }

// waitGroup waits for the program and then kills what is left of its group. There is no portable way to do so before
// the program is reaped.
func waitGroup(cmd *exec.Cmd, exited func()) error {
	err := cmd.Wait()
	exited()
	killGroup(cmd.Process)
	return err
}
