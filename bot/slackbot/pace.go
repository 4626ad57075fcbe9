package slackbot

import (
	"context"
	"sync"
	"time"
)

// pace spaces messages to one channel. Slots are given out in the order they are asked for.
type pace struct {
	every time.Duration
	mu    sync.Mutex
	next  map[string]time.Time
}

// wait blocks until the channel may get its next message.
func (p *pace) wait(ctx context.Context, channel string) error {
	if p.every <= 0 {
		return nil
	}
	p.mu.Lock()
	now := time.Now()
	for c, t := range p.next {
		if t.Before(now) {
			delete(p.next, c)
		}
	}
	slot := p.next[channel]
	if slot.Before(now) {
		slot = now
	}
	p.next[channel] = slot.Add(p.every)
	p.mu.Unlock()
	return sleep(ctx, slot.Sub(now))
}

// sleep waits, or returns the context's error.
func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
