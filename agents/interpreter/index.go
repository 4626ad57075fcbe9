package interpreter

import (
	"context"
	"fmt"

	"firstmile/glossary/search"
	"firstmile/planner/plan"
)

// index makes what is known findable by words.
func (i *Interpreter) index(ctx context.Context, b plan.Base, k *base) error {
	docs := k.Documents()
	if i.indexes != nil {
		finder, err := i.indexes.Index(ctx, b, docs)
		if err != nil {
			return fmt.Errorf("indexing the project: %w", err)
		}
		k.FindWith(finder)
		return nil
	}
	own, err := search.Open(search.Options{})
	if err != nil {
		return fmt.Errorf("indexing the project: %w", err)
	}
	k.own = own
	if _, err := own.Sync(ctx, docs); err != nil {
		k.close()
		return fmt.Errorf("indexing the project: %w", err)
	}
	k.FindWith(own)
	return nil
}

// close frees an index of its own; one in memory has nothing to lose.
func (b *base) close() {
	if b.own != nil {
		_ = b.own.Close()
	}
}
