package dbt

import (
	"io/fs"
	"syscall"
)

// fileID tells a file apart from one that has taken its name, and one moment of it from another.
type fileID struct {
	inode          uint64
	seconds, nanos int64
}

func idOf(info fs.FileInfo) fileID {
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		return fileID{st.Ino, int64(st.Ctim.Sec), int64(st.Ctim.Nsec)}
	}
	return fileID{}
}
