package workbench

import (
	"context"
	"errors"
	"sync"
	"testing"
)

// TestLazy: made once for all who ask; whoever comes after one that was interrupted makes it anew.
func TestLazy(t *testing.T) {
	var l lazy[int]
	if _, err := l.get(func() (int, error) { return 1, context.Canceled }); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	made := 0
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if got, err := l.get(func() (int, error) { made++; return 2, nil }); got != 2 || err != nil {
				t.Errorf("%d, %v", got, err)
			}
		})
	}
	all.Wait()
	if made != 1 {
		t.Errorf("made %d times", made)
	}
}
