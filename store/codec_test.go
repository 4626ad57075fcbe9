package store

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// FuzzVerifyRecord reads any bytes as any record. What is accepted must be written the same way again: then nothing in
// it was overlooked.
func FuzzVerifyRecord(f *testing.F) {
	at := time.Unix(1_700_000_000, 5).UTC()
	for _, seed := range [][]byte{
		threadHead{seq: 3, consumed: 2, journal: 9, open: 1, fence: 4, lease: at, epoch: 2, person: "p"}.encode(),
		encodeEvent(Event{Key: "k", At: at, Data: []byte("d")}),
		effectRecord{Effect: Effect{Kind: "k", Data: []byte{}, State: Started, Attempts: 2}, place: 7}.encode(),
		encodeRecord(Record{At: at, Kind: RecordDone, Seq: 1, Key: "k", Effect: "e", Attempt: 1}),
		encodeTimer(Timer{At: at}),
		encodeListing(Listing{At: at, Data: []byte("d")}),
		{}, {1}, {2}, {1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff},
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, bucket := range buckets {
			_ = verifyRecord(bucket, b, b) // must not panic
		}
		if e, err := decodeEvent(1, b); err == nil {
			again, err := decodeEvent(1, encodeEvent(e))
			if err != nil || !cmp.Equal(e, again) {
				t.Errorf("%+v, then %+v, %v", e, again, err)
			}
		}
		if h, err := decodeHead(b); err == nil {
			again, err := decodeHead(h.encode())
			if err != nil || h != again {
				t.Errorf("%+v, then %+v, %v", h, again, err)
			}
		}
		if r, err := decodeEffect("e", b); err == nil {
			again, err := decodeEffect("e", r.encode())
			if err != nil || !cmp.Equal(r.Effect, again.Effect) || r.place != again.place || r.result != again.result {
				t.Errorf("%+v, then %+v, %v", r, again, err)
			}
		}
	})
}

func TestDueKey(t *testing.T) {
	times := []time.Time{time.Unix(-5, 0), time.Unix(0, 0), time.Unix(1, 0), time.Unix(1_800_000_000, 7)}
	var last []byte
	for _, at := range times {
		key := dueKey(at, "thread", "name")
		if string(key) <= string(last) {
			t.Errorf("%v does not sort after the one before", at)
		}
		last = key
		got, thread, name, err := splitDue(key)
		if err != nil || !got.Equal(at) || thread != "thread" || name != "name" {
			t.Errorf("%v: got %v, %s, %s, %v", at, got, thread, name, err)
		}
	}
}
