package config

import (
	"strconv"
	"strings"
)

// Embeddings is the model that turns texts into vectors for finding things. The zero Embeddings is none: things are then found
// by their words and by likeness of spelling.
type Embeddings struct {
	// Model is where it is and what it is called: FIRSTMILE_EMBEDDINGS at the address and with the key of the language model.
	Model
	// Size is FIRSTMILE_EMBEDDINGS_SIZE, the length of the vectors, for models that can give shorter ones; 0: as the model has them.
	Size int
}

// LoadEmbeddings reads the embedding model from the environment. The error is a Problems.
func LoadEmbeddings(getenv func(string) string) (Embeddings, error) {
	name := strings.TrimSpace(getenv("FIRSTMILE_EMBEDDINGS"))
	if name == "" {
		return Embeddings{}, nil
	}
	l := &loader{getenv: func(key string) string {
		if key == "FIRSTMILE_MODEL" {
			return name
		}
		return getenv(key)
	}}
	e := Embeddings{Model: l.model()}
	if text := getenv("FIRSTMILE_EMBEDDINGS_SIZE"); text != "" {
		size, err := strconv.Atoi(text)
		if err != nil || size < 1 || size > maxEmbeddings {
			l.problem("FIRSTMILE_EMBEDDINGS_SIZE is %q, not a number from 1 to %d", text, maxEmbeddings)
		}
		e.Size = size
	}
	if len(l.problems) > 0 {
		for i, p := range l.problems {
			l.problems[i] = strings.ReplaceAll(p, "FIRSTMILE_MODEL", "FIRSTMILE_EMBEDDINGS")
		}
		return Embeddings{}, l.problems
	}
	return e, nil
}

// maxEmbeddings is longer than any embedding model's vectors today.
const maxEmbeddings = 8192
