package store

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// Append stores an event in the thread's inbox and returns its position. If the thread ever had an event of that key, nothing
// is stored: the old position is returned and fresh is false. The event is durable when Append returns. Keys beginning
// with "effect:" and "timer:" are those of Finish and Fire.
func (db *DB) Append(ctx context.Context, thread, key string, event []byte) (seq uint64, fresh bool, err error) {
	if err := valid("thread", thread, "event key", key); err != nil {
		return 0, false, err
	}
	if strings.HasPrefix(key, effectPrefix) || strings.HasPrefix(key, timerPrefix) {
		return 0, false, fmt.Errorf("%w: event keys that begin with %q or %q are the store's own", ErrInvalid, effectPrefix, timerPrefix)
	}
	// A repeated delivery is common and needs no write.
	err = db.view(ctx, func(t tx) error {
		seq, _, err = eventByKey(t, thread, key)
		return err
	})
	if err != nil || seq > 0 {
		return seq, false, wrap("appending an event", err)
	}
	err = db.update(ctx, func(t tx) error {
		seq, fresh, err = appendEvent(t, thread, key, event, db.now())
		return err
	})
	return seq, fresh, wrap("appending an event", err)
}

// Load returns the thread's state, unread events, unfinished effects and timers. A thread that was never heard of
// is empty and no error.
func (db *DB) Load(ctx context.Context, thread string) (Thread, error) {
	if err := valid("thread", thread); err != nil {
		return Thread{}, err
	}
	var out Thread
	err := db.view(ctx, func(t tx) error {
		head, err := loadHead(t, thread)
		if err != nil {
			return err
		}
		out = Thread{ID: thread, State: clone(t.get(bucketStates, []byte(thread))), Seq: head.consumed, Head: head.seq}
		if out.Inbox, err = events(t, thread, head.consumed); err != nil {
			return err
		}
		if out.Effects, err = openEffects(t, thread); err != nil {
			return err
		}
		out.Timers, err = timersOf(t, thread)
		return err
	})
	return out, wrap("loading a thread", err)
}

// Commit stores the outcome of a step, all of it or nothing.
func (db *DB) Commit(ctx context.Context, c Commit) error {
	if err := c.valid(); err != nil {
		return err
	}
	err := db.update(ctx, func(t tx) error {
		head, err := loadHead(t, c.Thread)
		if err != nil {
			return err
		}
		switch {
		case head.fence != c.Fence:
			return ErrFence
		case head.consumed != c.Expected:
			return fmt.Errorf("%w: consumed up to event %d, expected %d", ErrConflict, head.consumed, c.Expected)
		case c.Seq > head.seq:
			return fmt.Errorf("%w: commit up to event %d of %d", ErrInvalid, c.Seq, head.seq)
		}
		return commit(t, c, head, db.now())
	})
	return wrap("committing a step", err)
}

// Claim takes the thread for the length of the lease, or, given the fence of an earlier Claim, renews that one. It returns
// ErrClaimed while another worker's lease runs, and ErrFence if the claim to renew was taken over. Claims of a process that has ended
// are void at once.
func (db *DB) Claim(ctx context.Context, thread string, lease time.Duration, fence Fence) (Fence, error) {
	if err := valid("thread", thread); err != nil {
		return 0, err
	}
	var got Fence
	err := db.update(ctx, func(t tx) error {
		head, err := loadHead(t, thread)
		if err != nil {
			return err
		}
		now := db.now()
		held := head.epoch == db.epoch && head.lease.After(now)
		switch {
		case fence != 0 && fence != head.fence:
			return ErrFence
		case fence == 0 && held:
			return ErrClaimed
		case fence == 0:
			head.fence++
		}
		head.lease, head.epoch = now.Add(lease), db.epoch
		got = head.fence
		return head.save(t, thread)
	})
	return got, wrap("claiming a thread", err)
}

