package dbt

import (
	"io/fs"
	"reflect"
	"time"
)

// stamp is by what a file is known to be unchanged without reading it. A file system that has no times gives none.
type stamp struct {
	size    int64
	changed time.Time // of the content
	id      fileID    // where the system tells: inode and time of any change, which nobody can set back
}

// stampOf is the stamp of a directory entry; ok is false when it must not be relied on.
func stampOf(info fs.FileInfo) (s stamp, ok bool) {
	if info == nil || !info.Mode().IsRegular() || info.ModTime().IsZero() {
		return stamp{}, false
	}
	return stamp{info.Size(), info.ModTime(), idOf(info)}, true
}

// settled says whether a file that has this stamp at the time of reading can no longer change without its stamp changing. Clocks of
// file systems tick, so a file written just now may be written again within the tick: git calls that racy.
func (s stamp) settled(read time.Time) bool {
	tick := 100 * time.Millisecond
	if s.changed.Nanosecond() == 0 {
		tick = 3 * time.Second // a file system with times in seconds, or in two
	}
	return s.changed.Before(read.Add(-tick))
}

// sameFiles says whether two file systems are known to be one.
func sameFiles(a, b fs.FS) bool {
	if a == nil || b == nil || reflect.TypeOf(a) != reflect.TypeOf(b) || !reflect.TypeOf(a).Comparable() {
		return false
	}
	return a == b
}
