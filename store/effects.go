package store

import (
	"fmt"
	"time"
)

// intend stores a new effect; the caller saves the head.
func (h *threadHead) intend(t tx, thread string, e Effect, now time.Time) error {
	if err := h.log(t, thread, Record{At: now, Kind: RecordIntended, Effect: e.ID}); err != nil {
		return err
	}
	h.open++
	r := effectRecord{Effect: Effect{ID: e.ID, Kind: e.Kind, Data: e.Data, State: Intended}, place: h.journal}
	if err := t.put(bucketEffects, join(thread, e.ID), r.encode()); err != nil {
		return err
	}
	return t.put(bucketOpen, joinN(thread, r.place), []byte(e.ID))
}

func loadEffect(t tx, thread, id string) (effectRecord, error) {
	b := t.get(bucketEffects, join(thread, id))
	if b == nil {
		return effectRecord{}, fmt.Errorf("%w: %q", ErrUnknown, id)
	}
	return decodeEffect(id, b)
}

func openEffects(t tx, thread string) ([]Effect, error) {
	var ids []string
	err := t.scan(bucketOpen, join(thread, ""), nil, func(_, v []byte) error {
		ids = append(ids, string(v))
		return nil
	})
	if err != nil {
		return nil, err
	}
	var open []Effect
	for _, id := range ids {
		r, err := loadEffect(t, thread, id)
		if err != nil {
			return nil, err
		}
		open = append(open, r.Effect)
	}
	return open, nil
}

func startEffect(t tx, thread string, fence Fence, id string, now time.Time) (int, error) {
	head, err := loadHead(t, thread)
	if err != nil {
		return 0, err
	}
	r, err := loadEffect(t, thread, id)
	switch {
	case err != nil:
		return 0, err
	case r.State == Done:
		return 0, ErrDone
	case head.fence != fence:
		return 0, ErrFence
	}
	r.State = Started
	r.Attempts++
	if err := t.put(bucketEffects, join(thread, id), r.encode()); err != nil {
		return 0, err
	}
	if err := head.log(t, thread, Record{At: now, Kind: RecordStarted, Effect: id, Attempt: r.Attempts}); err != nil {
		return 0, err
	}
	return r.Attempts, head.save(t, thread)
}

func finishEffect(t tx, thread, id string, result []byte, now time.Time) (uint64, error) {
	head, err := loadHead(t, thread)
	if err != nil {
		return 0, err
	}
	r, err := loadEffect(t, thread, id)
	if err != nil || r.State == Done {
		return r.result, err
	}
	if result != nil {
		if r.result, _, err = head.append(t, thread, effectPrefix+id, result, now); err != nil {
			return 0, err
		}
	}
	r.State = Done
	head.open--
	if err := t.put(bucketEffects, join(thread, id), r.encode()); err != nil {
		return 0, err
	}
	if err := t.delete(bucketOpen, joinN(thread, r.place)); err != nil {
		return 0, err
	}
	if err := head.log(t, thread, Record{At: now, Kind: RecordDone, Effect: id, Seq: r.result}); err != nil {
		return 0, err
	}
	return r.result, head.save(t, thread)
}
