package store

import (
	"context"
	"io"
	"slices"
)

// Put stores a value under a key of a space ("watermarks", "feedback", …), replacing an earlier one.
func (db *DB) Put(ctx context.Context, space, key string, value []byte) error {
	if err := valid("space", space, "key", key); err != nil {
		return err
	}
	err := db.update(ctx, func(t tx) error { return t.put(bucketNotes, join(space, key), value) })
	return wrap("storing a note", err)
}

// Get returns the value of a key, and false if there is none.
func (db *DB) Get(ctx context.Context, space, key string) (value []byte, ok bool, err error) {
	if err := valid("space", space, "key", key); err != nil {
		return nil, false, err
	}
	err = db.view(ctx, func(t tx) error {
		v := t.get(bucketNotes, join(space, key))
		value, ok = clone(v), v != nil
		return nil
	})
	return value, ok, wrap("reading a note", err)
}

// Delete removes a key; an unknown one is no error.
func (db *DB) Delete(ctx context.Context, space, key string) error {
	if err := valid("space", space, "key", key); err != nil {
		return err
	}
	err := db.update(ctx, func(t tx) error { return t.delete(bucketNotes, join(space, key)) })
	return wrap("deleting a note", err)
}

// Scan calls fn for every key of a space that begins with prefix, in the order of the keys, until fn returns an error,
// which it passes on. fn must not call the store; it may keep value.
func (db *DB) Scan(ctx context.Context, space, prefix string, fn func(key string, value []byte) error) error {
	if err := valid("space", space); err != nil {
		return err
	}
	err := db.view(ctx, func(t tx) error {
		return t.scan(bucketNotes, append(join(space, ""), prefix...), nil, func(k, v []byte) error {
			_, key := split(k)
			return fn(key, clone(v))
		})
	})
	return wrap("reading notes", err)
}

// Requests lists a person's threads (see Commit.Listing), those changed last first, at most limit of them (0 is all).
func (db *DB) Requests(ctx context.Context, person string, limit int) ([]Listing, error) {
	if err := valid("person", person); err != nil {
		return nil, err
	}
	var list []Listing
	err := db.view(ctx, func(t tx) error {
		list = nil
		return t.scan(bucketPeople, join(person, ""), nil, func(k, v []byte) error {
			_, thread := split(k)
			at, data, err := decodeListing(v)
			list = append(list, Listing{Person: person, Thread: thread, At: at, Data: data})
			return err
		})
	})
	slices.SortStableFunc(list, func(a, b Listing) int { return b.At.Compare(a.At) })
	if limit > 0 && len(list) > limit {
		list = list[:limit]
	}
	return list, wrap("listing requests", err)
}

// WriteTo writes a consistent copy of the store, which Open can read, while the store stays in use.
func (db *DB) WriteTo(w io.Writer) (int64, error) {
	n, err := db.backend.backup(w)
	return n, wrap("writing a backup", err)
}

// Close ends the store after the transactions under way.
func (db *DB) Close() error { return wrap("closing the store", db.backend.close()) }
