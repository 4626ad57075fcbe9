package store

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"time"
)

// The rules of the verbs, over any backend's transaction. They check before they write.

// effectKey and timerKey name the events that the store itself appends. Append refuses keys that begin like them.
const (
	effectPrefix = "effect:"
	timerPrefix  = "timer:"
)

func timerKey(t Timer) string {
	return timerPrefix + t.Name + "@" + strconv.FormatInt(t.At.UnixNano(), 10)
}

func loadHead(t tx, thread string) (threadHead, error) {
	b := t.get(bucketThreads, []byte(thread))
	if b == nil {
		return threadHead{}, nil
	}
	return decodeHead(b)
}

func (h threadHead) save(t tx, thread string) error {
	if err := t.put(bucketThreads, []byte(thread), h.encode()); err != nil {
		return err
	}
	if h.seq > h.consumed || h.open > 0 {
		return t.put(bucketPending, []byte(thread), []byte{})
	}
	return t.delete(bucketPending, []byte(thread))
}

// log adds a line to the journal; the caller saves the head.
func (h *threadHead) log(t tx, thread string, r Record) error {
	h.journal++
	return t.put(bucketJournal, joinN(thread, h.journal), encodeRecord(r))
}

func eventByKey(t tx, thread, key string) (seq uint64, ok bool, err error) {
	b := t.get(bucketKeys, join(thread, key))
	if b == nil {
		return 0, false, nil
	}
	if len(b) != 8 {
		return 0, false, fmt.Errorf("%w: an event's key with %d bytes", ErrCorrupt, len(b))
	}
	return binary.BigEndian.Uint64(b), true, nil
}

func appendEvent(t tx, thread, key string, data []byte, now time.Time) (seq uint64, fresh bool, err error) {
	head, err := loadHead(t, thread)
	if err != nil {
		return 0, false, err
	}
	if seq, fresh, err = head.append(t, thread, key, data, now); err != nil || !fresh {
		return seq, false, err
	}
	return seq, true, head.save(t, thread)
}

// append stores the event unless its key is known; the caller saves the head.
func (h *threadHead) append(t tx, thread, key string, data []byte, now time.Time) (seq uint64, fresh bool, err error) {
	if seq, known, err := eventByKey(t, thread, key); err != nil || known {
		return seq, false, err
	}
	h.seq++
	if err := t.put(bucketEvents, joinN(thread, h.seq), encodeEvent(Event{Key: key, At: now, Data: data})); err != nil {
		return 0, false, err
	}
	if err := t.put(bucketKeys, join(thread, key), binary.BigEndian.AppendUint64(nil, h.seq)); err != nil {
		return 0, false, err
	}
	return h.seq, true, h.log(t, thread, Record{At: now, Kind: RecordEvent, Seq: h.seq, Key: key})
}

// events returns the thread's events after the given position.
func events(t tx, thread string, after uint64) ([]Event, error) {
	var out []Event
	err := t.scan(bucketEvents, join(thread, ""), joinN(thread, after+1), func(k, v []byte) error {
		seq, err := lastN(bucketEvents, k)
		if err != nil {
			return err
		}
		e, err := decodeEvent(seq, v)
		out = append(out, e)
		return err
	})
	return out, err
}

func commit(t tx, c Commit, head threadHead, now time.Time) error {
	for _, e := range c.Effects {
		if t.get(bucketEffects, join(c.Thread, e.ID)) != nil {
			return fmt.Errorf("%w: effect %q exists already", ErrInvalid, e.ID)
		}
		// Checked one by one while writing: two of the same name in one commit are refused too.
		if err := head.intend(t, c.Thread, e, now); err != nil {
			return err
		}
	}
	for _, name := range c.Cancel {
		if err := cancelTimer(t, c.Thread, name); err != nil {
			return err
		}
	}
	for _, timer := range c.Timers {
		if err := head.setTimer(t, c.Thread, timer, now); err != nil {
			return err
		}
	}
	if c.Listing != nil {
		if err := head.list(t, c.Thread, *c.Listing, now); err != nil {
			return err
		}
	}
	if err := t.put(bucketStates, []byte(c.Thread), c.State); err != nil {
		return err
	}
	head.consumed = c.Seq
	if err := head.log(t, c.Thread, Record{At: now, Kind: RecordCommit, Seq: c.Seq}); err != nil {
		return err
	}
	return head.save(t, c.Thread)
}

// list moves the thread's listing to the person, with the new data.
func (h *threadHead) list(t tx, thread string, l Listing, now time.Time) error {
	if h.person != "" && h.person != l.Person {
		if err := t.delete(bucketPeople, join(h.person, thread)); err != nil {
			return err
		}
	}
	h.person, l.At = l.Person, now
	return t.put(bucketPeople, join(l.Person, thread), encodeListing(l))
}

func journal(t tx, thread string) ([]Record, error) {
	var records []Record
	err := t.scan(bucketJournal, join(thread, ""), nil, func(k, v []byte) error {
		n, err := lastN(bucketJournal, k)
		if err != nil {
			return err
		}
		r, err := decodeRecord(n, v)
		if err != nil {
			return err
		}
		records = append(records, r)
		return nil
	})
	if err != nil {
		return nil, err
	}
	for i := range records {
		if err := records[i].fill(t, thread); err != nil {
			return nil, err
		}
	}
	return records, nil
}

// fill looks up what a line of the journal refers to.
func (r *Record) fill(t tx, thread string) error {
	switch r.Kind {
	case RecordEvent:
		e, err := decodeEvent(r.Seq, t.get(bucketEvents, joinN(thread, r.Seq)))
		r.Data = e.Data
		return err
	case RecordIntended, RecordStarted, RecordDone:
		e, err := decodeEffect(r.Effect, t.get(bucketEffects, join(thread, r.Effect)))
		r.EffectKind = e.Kind
		if r.Kind == RecordIntended {
			r.Data = e.Data
		}
		return err
	}
	return nil
}
