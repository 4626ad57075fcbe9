package githubapi

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// journal is an append-only file of JSON lines. A line counts once its newline is on disk: a last line
// without one was cut off by a crash before its call was answered, and is dropped.
type journal struct {
	file *os.File
	size int64
}

// openJournal reads every complete line into apply and positions the file for appending.
func openJournal(path string, apply func(record)) (*journal, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("opening the journal: %w", err)
	}
	size := int64(0)
	err = lock(file)
	if err == nil {
		size, err = readJournal(file, apply)
	}
	if err == nil {
		err = file.Truncate(size)
	}
	if err == nil {
		_, err = file.Seek(size, io.SeekStart)
	}
	if err == nil {
		err = syncDir(filepath.Dir(path))
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("opening the journal %s: %w", path, err), file.Close())
	}
	return &journal{file: file, size: size}, nil
}

// readJournal calls apply for each complete line and returns the number of bytes they take. A complete
// line that is no record is damage no crash explains: an error with its number, nothing is thrown away.
func readJournal(r io.Reader, apply func(record)) (int64, error) {
	in := bufio.NewReader(r)
	var size int64
	for n := 1; ; n++ {
		line, err := in.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return size, nil
		}
		if err != nil {
			return 0, err
		}
		rec := record{}
		dec := json.NewDecoder(bytes.NewReader(line))
		dec.DisallowUnknownFields()
		if err := dec.Decode(&rec); err != nil {
			return 0, fmt.Errorf("line %d is damaged: %w", n, err)
		}
		if err := rec.check(); err != nil {
			return 0, fmt.Errorf("line %d is damaged: %w", n, err)
		}
		apply(rec)
		size += int64(len(line))
	}
}

// append writes one record and waits until it is on disk. After a failed write the file is cut back, so
// that a later record never follows half a line.
func (j *journal) append(rec record) error {
	line, err := json.Marshal(rec)
	if err != nil {
		return fmt.Errorf("encoding a record: %w", err)
	}
	line = append(line, '\n')
	_, err = j.file.Write(line)
	if err == nil {
		err = j.file.Sync()
	}
	if err != nil {
		cut := j.file.Truncate(j.size)
		_, seek := j.file.Seek(j.size, io.SeekStart)
		return errors.Join(fmt.Errorf("writing the journal: %w", err), cut, seek)
	}
	j.size += int64(len(line))
	return nil
}

// syncDir makes a created or renamed file's name durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// writeFileAtomic replaces a file so that a crash leaves the old bytes or the new ones.
func writeFileAtomic(path string, data []byte, mode os.FileMode) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), ".tmp-*")
	if err != nil {
		return err
	}
	_, err = tmp.Write(data)
	if err == nil {
		err = tmp.Chmod(mode)
	}
	if err == nil {
		err = tmp.Sync()
	}
	err = errors.Join(err, tmp.Close())
	if err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(tmp.Name()))
	}
	return syncDir(filepath.Dir(path))
}
