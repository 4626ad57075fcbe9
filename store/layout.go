package store

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"strings"
	"time"
)

// schema is the version of the layout below. A file of a higher version is refused; a lower one would be migrated by
// Open.
const schema = 1

// The layout. "thread|n" is the thread's name, a NUL byte, and n as 8 bytes, big-endian, so that keys sort by n. Records are
// encoded by codec.go.
const (
	bucketMeta    = "meta"    // "schema" → version; "epoch" → number of openings
	bucketThreads = "threads" // thread → threadHead
	bucketStates  = "states"  // thread → the planner's state
	bucketEvents  = "events"  // thread|seq → event: time, key, data
	bucketKeys    = "keys"    // thread|key → seq; never removed, so a key stays known for ever
	bucketEffects = "effects" // thread|id → effectRecord
	bucketOpen    = "open"    // thread|journal position → id, for each effect that is not done
	bucketJournal = "journal" // thread|position → journalRecord; data is looked up in events and effects
	bucketTimers  = "timers"  // thread|name → time, data
	bucketDue     = "due"     // time (8 bytes), thread|name → nothing: timers by time
	bucketPending = "pending" // thread → nothing, while it has unread events or open effects
	bucketNotes   = "notes"   // space|key → value
	bucketPeople  = "people"  // person|thread → time, data: the listings
)

var buckets = []string{bucketMeta, bucketThreads, bucketStates, bucketEvents, bucketKeys, bucketEffects, bucketOpen,
	bucketJournal, bucketTimers, bucketDue, bucketPending, bucketNotes, bucketPeople}

// tx is one transaction of a backend. What get and scan hand out is valid only until the next write.
type tx interface {
	get(bucket string, key []byte) []byte // nil if there is none
	put(bucket string, key, value []byte) error
	delete(bucket string, key []byte) error
	// scan visits the keys with the prefix in order, from the key from on (nil: the first). fn must not write.
	scan(bucket string, prefix, from []byte, fn func(key, value []byte) error) error
}

// maxKey bounds the names a caller gives. Two of them and a separator stay far below bbolt's limit of 32,768 bytes.
const maxKey = 1024

// valid checks pairs of what a name is and the name.
func valid(pairs ...string) error {
	for i := 0; i < len(pairs); i += 2 {
		if what, name := pairs[i], pairs[i+1]; name == "" || len(name) > maxKey || strings.IndexByte(name, 0) >= 0 {
			return fmt.Errorf("%w: a %s must have 1 to %d bytes and no NUL, not %d bytes", ErrInvalid, what, maxKey, len(name))
		}
	}
	return nil
}

func (c Commit) valid() error {
	pairs := []string{"thread", c.Thread}
	for _, e := range c.Effects {
		pairs = append(pairs, "effect", e.ID)
	}
	for _, t := range c.Timers {
		pairs = append(pairs, "timer", t.Name)
	}
	if c.Listing != nil {
		pairs = append(pairs, "person", c.Listing.Person)
	}
	if c.Seq < c.Expected {
		return fmt.Errorf("%w: commit goes back from event %d to %d", ErrInvalid, c.Expected, c.Seq)
	}
	return valid(pairs...)
}

func join(a, b string) []byte { return append(append([]byte(a), 0), b...) }

func joinN(a string, n uint64) []byte {
	return binary.BigEndian.AppendUint64(append([]byte(a), 0), n)
}

// split undoes join: the first part never holds a NUL.
func split(key []byte) (a, b string) {
	a, b, _ = strings.Cut(string(key), "\x00")
	return a, b
}

// lastN undoes joinN for a key of the given bucket.
func lastN(bucket string, key []byte) (uint64, error) {
	if len(key) < 9 {
		return 0, fmt.Errorf("%w: key of %d bytes in %s", ErrCorrupt, len(key), bucket)
	}
	return binary.BigEndian.Uint64(key[len(key)-8:]), nil
}

// dueKey sorts timers by time. The sign bit is flipped so that times before 1970 come first.
func dueKey(at time.Time, thread, name string) []byte {
	key := binary.BigEndian.AppendUint64(nil, uint64(at.UnixNano())^(1<<63))
	return append(key, join(thread, name)...)
}

func splitDue(key []byte) (at time.Time, thread, name string, err error) {
	if len(key) < 9 {
		return time.Time{}, "", "", fmt.Errorf("%w: key of %d bytes in %s", ErrCorrupt, len(key), bucketDue)
	}
	thread, name = split(key[8:])
	return time.Unix(0, int64(binary.BigEndian.Uint64(key)^(1<<63))).UTC(), thread, name, nil
}

func clone(b []byte) []byte { return bytes.Clone(b) }

func wrap(doing string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", doing, err)
}

func (db *DB) update(ctx context.Context, fn func(tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return db.backend.update(fn)
}

func (db *DB) view(ctx context.Context, fn func(tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return db.backend.view(fn)
}
