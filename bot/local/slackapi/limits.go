package slackapi

import (
	"net/http"
	"sync"
	"time"
)

// Limits are the rate limits of the Web API. The zero value has none.
type Limits struct {
	// PostEvery is how much time a message to one channel costs (Slack: 1 s). Zero: no limit.
	PostEvery time.Duration
	// PostBurst is how many messages may come at once after a pause. Zero means 1.
	PostBurst int
	// Tiers applies the documented tiers per method and token: 1, 20, 50 and 100 calls a minute.
	Tiers bool
}

// perMinute is the number of calls a tier allows (https://docs.slack.dev/apis/web-api/rate-limits).
var perMinute = [...]int{1: 1, 2: 20, 3: 50, 4: 100}

// limiter holds a token bucket per key, kept as the moment at which the bucket is full again.
type limiter struct {
	limits Limits
	clock  func() time.Time
	mu     sync.Mutex
	full   map[string]time.Time
}

func newLimiter(l Limits, clock func() time.Time) *limiter {
	return &limiter{limits: l, clock: clock, full: map[string]time.Time{}}
}

func (l *limiter) check(c *call, tier int) error {
	if l.limits.Tiers && tier > 0 {
		n := perMinute[tier]
		if err := l.take(c.name+" "+c.who.user, time.Minute/time.Duration(n), n); err != nil {
			return err
		}
	}
	if l.limits.PostEvery > 0 && c.name == "chat.postMessage" {
		return l.take("post "+c.who.user+" "+c.args["channel"], l.limits.PostEvery, max(l.limits.PostBurst, 1))
	}
	return nil
}

func (l *limiter) take(key string, every time.Duration, burst int) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.clock()
	full := l.full[key]
	if full.Before(now) {
		full = now
	}
	next := full.Add(every)
	if wait := next.Sub(now) - every*time.Duration(burst); wait > 0 {
		return &apiError{Code: "ratelimited", Status: http.StatusTooManyRequests, Retry: wait}
	}
	l.full[key] = next
	return nil
}
