package search

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
)

// Options of an index.
type Options struct {
	// Dir is the folder that the index is kept in; empty: in memory.
	Dir string
	// Embedder makes the vectors; nil: Hashed.
	Embedder Embedder
	// Log gets a line when a folder is built anew and when an embedder fails; nil: none.
	Log *slog.Logger
}

// Index finds documents. Safe for use by several goroutines: who searches while documents change finds the old ones.
type Index struct {
	trade    *trade
	embedder Embedder
	log      *slog.Logger

	syncing sync.Mutex // one Sync at a time; guards storage
	storage *storage
	closed  bool

	state   atomic.Pointer[state]
	queries queryCache
	cuts    cuts
}

// state is the documents at one moment. Nothing changes it.
type state struct {
	docs     []*Document // by ref
	place    map[string]int
	held     []held
	rows     [][]float32 // a document's vector, or nil
	rowSums  []sum
	total    [fields]uint64
	parents  [][]int
	children [][]int
	words    *vocabulary
}

// Open opens the index in a folder, or a new one. It holds nothing before the first Sync. A folder that is damaged or of another
// version is emptied; one that is in use gives ErrInUse.
func Open(o Options) (*Index, error) {
	t, err := loadTrade()
	if err != nil {
		return nil, err
	}
	x := &Index{trade: t, embedder: o.Embedder, log: o.Log}
	if x.embedder == nil {
		x.embedder = &Hashed{t}
	}
	if x.log == nil {
		x.log = slog.New(slog.DiscardHandler)
	}
	if x.storage, err = openStorage(o.Dir, x.embedder.Name(), x.log); err != nil {
		return nil, err
	}
	x.state.Store(&state{place: map[string]int{}, words: newVocabulary(x.storage.words)})
	return x, nil
}

// Close waits until everything is on disk and lets go of the folder. Nothing may be asked of the index after it; closing it
// twice is fine.
func (x *Index) Close() error {
	x.syncing.Lock()
	defer x.syncing.Unlock()
	if x.closed {
		return nil
	}
	x.closed = true
	return x.storage.close()
}

// Len is the number of documents.
func (x *Index) Len() int { return len(x.state.Load().docs) }

// Changes says what a Sync had to do.
type Changes struct {
	Indexed int // documents that were new or had changed
	Removed int
	// Embedded vectors were made, the others known from before. Missing ones could not be made: these documents are found by
	// words only until a later Sync.
	Embedded, Missing int
}

// Sync makes the index hold exactly these documents, of which only those that differ cost anything. The index keeps the
// documents; the caller must not change them any more. Of two with one ref the first counts. When it fails halfway, what was
// indexed stays indexed and the next Sync goes on from there.
func (x *Index) Sync(ctx context.Context, docs []Document) (Changes, error) {
	x.syncing.Lock()
	defer x.syncing.Unlock()
	old := x.state.Load()
	next := arrange(docs)
	changed := next.compare(old, x.storage.manifest)
	var c Changes
	var err error
	if c.Removed, err = x.index(ctx, next, changed); err != nil {
		return c, err
	}
	c.Indexed = len(changed)
	if c.Embedded, c.Missing, err = x.embed(ctx, next); err != nil {
		return c, err
	}
	next.connect()
	next.words = old.words
	if c.Indexed > 0 || old.words == nil || len(old.docs) == 0 {
		next.words = newVocabulary(x.storage.words)
	}
	x.state.Store(next)
	return c, nil
}

// arrange puts documents in the order of their refs.
func arrange(docs []Document) *state {
	s := &state{docs: make([]*Document, 0, len(docs)), place: make(map[string]int, len(docs))}
	for i := range docs {
		s.docs = append(s.docs, &docs[i])
	}
	slices.SortStableFunc(s.docs, func(a, b *Document) int { return cmp.Compare(a.Ref, b.Ref) })
	s.docs = slices.CompactFunc(s.docs, func(a, b *Document) bool { return a.Ref == b.Ref })
	for i, d := range s.docs {
		s.place[d.Ref] = i
	}
	s.held, s.rows, s.rowSums = make([]held, len(s.docs)), make([][]float32, len(s.docs)), make([]sum, len(s.docs))
	return s
}

