// Package journal is an append-only file of JSON records that survives kill -9 and power loss at any moment. It
// owns one file, a record a line:
//
//	{"crc":"9ae0daaf","rec":{…}}
//
// crc is the IEEE CRC-32 of the bytes of rec, in hex. A write that was cut short leaves a last line without a
// newline (or a tail of zero bytes, which some file systems leave after power loss): it was never
// acknowledged, so Open cuts it off and says so. Damage anywhere else is an error that names file and
// line, because going on would silently lose what came after.
package journal

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"sync"
)

// Log is an open journal, safe for concurrent use. One process at a time holds a file.
type Log struct {
	mu     sync.Mutex
	file   file
	path   string
	size   int64 // bytes of whole records; anything behind it is not part of the journal
	broken error // set when the file's end is no longer known; every later append fails
}

// file is what a Log needs of its *os.File; a test puts one that fails in its place.
type file interface {
	io.WriteSeeker
	io.Closer
	Truncate(size int64) error
	Sync() error
}

// Torn tells what Open cut off the end of a file: the line that was being written when its writer died.
type Torn struct {
	Line  int   // its number, counted from 1
	Bytes int64 // how much was cut
}

// CorruptError is damage before the end of a journal.
type CorruptError struct {
	File string
	Line int
	Err  error
}

func (e *CorruptError) Error() string {
	return fmt.Sprintf("%s:%d: damaged journal record: %v", e.File, e.Line, e.Err)
}

func (e *CorruptError) Unwrap() error { return e.Err }

type line struct {
	CRC string          `json:"crc"`
	Rec json.RawMessage `json:"rec"`
}

// Open opens or creates the journal at path (mode 0600) and calls replay for each record, oldest first. An error
// of replay counts as damage of that line. torn is nil unless a cut-off record was removed. It fails if
// another process has the journal open.
func Open(path string, replay func(rec []byte) error) (log *Log, torn *Torn, err error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, nil, fmt.Errorf("opening journal: %w", err)
	}
	defer func() {
		if err != nil {
			file.Close()
		}
	}()
	if err := lock(file); err != nil {
		return nil, nil, fmt.Errorf("opening journal %s: another process is using it: %w", path, err)
	}
	size, torn, err := Read(file, path, replay)
	if err != nil {
		return nil, nil, err
	}
	if torn != nil {
		if err := file.Truncate(size); err != nil {
			return nil, nil, fmt.Errorf("cutting the torn end off journal %s: %w", path, err)
		}
	}
	if _, err := file.Seek(size, io.SeekStart); err != nil {
		return nil, nil, fmt.Errorf("seeking in journal: %w", err)
	}
	if err := errors.Join(file.Sync(), SyncDir(filepath.Dir(path))); err != nil {
		return nil, nil, fmt.Errorf("syncing journal %s: %w", path, err)
	}
	return &Log{file: file, path: path, size: size}, torn, nil
}

// Read calls replay for each record of r and returns the length of the part that holds whole records. name stands
// in errors. See Open for what counts as torn and what as damage.
func Read(r io.Reader, name string, replay func(rec []byte) error) (size int64, torn *Torn, err error) {
	in := bufio.NewReaderSize(r, 64<<10)
	for n := 1; ; n++ {
		text, err := in.ReadBytes('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return size, nil, fmt.Errorf("reading journal %s: %w", name, err)
		}
		if err != nil { // the last line has no newline
			if len(text) == 0 {
				return size, nil, nil
			}
			return size, &Torn{Line: n, Bytes: int64(len(text))}, nil
		}
		rec, err := decode(text)
		if err == nil {
			err = replay(rec)
		}
		if err != nil {
			return size, nil, &CorruptError{File: name, Line: n, Err: err}
		}
		size += int64(len(text))
	}
}

func decode(text []byte) ([]byte, error) {
	var l line
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&l); err != nil {
		return nil, err
	}
	if rest := bytes.TrimSpace(text[dec.InputOffset():]); len(rest) > 0 {
		return nil, errors.New("more than one value on the line")
	}
	if got := checksum(l.Rec); got != l.CRC {
		return nil, fmt.Errorf("checksum is %s, the line says %q", got, l.CRC)
	}
	return l.Rec, nil
}

func checksum(rec []byte) string { return fmt.Sprintf("%08x", crc32.ChecksumIEEE(rec)) }

// Append writes v as one record and returns when it is on the disk. After an error the journal is as it was before,
// or, where that cannot be made certain, refuses all further appends.
func (l *Log) Append(v any) error { return l.append(v, true) }

// Note writes v like Append but leaves it to a later Append, or to the system, to bring it to the disk: for what
// may be forgotten after power loss without harm (it still survives the death of the process).
func (l *Log) Note(v any) error { return l.append(v, false) }

func (l *Log) append(v any, durable bool) error {
	rec, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encoding journal record: %w", err)
	}
	text, err := json.Marshal(line{CRC: checksum(rec), Rec: rec})
	if err != nil {
		return fmt.Errorf("encoding journal record: %w", err)
	}
	text = append(text, '\n')

	l.mu.Lock()
	defer l.mu.Unlock()
	if l.broken != nil {
		return l.broken
	}
	if _, err := l.file.Write(text); err != nil {
		l.rewind(err)
		return fmt.Errorf("writing journal %s: %w", l.path, err)
	}
	if durable {
		// After a failed fsync nobody knows what is on the disk, and a second one may wrongly report success.
		if err := l.file.Sync(); err != nil {
			l.broken = fmt.Errorf("journal %s is not usable since syncing it failed: %w", l.path, err)
			return l.broken
		}
	}
	l.size += int64(len(text))
	return nil
}

// rewind removes what a failed write left behind, so that the next record starts on its own line.
func (l *Log) rewind(cause error) {
	err := l.file.Truncate(l.size)
	if err == nil {
		_, err = l.file.Seek(l.size, io.SeekStart)
	}
	if err != nil {
		l.broken = fmt.Errorf("journal %s is not usable since a write failed: %w", l.path, errors.Join(cause, err))
	}
}

// Close brings everything to the disk and releases the file.
func (l *Log) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.broken == nil {
		l.broken = fmt.Errorf("journal %s is closed", l.path)
	}
	return errors.Join(l.file.Sync(), l.file.Close())
}

// SyncDir makes the creation or renaming of files in dir durable.
func SyncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
