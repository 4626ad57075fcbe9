package sandbox

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// source is the team's database file and the copy of it that the child opens.
type source struct {
	path string // the original
	copy string // a file of the same name in a folder of its own
	seen version
}

// version tells whether a file has changed.
type version struct {
	size    int64
	changed time.Time
	wal     int64 // size of the write-ahead log beside it, which holds what is not in the file yet
}

func newSource(path, dir string) *source {
	return &source{path: path, copy: filepath.Join(dir, filepath.Base(path))}
}

// refresh copies the file if it has changed since the last copy, and says whether it did.
func (s *source) refresh() (bool, error) {
	for range 3 {
		before, err := s.version()
		if err != nil {
			return false, err
		}
		if before == s.seen {
			return false, nil
		}
		if err := checkHeader(s.path); err != nil {
			return false, err
		}
		if pid := writer(s.path); pid != 0 {
			return false, &FileError{Path: s.path, Problem: FileLocked,
				Advice: fmt.Sprintf("process %d has this database open for writing (a running dbt?); try again when it has finished", pid)}
		}
		if err := s.copyAll(before); err != nil {
			return false, err
		}
		after, err := s.version()
		if err != nil {
			return false, err
		}
		if after == before {
			s.seen = before
			return true, nil
		}
	}
	return false, &FileError{Path: s.path, Problem: FileLocked,
		Advice: "this database kept changing while it was read (a running dbt?); try again when it has finished"}
}

func (s *source) version() (version, error) {
	info, err := os.Stat(s.path)
	if err != nil {
		return version{}, fileError(s.path, err)
	}
	if info.IsDir() {
		return version{}, &FileError{Path: s.path, Problem: FileCorrupt, Advice: "this is a folder, not a DuckDB file"}
	}
	v := version{size: info.Size(), changed: info.ModTime()}
	if wal, err := os.Stat(s.path + ".wal"); err == nil {
		v.wal = wal.Size()
	}
	return v, nil
}

func (s *source) copyAll(v version) error {
	if err := os.MkdirAll(filepath.Dir(s.copy), 0o700); err != nil {
		return fmt.Errorf("preparing the copy of the database: %w", err)
	}
	if err := copyFile(s.path, s.copy); err != nil {
		return fileError(s.path, err)
	}
	if err := os.Remove(s.copy + ".wal"); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("preparing the copy of the database: %w", err)
	}
	if v.wal == 0 {
		return nil
	}
	return fileError(s.path, copyFile(s.path+".wal", s.copy+".wal"))
}

// copyFile copies through the kernel where it can, which costs nothing on file systems that share blocks. A new file is made
// each time: the old one may still be open in a child.
func copyFile(from, to string) (err error) {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	if err := os.Remove(to); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	_, err = io.Copy(out, in)
	return err
}

// fileError turns an operating system's error into one with advice.
func fileError(path string, err error) error {
	var known *FileError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &known):
		return err
	case errors.Is(err, fs.ErrNotExist):
		return &FileError{Path: path, Problem: FileMissing, Err: err, Advice: "this database file does not exist; build the project (dbt build), or correct the path"}
	case errors.Is(err, fs.ErrPermission):
		return &FileError{Path: path, Problem: FileAccess, Err: err, Advice: "this database file may not be read by this user; allow it, or run as another user"}
	}
	return &FileError{Path: path, Problem: FileAccess, Err: err, Advice: "this database file cannot be read: " + err.Error()}
}

// newestStorage is the newest storage version that DuckDB 1.5 reads. The file format is described at
// https://duckdb.org/docs/stable/internals/storage: the main header has a checksum (8 bytes), "DUCK", and the version (8 bytes,
// little-endian). DuckDB 2.0 writes storage version 69, and 999 in that place.
const newestStorage = 68

const newerAdvice = "this database was written by a newer DuckDB (2.0 writes storage version 69) than the one built in here (1.5.6, which reads up to 68); " +
	"rebuild it with duckdb==1.5.6, or write it with storage_version (storage_compatibility_version) set to 'v1.5.0'"

// checkHeader refuses what is no DuckDB file or a newer one, before DuckDB sees it.
func checkHeader(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return fileError(path, err)
	}
	defer f.Close()
	header := make([]byte, 20)
	if _, err := io.ReadFull(f, header); err != nil {
		return fileError(path, headerError(path, header[:0]))
	}
	return headerError(path, header)
}

// headerError judges the first 20 bytes of a file.
func headerError(path string, header []byte) error {
	if len(header) < 20 || string(header[8:12]) != "DUCK" {
		return &FileError{Path: path, Problem: FileCorrupt, Advice: "this is not a DuckDB file, or a damaged one; build the project again, or correct the path"}
	}
	if v := binary.LittleEndian.Uint64(header[12:20]); v > newestStorage {
		return &FileError{Path: path, Problem: FileNewer, Advice: newerAdvice}
	}
	return nil
}

// explain turns the child's failure to open the copy into what is wrong with the original.
func (s *source) explain(err error) error {
	var e *Error
	if !errors.As(err, &e) || e.Kind == KindTimeout || e.Kind == KindMemory {
		return err
	}
	return &FileError{Path: s.path, Problem: FileCorrupt, Err: err,
		Advice: "this database file is damaged: " + e.Message + "; build the project again"}
}
