package workbench

import "sync"

// lazy is a value that is made when it is first asked for, and then shared. A making that failed is tried again by the next
// who asks, so that nobody is given another's interruption. The zero value is ready.
type lazy[T any] struct {
	mu    sync.Mutex
	made  bool
	value T
}

func (l *lazy[T]) get(make func() (T, error)) (T, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.made {
		return l.value, nil
	}
	value, err := make()
	if err == nil {
		l.value, l.made = value, true
	}
	return value, err
}
