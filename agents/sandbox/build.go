package sandbox

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// buildTimeout bounds each statement of Build.
const buildTimeout = 5 * time.Minute

// Build creates (or replaces) the .duckdb file at path from trusted SQL statements, in a child process: the file appears
// complete or not at all. Statements may read files relative to the folder files (read_csv('customers.csv')); "" means that
// they read none. The same statements on the same files give the same content.
func Build(ctx context.Context, path, files string, statements []string) (err error) {
	if isChild() {
		return errNoChildMain
	}
	if path, err = filepath.Abs(path); err != nil {
		return fmt.Errorf("building %s: %w", path, err)
	}
	if files != "" {
		if files, err = filepath.Abs(files); err != nil {
			return fmt.Errorf("building %s: %w", path, err)
		}
	}
	// Beside the target, for the rename; and under the same name, because views hold the name of their database.
	dir, err := os.MkdirTemp(filepath.Dir(path), ".building-*")
	if err != nil {
		return fmt.Errorf("building %s: %w", path, err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	made := filepath.Join(dir, filepath.Base(path))
	// One thread, so that rows are stored in one order.
	w := newWorker(dir, openRequest{Scratch: dir, Database: made, ReadDir: files, Build: true, MemoryMB: 1024, Threads: 1})
	defer w.close()
	for i, text := range append(statements[:len(statements):len(statements)], "CHECKPOINT") {
		if _, err := w.call(ctx, request{Op: opExec, SQL: text, Timeout: buildTimeout}); err != nil {
			return fmt.Errorf("building %s: statement %d: %w", path, i+1, err)
		}
	}
	if err := w.finish(); err != nil {
		return fmt.Errorf("building %s: %w", path, err)
	}
	if err := os.Remove(path + ".wal"); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("building %s: %w", path, err) // the log of the file that is being replaced
	}
	if err := os.Rename(made, path); err != nil {
		return fmt.Errorf("building %s: %w", path, err)
	}
	return nil
}

// finish lets the child close its database and end by itself.
func (w *worker) finish() error {
	<-w.turn
	defer w.release()
	_, err := w.end()
	return err
}
