package store

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"sync"
)

// NewMemory returns a store that lives in memory only: the same rules as Open's, no file, no WriteTo.
func NewMemory(o Options) *DB {
	return &DB{backend: &memory{shelves: map[string]*sorted{}}, now: o.clock(), epoch: 1}
}

// memory is a backend of sorted slices. A failed update is undone entry by entry.
type memory struct {
	mu      sync.RWMutex
	closed  bool
	shelves map[string]*sorted // by bucket, and within the large ones by thread
	undo    []func()           // of the update under way
}

// byThread are the buckets that grow with every event and are only ever read one thread at a time.
var byThread = map[string]bool{bucketEvents: true, bucketKeys: true, bucketEffects: true, bucketOpen: true, bucketJournal: true}

// shelf finds where a key, or a prefix that names its thread, belongs.
func (m *memory) shelf(bucket string, key []byte) *sorted {
	if s := m.shelves[shelfName(bucket, key)]; s != nil {
		return s
	}
	return &sorted{}
}

func shelfName(bucket string, key []byte) string {
	if !byThread[bucket] {
		return bucket
	}
	thread, _ := split(key)
	return bucket + "\x00" + thread
}

// keep is shelf for writing: it makes the shelf.
func (m *memory) keep(bucket string, key []byte) *sorted {
	s := m.shelf(bucket, key)
	m.shelves[shelfName(bucket, key)] = s
	return s
}

type entry struct{ key, value []byte }

type sorted []entry

func (s *sorted) find(key []byte) (int, bool) {
	return slices.BinarySearchFunc(*s, key, func(e entry, key []byte) int { return bytes.Compare(e.key, key) })
}

func (m *memory) update(fn func(tx) error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return ErrClosed
	}
	m.undo = nil
	err := fn(m)
	if err != nil {
		for _, undo := range slices.Backward(m.undo) {
			undo()
		}
	}
	return err
}

func (m *memory) view(fn func(tx) error) error {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if m.closed {
		return ErrClosed
	}
	return fn(m)
}

func (m *memory) backup(io.Writer) (int64, error) {
	return 0, errors.New("a store in memory has no backup")
}

func (m *memory) close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.closed = true
	return nil
}

func (m *memory) get(bucket string, key []byte) []byte {
	s := m.shelf(bucket, key)
	if i, ok := s.find(key); ok {
		return (*s)[i].value
	}
	return nil
}

func (m *memory) put(bucket string, key, value []byte) error {
	s := m.keep(bucket, key)
	value = append([]byte{}, value...) // a copy, and never nil: nil means that there is none
	i, ok := s.find(key)
	if ok {
		old := (*s)[i].value
		m.undo = append(m.undo, func() { s.set(key, old) })
		(*s)[i].value = value
		return nil
	}
	m.undo = append(m.undo, func() { s.remove(key) })
	*s = slices.Insert(*s, i, entry{bytes.Clone(key), value})
	return nil
}

func (m *memory) delete(bucket string, key []byte) error {
	s := m.shelf(bucket, key)
	if i, ok := s.find(key); ok {
		old := (*s)[i]
		m.undo = append(m.undo, func() {
			i, _ := s.find(old.key)
			*s = slices.Insert(*s, i, old)
		})
		s.remove(key)
	}
	return nil
}

func (s *sorted) set(key, value []byte) {
	if i, ok := s.find(key); ok {
		(*s)[i].value = value
	}
}

func (s *sorted) remove(key []byte) {
	if i, ok := s.find(key); ok {
		*s = slices.Delete(*s, i, i+1)
	}
}

func (m *memory) scan(bucket string, prefix, from []byte, fn func(k, v []byte) error) error {
	if from == nil {
		from = prefix
	}
	s := *m.shelf(bucket, prefix)
	i, _ := slices.BinarySearchFunc(s, from, func(e entry, key []byte) int { return bytes.Compare(e.key, key) })
	for ; i < len(s) && bytes.HasPrefix(s[i].key, prefix); i++ {
		if err := fn(s[i].key, s[i].value); err != nil {
			return err
		}
	}
	return nil
}
