package store_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"firstmile/store"
)

// BenchmarkAppend measures durable appends: one event after the other, and from 64 goroutines.
func BenchmarkAppend(b *testing.B) {
	event := make([]byte, 500)
	for _, writers := range []int{1, 64} {
		b.Run(fmt.Sprintf("writers=%d", writers), func(b *testing.B) {
			db := open(b, file(b), store.Options{})
			var next atomic.Int64
			var wg sync.WaitGroup
			for range writers {
				wg.Go(func() {
					for i := next.Add(1); i <= int64(b.N); i = next.Add(1) {
						if _, _, err := db.Append(background, fmt.Sprint(i%100), fmt.Sprint(i), event); err != nil {
							b.Error(err)
							return
						}
					}
				})
			}
			wg.Wait()
		})
	}
}

// BenchmarkStep is one turn of the driver: an event arrives, is loaded, and committed with an effect that is started and finished.
func BenchmarkStep(b *testing.B) {
	for name, db := range map[string]*store.DB{"bolt": open(b, file(b), store.Options{}), "memory": store.NewMemory(store.Options{})} {
		b.Run(name, func(b *testing.B) {
			n := 0
			for b.Loop() {
				n++
				thread := fmt.Sprint(n % 50)
				_, _, err := db.Append(background, thread, fmt.Sprint(n), []byte("event"))
				check(b, err)
				t, err := db.Load(background, thread)
				check(b, err)
				check(b, db.Commit(background, store.Commit{Thread: thread, Expected: t.Seq, Seq: t.Head, State: make([]byte, 2000),
					Effects: []store.Effect{{ID: fmt.Sprint(n), Kind: "say", Data: make([]byte, 300)}}}))
				_, err = db.Start(background, thread, 0, fmt.Sprint(n))
				check(b, err)
				_, err = db.Finish(background, thread, fmt.Sprint(n), nil)
				check(b, err)
			}
		})
	}
}

func check(b *testing.B, err error) {
	if err != nil {
		b.Fatal(err)
	}
}
