package slackbot

import (
	"context"
	"hash/fnv"
	"log/slog"
	"sync"
)

const (
	laneCount = 8
	laneDepth = 512
)

// job is something that arrived. do returns nil when it is safely handed over; then ack runs.
type job struct {
	what string // for the log
	do   func(ctx context.Context) error
	ack  func(ctx context.Context)
}

// lanes work off what arrived without ever making the socket wait. Jobs with the same key run in order. When a lane
// is full or a job fails, nothing is lost: it is not acknowledged, so Slack sends it again, and missed is told.
type lanes struct {
	log    *slog.Logger
	missed func()
	queues [laneCount]chan job
}

func newLanes(log *slog.Logger, missed func()) *lanes {
	l := &lanes{log: log, missed: missed}
	for i := range l.queues {
		l.queues[i] = make(chan job, laneDepth)
	}
	return l
}

// put queues a job; false when the lane is full.
func (l *lanes) put(key string, j job) bool {
	h := fnv.New32a()
	h.Write([]byte(key)) // a hash never returns an error
	select {
	case l.queues[h.Sum32()%laneCount] <- j:
		return true
	default:
		l.log.Warn("too much arrives at once: an event waits for Slack to repeat it", "what", j.what)
		l.missed()
		return false
	}
}

// run works until ctx ends.
func (l *lanes) run(ctx context.Context) {
	var all sync.WaitGroup
	for _, q := range l.queues {
		all.Go(func() {
			for {
				select {
				case <-ctx.Done():
					return
				case j := <-q:
					l.one(ctx, j)
				}
			}
		})
	}
	all.Wait()
}

func (l *lanes) one(ctx context.Context, j job) {
	if err := j.do(ctx); err != nil {
		if ctx.Err() == nil {
			l.log.Error("an event could not be taken in", "what", j.what, "err", err)
			l.missed()
		}
		return
	}
	if j.ack != nil {
		j.ack(ctx)
	}
}