// Release ends a claim before its lease does. A claim that was lost already is no error.
func (db *DB) Release(ctx context.Context, thread string, fence Fence) error {
	if err := valid("thread", thread); err != nil {
		return err
	}
	err := db.update(ctx, func(t tx) error {
		head, err := loadHead(t, thread)
		if err != nil || head.fence != fence || fence == 0 {
			return err
		}
		head.lease = time.Time{}
		return head.save(t, thread)
	})
	return wrap("releasing a thread", err)
}

// Start records that the effect is about to be performed and returns which attempt this is, counted from 1. ErrDone
// says that it must not be performed again.
func (db *DB) Start(ctx context.Context, thread string, fence Fence, effect string) (attempt int, err error) {
	if err := valid("thread", thread, "effect", effect); err != nil {
		return 0, err
	}
	err = db.update(ctx, func(t tx) error {
		attempt, err = startEffect(t, thread, fence, effect, db.now())
		return err
	})
	return attempt, wrap("starting an effect", err)
}

// Finish records that the effect is done and appends its result to the thread's inbox under the key "effect:"+ID, in
// one transaction. A nil result appends nothing and gives position 0. The first result counts: finishing again returns its
// position and changes nothing. Finish asks for no fence, because what has happened has happened, whoever holds the thread now.
func (db *DB) Finish(ctx context.Context, thread, effect string, result []byte) (seq uint64, err error) {
	if err := valid("thread", thread, "effect", effect); err != nil {
		return 0, err
	}
	err = db.update(ctx, func(t tx) error {
		seq, err = finishEffect(t, thread, effect, result, db.now())
		return err
	})
	return seq, wrap("finishing an effect", err)
}

// Pending names the threads that have unread events or unfinished effects, sorted: what to take up after a restart.
func (db *DB) Pending(ctx context.Context) ([]string, error) {
	return db.names(ctx, bucketPending)
}

// Threads names every thread, sorted.
func (db *DB) Threads(ctx context.Context) ([]string, error) {
	return db.names(ctx, bucketThreads)
}

func (db *DB) names(ctx context.Context, bucket string) ([]string, error) {
	var names []string
	err := db.view(ctx, func(t tx) error {
		names = nil
		return t.scan(bucket, nil, nil, func(k, _ []byte) error {
			names = append(names, string(k))
			return nil
		})
	})
	return names, wrap("listing threads", err)
}

// Journal returns everything that happened in the thread, in order.
func (db *DB) Journal(ctx context.Context, thread string) ([]Record, error) {
	if err := valid("thread", thread); err != nil {
		return nil, err
	}
	var records []Record
	err := db.view(ctx, func(t tx) (err error) {
		records, err = journal(t, thread)
		return err
	})
	return records, wrap("reading a journal", err)
}

// Due lists the timers whose time has come at now, earliest first, at most limit of them (0 is all).
func (db *DB) Due(ctx context.Context, now time.Time, limit int) ([]Timer, error) {
	var due []Timer
	err := db.view(ctx, func(t tx) (err error) {
		due, err = dueTimers(t, now, limit)
		return err
	})
	return due, wrap("listing timers", err)
}

// Next returns the time of the earliest timer, and false if there is none.
func (db *DB) Next(ctx context.Context) (at time.Time, ok bool, err error) {
	err = db.view(ctx, func(t tx) error {
		at, ok, err = nextTimer(t)
		return err
	})
	return at, ok, wrap("reading the next timer", err)
}

// Fire removes a timer and appends its event to the thread's inbox, in one transaction. A timer that was cancelled,
// moved or fired since it was listed does nothing, and fired is false.
func (db *DB) Fire(ctx context.Context, timer Timer) (seq uint64, fired bool, err error) {
	if err := valid("thread", timer.Thread, "timer", timer.Name); err != nil {
		return 0, false, err
	}
	err = db.update(ctx, func(t tx) error {
		seq, fired, err = fireTimer(t, timer, db.now())
		return err
	})
	return seq, fired, wrap("firing a timer", err)
}