// compare fills in what is known of each document and returns the places of those that the index does not hold as they are.
func (s *state) compare(old *state, m manifest) []int {
	differs := make([]bool, len(s.docs))
	inParallel(len(s.docs), func(next func() (int, bool)) {
		h := newHasher()
		for i, ok := next(); ok; i, ok = next() {
			d := s.docs[i]
			if j, ok := old.place[d.Ref]; ok && same(old.docs[j], d) {
				s.held[i], s.rowSums[i] = old.held[j], old.rowSums[j]
				continue
			}
			s.held[i].sum, s.rowSums[i] = h.document(d), h.embedded(d)
			known, ok := m[d.Ref]
			if differs[i] = !ok || known.sum != s.held[i].sum; !differs[i] {
				s.held[i].lengths = known.lengths
			}
		}
	})
	var changed []int
	for i, d := range differs {
		if d {
			changed = append(changed, i)
		}
	}
	return changed
}

// batchSize bounds how many documents are in memory as words at a time.
const batchSize = 500

// index writes what changed and takes out what is gone, and returns how many these were.
func (x *Index) index(ctx context.Context, s *state, changed []int) (removed int, err error) {
	m := x.storage.manifest
	var gone []string
	for ref := range m {
		if _, ok := s.place[ref]; !ok {
			gone = append(gone, ref)
		}
	}
	if len(changed) == 0 && len(gone) == 0 {
		return 0, nil
	}
	next := make(manifest, len(s.docs))
	for ref, h := range m {
		if _, ok := s.place[ref]; ok {
			next[ref] = h
		}
	}
	first := true
	for chunk := range slices.Chunk(append([]int{}, changed...), batchSize) {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		x.storage.words.flush() // so that what waits for the disk does not pile up in memory
		words := x.analyze(s, chunk)
		for k, i := range chunk {
			s.held[i].lengths = words[k].lengths()
			next[s.docs[i].Ref] = s.held[i]
		}
		var out []string
		if first {
			out, first = gone, false
		}
		if err := x.storage.write(s, chunk, words, out, next); err != nil {
			return 0, err
		}
	}
	if first { // only removals
		if err := x.storage.write(s, nil, nil, gone, next); err != nil {
			return 0, err
		}
	}
	return len(gone), nil
}

// write commits documents, removals and the manifest that says so in one transaction.
func (s *storage) write(st *state, places []int, words []fieldWords, gone []string, m manifest) error {
	b := s.words.index.NewBatch()
	for k, i := range places {
		if err := addTo(b, st.docs[i], &words[k]); err != nil {
			return fmt.Errorf("indexing %s: %w", st.docs[i].Ref, err)
		}
	}
	for _, ref := range gone {
		b.Delete(ref)
	}
	b.SetInternal([]byte(manifestName), m.encode())
	if err := s.words.commit(b); err != nil {
		return fmt.Errorf("writing the index of words: %w", err)
	}
	s.manifest = m
	return nil
}

// analyze cuts documents into the words of their fields.
func (x *Index) analyze(s *state, places []int) []fieldWords {
	out := make([]fieldWords, len(places))
	inParallel(len(places), func(next func() (int, bool)) {
		a := newAnalyzer(x.trade)
		for k, ok := next(); ok; k, ok = next() {
			out[k] = a.document(s.docs[places[k]])
		}
	})
	return out
}

// connect works out lineage and the lengths of fields.
func (s *state) connect() {
	s.parents, s.children = make([][]int, len(s.docs)), make([][]int, len(s.docs))
	for i, d := range s.docs {
		for _, ref := range d.Parents {
			if j, ok := s.place[ref]; ok && j != i {
				s.parents[i] = append(s.parents[i], j)
				s.children[j] = append(s.children[j], i)
			}
		}
		for f, n := range s.held[i].lengths {
			s.total[f] += uint64(n)
		}
	}
}
