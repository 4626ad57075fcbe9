package store

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"strings"
	"sync"

	bolt "go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"
)

// maxGroup bounds how many updates share one transaction, and so how long the first of them waits for the others.
const maxGroup = 256

// boltBackend keeps the store in one bbolt file. Updates that arrive while one is being written wait in a queue and are written
// together by the next fsync: alone, an update costs one fsync; together, one fsync serves all. (bbolt's own Batch
// makes a lone writer wait for others that may not come.)
type boltBackend struct {
	db    *bolt.DB
	path  string
	queue chan *job
	ended chan struct{} // closed when the queue is worked off

	mu     sync.RWMutex // held for reading while sending to queue
	closed bool
}

type job struct {
	fn   func(tx) error
	done chan error
}

func (b *boltBackend) update(fn func(tx) error) error {
	j := &job{fn: fn, done: make(chan error, 1)}
	b.mu.RLock()
	if b.closed {
		b.mu.RUnlock()
		return ErrClosed
	}
	b.queue <- j
	b.mu.RUnlock()
	return <-j.done
}

// write works off the queue until it is closed.
func (b *boltBackend) write() {
	defer close(b.ended)
	for first := range b.queue {
		group := []*job{first}
		for len(group) < maxGroup {
			select {
			case j, ok := <-b.queue:
				if ok {
					group = append(group, j)
					continue
				}
			default:
			}
			break
		}
		b.writeGroup(group)
	}
}

// writeGroup runs the jobs in one transaction. A job that fails is told so and taken out, and the others run again without
// it: a transaction holds only whole jobs.
func (b *boltBackend) writeGroup(group []*job) {
	for len(group) > 0 {
		failed := -1
		err := b.guard(func() error {
			return b.db.Update(func(t *bolt.Tx) error {
				for i, j := range group {
					if err := j.fn(boltTx{t}); err != nil {
						failed = i
						return err
					}
				}
				return nil
			})
		})
		if failed < 0 {
			for _, j := range group {
				j.done <- err
			}
			return
		}
		group[failed].done <- err
		group = append(group[:failed:failed], group[failed+1:]...)
	}
}

func (b *boltBackend) view(fn func(tx) error) error {
	return b.guard(func() error {
		return b.db.View(func(t *bolt.Tx) error { return fn(boltTx{t}) })
	})
}

// guard turns what bbolt does on a file that is damaged while it is open (it panics, or the read faults) into ErrCorrupt, and
// translates its errors.
func (b *boltBackend) guard(fn func() error) (err error) {
	old := debug.SetPanicOnFault(true)
	defer debug.SetPanicOnFault(old)
	defer func() {
		if r := recover(); r != nil {
			err = damaged(b.path, fmt.Errorf("%v", r))
		}
	}()
	return b.translate(fn())
}

func (b *boltBackend) translate(err error) error {
	switch {
	case err == nil:
		return nil
	case noSpace(err), strings.HasPrefix(err.Error(), "file resize error"): // the one error that bbolt does not wrap
		return fmt.Errorf("%w at %s: free some space; nothing that was stored is lost: %w", ErrFull, b.path, err)
	case errors.Is(err, berrors.ErrDatabaseNotOpen):
		return ErrClosed
	}
	return err
}

func (b *boltBackend) backup(w io.Writer) (n int64, err error) {
	err = b.guard(func() error {
		return b.db.View(func(t *bolt.Tx) error {
			n, err = t.WriteTo(w)
			return err
		})
	})
	return n, err
}

func (b *boltBackend) close() error {
	b.mu.Lock()
	if b.closed {
		b.mu.Unlock()
		return nil
	}
	b.closed = true
	close(b.queue)
	b.mu.Unlock()
	<-b.ended
	return b.db.Close()
}

// boltTx is a transaction of bbolt.
type boltTx struct{ t *bolt.Tx }

// in finds a bucket; Open has made sure of all of them.
func (t boltTx) in(bucket string) *bolt.Bucket { return t.t.Bucket([]byte(bucket)) }

func (t boltTx) get(bucket string, key []byte) []byte { return t.in(bucket).Get(key) }

func (t boltTx) put(bucket string, key, value []byte) error { return t.in(bucket).Put(key, value) }

func (t boltTx) delete(bucket string, key []byte) error { return t.in(bucket).Delete(key) }

func (t boltTx) scan(bucket string, prefix, from []byte, fn func(k, v []byte) error) error {
	cursor := t.in(bucket).Cursor()
	if from == nil {
		from = prefix
	}
	for k, v := cursor.Seek(from); k != nil && bytes.HasPrefix(k, prefix); k, v = cursor.Next() {
		if err := fn(k, v); err != nil {
			return err
		}
	}
	return nil
}
