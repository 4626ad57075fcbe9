package store

import (
	"errors"
	"time"
)

// setTimer stores the timer in place of one of the same name; the caller saves the head.
func (h *threadHead) setTimer(t tx, thread string, timer Timer, now time.Time) error {
	if err := cancelTimer(t, thread, timer.Name); err != nil {
		return err
	}
	if err := t.put(bucketTimers, join(thread, timer.Name), encodeTimer(timer)); err != nil {
		return err
	}
	if err := t.put(bucketDue, dueKey(timer.At, thread, timer.Name), []byte{}); err != nil {
		return err
	}
	return h.log(t, thread, Record{At: now, Kind: RecordTimer, Key: timer.Name})
}

func cancelTimer(t tx, thread, name string) error {
	old, ok, err := timer(t, thread, name)
	if err != nil || !ok {
		return err
	}
	if err := t.delete(bucketDue, dueKey(old.At, thread, name)); err != nil {
		return err
	}
	return t.delete(bucketTimers, join(thread, name))
}

func timer(t tx, thread, name string) (Timer, bool, error) {
	b := t.get(bucketTimers, join(thread, name))
	if b == nil {
		return Timer{}, false, nil
	}
	found, err := decodeTimer(thread, name, b)
	return found, true, err
}

func timersOf(t tx, thread string) ([]Timer, error) {
	var timers []Timer
	err := t.scan(bucketTimers, join(thread, ""), nil, func(k, v []byte) error {
		_, name := split(k)
		found, err := decodeTimer(thread, name, v)
		timers = append(timers, found)
		return err
	})
	return timers, err
}

// errEnough ends a scan.
var errEnough = errors.New("enough")

func dueTimers(t tx, now time.Time, limit int) ([]Timer, error) {
	var due []Timer
	err := t.scan(bucketDue, nil, nil, func(k, _ []byte) error {
		at, thread, name, err := splitDue(k)
		if err != nil {
			return err
		}
		if at.After(now) || limit > 0 && len(due) == limit {
			return errEnough
		}
		due = append(due, Timer{Thread: thread, Name: name, At: at})
		return nil
	})
	if err != nil && !errors.Is(err, errEnough) {
		return nil, err
	}
	for i, d := range due {
		full, _, err := timer(t, d.Thread, d.Name)
		if err != nil {
			return nil, err
		}
		due[i].Data = full.Data
	}
	return due, nil
}

func nextTimer(t tx) (at time.Time, ok bool, err error) {
	err = t.scan(bucketDue, nil, nil, func(k, _ []byte) error {
		if at, _, _, err = splitDue(k); err != nil {
			return err
		}
		ok = true
		return errEnough
	})
	if errors.Is(err, errEnough) {
		err = nil
	}
	return at, ok, err
}

func fireTimer(t tx, listed Timer, now time.Time) (seq uint64, fired bool, err error) {
	stored, ok, err := timer(t, listed.Thread, listed.Name)
	if err != nil || !ok || !stored.At.Equal(listed.At) {
		return 0, false, err
	}
	head, err := loadHead(t, listed.Thread)
	if err != nil {
		return 0, false, err
	}
	if err := cancelTimer(t, listed.Thread, listed.Name); err != nil {
		return 0, false, err
	}
	if seq, _, err = head.append(t, listed.Thread, timerKey(stored), stored.Data, now); err != nil {
		return 0, false, err
	}
	return seq, true, head.save(t, listed.Thread)
}
