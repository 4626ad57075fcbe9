package search

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// inParallel runs as many workers as there are processors. Each takes the numbers below n that next gives it until there are no more.
func inParallel(n int, worker func(next func() (int, bool))) {
	var at atomic.Int64
	next := func() (int, bool) {
		i := int(at.Add(1)) - 1
		return i, i < n
	}
	if n < 2 {
		worker(next)
		return
	}
	var wg sync.WaitGroup
	for range min(n, runtime.GOMAXPROCS(0)) {
		wg.Go(func() { worker(next) })
	}
	wg.Wait()
}
