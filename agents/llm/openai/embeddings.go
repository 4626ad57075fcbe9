package openai

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/sashabaranov/go-openai"

	"firstmile/planner/plan"
)

// Embeddings turns texts into vectors at an address. It is a search.Embedder, and safe for use by several goroutines. What it
// returns is kept by the index under the hash of each text, so no text is sent twice.
type Embeddings struct {
	model      string
	dimensions int
	client     *openai.Client
}

// NewEmbeddings makes a client. c.Model is the embedding model. dimensions asks the server for shorter vectors, which only some
// models can give; 0: as the model has them. Nothing is sent before the first call.
func NewEmbeddings(c Config, dimensions int) (*Embeddings, error) {
	chat, err := New(c)
	if err != nil {
		return nil, err
	}
	return &Embeddings{model: c.Model, dimensions: max(dimensions, 0), client: chat.client}, nil
}

// Name implements search.Embedder.
func (e *Embeddings) Name() string { return "openai " + e.model + " " + strconv.Itoa(e.dimensions) }

// embedAtOnce is how many texts go into one call: the answer must stay below maxBody, and 64 vectors of 3,072 numbers are about 3 MB.
const embedAtOnce = 64

// Embed implements search.Embedder. Its errors are failures, except the context's own.
func (e *Embeddings) Embed(ctx context.Context, texts []string) ([][]float32, error) {
	out := make([][]float32, 0, len(texts))
	for chunk := range slices.Chunk(texts, embedAtOnce) {
		vectors, err := e.embed(ctx, chunk)
		if err != nil {
			return nil, err
		}
		out = append(out, vectors...)
	}
	return out, nil
}

var errVectors = errors.New("not one vector for each text")

func (e *Embeddings) embed(ctx context.Context, texts []string) ([][]float32, error) {
	res, err := e.client.CreateEmbeddings(ctx, openai.EmbeddingRequest{Input: texts, Model: openai.EmbeddingModel(e.model), Dimensions: e.dimensions})
	if err != nil {
		return nil, failure(ctx, err)
	}
	out := make([][]float32, len(texts))
	for _, d := range res.Data { // in any order
		if d.Index < 0 || d.Index >= len(out) || out[d.Index] != nil || len(d.Embedding) == 0 {
			return nil, odd(fmt.Errorf("%w: number %d of %d", errVectors, d.Index, len(out)))
		}
		out[d.Index] = d.Embedding
	}
	if len(res.Data) != len(texts) {
		return nil, odd(fmt.Errorf("%w: %d for %d", errVectors, len(res.Data), len(texts)))
	}
	return out, nil
}

func odd(err error) error {
	return plan.NewFailure(plan.Refused, "model_odd_vectors", "The embedding model's server gave something else than vectors.", err)
}
