package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
	"time"

	bolt "go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"
)

// Options configure a store. The zero value is right for production.
type Options struct {
	// Timeout is how long Open waits for another process to let go of the file; zero means 1 s.
	Timeout time.Duration
	// Now is the clock for the times in the journal and for leases; nil means time.Now.
	Now func() time.Time
}

func (o Options) clock() func() time.Time {
	if o.Now == nil {
		return time.Now
	}
	return o.Now
}

// Open opens the store in the file at path and creates it if there is none; the folder must exist. One process at a
// time can have it open. Errors: ErrLocked, ErrCorrupt, ErrNewer, ErrFull, or the operating system's; each names the file and says
// what to do. A file that cannot be used is never changed.
func Open(path string, o Options) (*DB, error) {
	if o.Timeout == 0 {
		o.Timeout = time.Second
	}
	if err := checkFile(path, o.Timeout); err != nil {
		return nil, err
	}
	b, err := openBolt(path, o.Timeout)
	if err != nil {
		return nil, err
	}
	db := &DB{backend: b, now: o.clock()}
	if err := b.verify(); err != nil {
		return nil, errors.Join(err, b.close())
	}
	if err := db.prepare(); err != nil {
		return nil, errors.Join(err, b.close())
	}
	return db, nil
}

// checkFile checks the pages of an existing file while nobody can write to it: bbolt opened for reading holds the lock and
// has looked at nothing but the head.
func checkFile(path string, timeout time.Duration) error {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && info.Mode().IsRegular() && info.Size() == 0 {
		return nil // a new store
	}
	if err != nil {
		return openError(path, err)
	}
	lock, err := bolt.Open(path, 0o600, &bolt.Options{Timeout: timeout, ReadOnly: true})
	if err != nil {
		return openError(path, err)
	}
	file, err := os.Open(path)
	if err != nil {
		return errors.Join(openError(path, err), lock.Close())
	}
	if info, err = file.Stat(); err == nil {
		if err = checkPages(file, info.Size()); err != nil {
			err = damaged(path, err)
		}
	}
	return errors.Join(err, file.Close(), lock.Close())
}

func openBolt(path string, timeout time.Duration) (*boltBackend, error) {
	db, err := bolt.Open(path, 0o600, &bolt.Options{Timeout: timeout, FreelistType: bolt.FreelistMapType})
	if err != nil {
		return nil, openError(path, err)
	}
	b := &boltBackend{db: db, path: path, queue: make(chan *job, maxGroup), ended: make(chan struct{})}
	go b.write()
	return b, nil
}

func openError(path string, err error) error {
	switch {
	case errors.Is(err, berrors.ErrTimeout):
		return fmt.Errorf("%w: another Firstmile process holds %s; stop it, or give this one a data folder of its own", ErrLocked, path)
	case errors.Is(err, berrors.ErrInvalid), errors.Is(err, berrors.ErrChecksum), errors.Is(err, berrors.ErrVersionMismatch),
		errors.Is(err, berrors.ErrInvalidMapping):
		return damaged(path, err)
	case noSpace(err):
		return fmt.Errorf("%w at %s: free some space and start again: %w", ErrFull, path, err)
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("opening the store %s: its folder does not exist; create it: %w", path, err)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("opening the store %s: this user may not read and write it: %w", path, err)
	}
	return fmt.Errorf("opening the store %s: %w", path, err)
}

func damaged(path string, cause error) error {
	return fmt.Errorf("%w: %s; nothing was changed in it: put a backup in its place, or move it away to begin with an empty store: %w",
		ErrCorrupt, path, cause)
}

// noSpace covers a full disk, a quota, and a limit on the size of files.
func noSpace(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EFBIG)
}

// verify reads every record once, so that damage shows now, with a clear message, and not in the middle of a
// conversation. It also refuses a file of a newer schema before anything is written to it. 100 MB take about 0.3 s.
func (b *boltBackend) verify() error {
	return b.guard(func() error {
		return b.db.View(func(t *bolt.Tx) error {
			meta := t.Bucket([]byte(bucketMeta))
			if meta == nil {
				// A new file, or the file of another program.
				if name, _ := t.Cursor().First(); name != nil {
					return damaged(b.path, errors.New("it holds other data"))
				}
				return nil
			}
			if err := checkSchema(b.path, meta.Get([]byte("schema"))); err != nil {
				return err
			}
			return verifyBuckets(b.path, t)
		})
	})
}

func checkSchema(path string, version []byte) error {
	if len(version) != 8 {
		return damaged(path, errors.New("it has no schema version"))
	}
	if v := binary.BigEndian.Uint64(version); v > schema {
		return fmt.Errorf("%w: %s has schema %d, this program knows %d; start the newer program, or give this one a data folder of its own",
			ErrNewer, path, v, schema)
	}
	return nil
}

func verifyBuckets(path string, t *bolt.Tx) error {
	for _, name := range buckets {
		bucket := t.Bucket([]byte(name))
		if bucket == nil {
			return damaged(path, fmt.Errorf("its %s are missing", name))
		}
		err := bucket.ForEach(func(k, v []byte) error { return verifyRecord(name, k, v) })
		if err != nil {
			return damaged(path, fmt.Errorf("in %s: %w", name, err))
		}
	}
	return nil
}

// verifyRecord decodes one record of a bucket.
func verifyRecord(bucket string, k, v []byte) (err error) {
	switch bucket {
	case bucketThreads:
		_, err = decodeHead(v)
	case bucketEvents:
		_, err = decodeEvent(0, v)
	case bucketEffects:
		_, err = decodeEffect("", v)
	case bucketJournal:
		_, err = decodeRecord(0, v)
	case bucketTimers:
		_, err = decodeTimer("", "", v)
	case bucketPeople:
		_, _, err = decodeListing(v)
	case bucketDue:
		_, _, _, err = splitDue(k)
	case bucketOpen:
		_, err = lastN(bucket, k)
	case bucketKeys:
		if len(v) != 8 {
			err = fmt.Errorf("%w: a position of %d bytes", ErrCorrupt, len(v))
		}
	}
	return err
}

// prepare makes the buckets of a new file and counts the opening.
func (db *DB) prepare() error {
	return db.backend.update(func(t tx) error {
		if bt, ok := t.(boltTx); ok {
			for _, name := range buckets {
				if _, err := bt.t.CreateBucketIfNotExists([]byte(name)); err != nil {
					return err
				}
			}
		}
		if b := t.get(bucketMeta, []byte("epoch")); len(b) == 8 {
			db.epoch = binary.BigEndian.Uint64(b)
		}
		db.epoch++
		if err := t.put(bucketMeta, []byte("schema"), binary.BigEndian.AppendUint64(nil, schema)); err != nil {
			return err
		}
		return t.put(bucketMeta, []byte("epoch"), binary.BigEndian.AppendUint64(nil, db.epoch))
	})
}
