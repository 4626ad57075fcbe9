package sandbox

import (
	"errors"
	"fmt"
	"runtime"
	"unsafe"

	"github.com/landlock-lsm/go-landlock/landlock"
	llsyscall "github.com/landlock-lsm/go-landlock/landlock/syscall"
	"golang.org/x/sys/unix"
)

// confine takes away from this process what the sandbox does not need, for good: rlimits first, then Landlock, then
// a system call filter for what Landlock (before its ABI 10) leaves open, which is UDP, multipath TCP and other
// programs. Where the kernel cannot do all of it, the child still serves, but the parent refuses untrusted SQL.
func confine(o openRequest) (Confinement, error) {
	if err := limit(o); err != nil {
		return Confinement{}, err
	}
	open := func(what string, err error) (Confinement, error) {
		return Confinement{Limits: true, Detail: fmt.Sprintf("rlimits only; %s: %v", what, err)}, nil
	}
	abi, err := llsyscall.LandlockGetABIVersion()
	if err != nil {
		return open("this kernel has no Landlock", err)
	}
	rules := []landlock.Rule{landlock.RWDirs(o.Scratch),
		// DuckDB reads its cgroup's limits when it starts, and aborts if it sees them but may not open them.
		landlock.RODirs("/sys/fs/cgroup").IgnoreIfMissing(), landlock.ROFiles("/proc/self/cgroup").IgnoreIfMissing()}
	if o.ReadDir != "" {
		rules = append(rules, landlock.RODirs(o.ReadDir))
	}
	if err := landlock.V7.BestEffort().Restrict(rules...); err != nil {
		return open("Landlock failed", err)
	}
	if err := filterCalls(); err != nil {
		return open("the system call filter failed", err)
	}
	return Confinement{Landlock: true, Limits: true, Detail: fmt.Sprintf("Landlock ABI %d, rlimits, system call filter", abi)}, nil
}

// limit sets rlimits on this process. DuckDB's memory_limit comes first; this one catches what DuckDB does not count.
func limit(o openRequest) error {
	for _, l := range []struct {
		resource int
		value    uint64
	}{
		{unix.RLIMIT_DATA, uint64(o.MemoryMB+headroomMB) << 20},
		{unix.RLIMIT_FSIZE, 8 << 30},
		{unix.RLIMIT_NOFILE, 256},
		{unix.RLIMIT_CORE, 0}, // a core dump would hold the data
	} {
		var now unix.Rlimit
		if err := unix.Getrlimit(l.resource, &now); err != nil {
			return fmt.Errorf("reading limit %d: %w", l.resource, err)
		}
		value := min(l.value, now.Max) // a limit can only be lowered
		if err := unix.Setrlimit(l.resource, &unix.Rlimit{Cur: value, Max: value}); err != nil {
			return fmt.Errorf("setting limit %d to %d: %w", l.resource, value, err)
		}
	}
	return nil
}

// auditArch are the architectures that filterCalls knows the call numbers of, which are those of the binary.
var auditArch = map[string]uint32{"amd64": unix.AUDIT_ARCH_X86_64, "arm64": unix.AUDIT_ARCH_AARCH64}

// refused are the system calls that reach the network, start programs or look into other processes. io_uring
// would make sockets without calling socket.
var refused = []uint32{unix.SYS_SOCKET, unix.SYS_CONNECT, unix.SYS_BIND, unix.SYS_LISTEN, unix.SYS_SENDTO, unix.SYS_SENDMSG,
	unix.SYS_EXECVE, unix.SYS_EXECVEAT, unix.SYS_PTRACE, unix.SYS_PROCESS_VM_READV, unix.SYS_PROCESS_VM_WRITEV,
	unix.SYS_IO_URING_SETUP, unix.SYS_MOUNT, unix.SYS_UNSHARE, unix.SYS_SETNS, unix.SYS_BPF}

// x32Bit marks the numbers of the x32 calls on amd64, which would be another way to the same calls.
const x32Bit = 0x40000000

// filterCalls installs a seccomp filter on all threads: the calls in refused fail with EPERM. The offsets are those of
// struct seccomp_data (linux/seccomp.h): nr at 0, arch at 4.
func filterCalls() error {
	arch := auditArch[runtime.GOARCH]
	if arch == 0 {
		return errors.New("not known for this architecture")
	}
	deny := unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: seccompErrno | uint32(unix.EPERM)}
	load := func(offset uint32) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: offset}
	}
	program := []unix.SockFilter{
		load(4),
		{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: arch, Jt: 1},
		deny,
		load(0),
		{Code: unix.BPF_JMP | unix.BPF_JGE | unix.BPF_K, K: x32Bit, Jf: 1},
		deny,
	}
	for _, call := range refused {
		program = append(program, unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: call, Jf: 1}, deny)
	}
	program = append(program, unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: seccompAllow})
	return installFilter(program)
}

// From linux/seccomp.h.
const (
	seccompSetModeFilter = 1
	seccompFilterTSYNC   = 1
	seccompErrno         = 0x00050000
	seccompAllow         = 0x7fff0000
)

func installFilter(program []unix.SockFilter) error {
	// Set by Landlock on every thread already; seccomp asks for it too.
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	filter := unix.SockFprog{Len: uint16(len(program)), Filter: &program[0]}
	thread, _, errno := unix.Syscall(unix.SYS_SECCOMP, seccompSetModeFilter, seccompFilterTSYNC, uintptr(unsafe.Pointer(&filter)))
	runtime.KeepAlive(program)
	if errno != 0 {
		return errno
	}
	if thread != 0 {
		return errors.New("a thread could not be brought under it")
	}
	return nil
}
