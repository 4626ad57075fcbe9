package search

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
)

// embedBatch is how many texts an embedder gets at a time.
const embedBatch = 128

// embed gives every document its vector. An embedder that fails leaves documents without, which are then found by words.
func (x *Index) embed(ctx context.Context, s *state) (embedded, missing int, err error) {
	var todo []int
	for i := range s.docs {
		if v, ok := x.storage.known[s.rowSums[i]]; ok {
			s.rows[i] = v
		} else {
			todo = append(todo, i)
		}
	}
	more := map[sum][]float32{}
	for chunk := range slices.Chunk(append([]int{}, todo...), embedBatch) {
		if err := ctx.Err(); err != nil {
			return 0, 0, err
		}
		texts := make([]string, len(chunk))
		for k, i := range chunk {
			texts[k] = embedText(s.docs[i])
		}
		vectors, err := x.vectorsOf(ctx, texts)
		if err != nil {
			if ctx.Err() != nil {
				return 0, 0, ctx.Err()
			}
			x.log.Warn("texts could not be embedded; they are found by their words", "embedder", x.embedder.Name(), "why", err.Error())
			break // one failure is likely followed by the next: the rest waits for the next Sync
		}
		for k, i := range chunk {
			s.rows[i] = vectors[k]
			more[s.rowSums[i]] = vectors[k]
		}
	}
	for i := range s.rows {
		if s.rows[i] == nil {
			missing++
		}
	}
	return len(todo) - missing, missing, x.remember(s, more)
}

// remember writes new vectors, and writes the file anew when most of it has become useless.
func (x *Index) remember(s *state, more map[sum][]float32) error {
	st := x.storage
	for k, v := range more {
		st.known[k] = v
	}
	if !st.vectors.wasteful(len(more), len(s.docs)) {
		return st.vectors.add(more)
	}
	used := make(map[sum][]float32, len(s.docs))
	for i, v := range s.rows {
		if v != nil {
			used[s.rowSums[i]] = v
		}
	}
	st.known = used
	return st.vectors.rewrite(used)
}

var errEmbedder = errors.New("the embedder gave something else than a vector for each text")

// vectorsOf asks the embedder and holds its answer to what was asked.
func (x *Index) vectorsOf(ctx context.Context, texts []string) ([][]float32, error) {
	vectors, err := x.embedder.Embed(ctx, texts)
	if err != nil {
		return nil, err
	}
	if len(vectors) != len(texts) {
		return nil, fmt.Errorf("%w: %d for %d", errEmbedder, len(vectors), len(texts))
	}
	for _, v := range vectors {
		if len(v) == 0 || len(v) > maxDimensions || len(v) != len(vectors[0]) {
			return nil, fmt.Errorf("%w: one of length %d", errEmbedder, len(v))
		}
		normalize(v)
	}
	return vectors, nil
}

// queryCache remembers the vectors of the latest queries, so that a repeated one costs no call.
type queryCache struct {
	mu    sync.Mutex
	by    map[string][]float32
	order []string
}

const maxQueries = 256

func (c *queryCache) get(q string) ([]float32, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	v, ok := c.by[q]
	return v, ok
}

func (c *queryCache) put(q string, v []float32) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.by == nil {
		c.by = map[string][]float32{}
	}
	if _, ok := c.by[q]; !ok {
		c.order = append(c.order, q)
	}
	c.by[q] = v
	if len(c.order) > maxQueries {
		delete(c.by, c.order[0])
		c.order = c.order[1:]
	}
}

// queryVector is the vector of a query, nil when there is none.
func (x *Index) queryVector(ctx context.Context, text string) []float32 {
	if v, ok := x.queries.get(text); ok {
		return v
	}
	vectors, err := x.vectorsOf(ctx, []string{text})
	if err != nil {
		x.log.Warn("a query could not be embedded; it is answered by its words", "embedder", x.embedder.Name(), "why", err.Error())
		return nil
	}
	x.queries.put(text, vectors[0])
	return vectors[0]
}
