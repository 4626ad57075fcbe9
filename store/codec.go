package store

import (
	"encoding/binary"
	"fmt"
	"time"
)

// Records are sequences of fields: numbers as uvarints, text and bytes with their length before them, times as
// nanoseconds since 1970. The first field is the record's version. A reader that meets anything else reports ErrCorrupt.

const recordVersion = 1

type encoder []byte

func newRecord() *encoder { e := encoder{recordVersion}; return &e }

func (e *encoder) num(n uint64) *encoder { *e = binary.AppendUvarint(*e, n); return e }

func (e *encoder) text(s string) *encoder { e.num(uint64(len(s))); *e = append(*e, s...); return e }

// bytes keeps nil apart from empty: nil is length 0, others are their length plus one.
func (e *encoder) bytes(b []byte) *encoder {
	if b == nil {
		return e.num(0)
	}
	e.num(uint64(len(b)) + 1)
	*e = append(*e, b...)
	return e
}

// time keeps the zero time as zero; a real time at that nanosecond is not expected.
func (e *encoder) time(t time.Time) *encoder {
	if t.IsZero() {
		return e.num(0)
	}
	return e.num(uint64(t.UnixNano()))
}

type decoder struct {
	rest []byte
	err  error
}

func readRecord(b []byte) *decoder {
	d := &decoder{rest: b}
	if v := d.num(); d.err == nil && v != recordVersion {
		d.fail("version %d", v)
	}
	return d
}

func (d *decoder) fail(format string, args ...any) {
	if d.err == nil {
		d.err = fmt.Errorf("%w: a record with %s", ErrCorrupt, fmt.Sprintf(format, args...))
	}
	d.rest = nil
}

func (d *decoder) num() uint64 {
	if d.err != nil {
		return 0
	}
	n, size := binary.Uvarint(d.rest)
	if size <= 0 {
		d.fail("no number where one should be")
		return 0
	}
	d.rest = d.rest[size:]
	return n
}

func (d *decoder) take(n uint64) []byte {
	if d.err != nil {
		return nil
	}
	if n > uint64(len(d.rest)) {
		d.fail("%d bytes missing", n-uint64(len(d.rest)))
		return nil
	}
	b := d.rest[:n]
	d.rest = d.rest[n:]
	return b
}

func (d *decoder) text() string { return string(d.take(d.num())) }

func (d *decoder) bytes() []byte {
	n := d.num()
	if n == 0 || d.err != nil {
		return nil
	}
	return clone(d.take(n - 1))
}

func (d *decoder) time() time.Time {
	n := d.num()
	if n == 0 {
		return time.Time{}
	}
	return time.Unix(0, int64(n)).UTC()
}

// end reports what went wrong, including bytes left over.
func (d *decoder) end() error {
	if d.err == nil && len(d.rest) > 0 {
		d.fail("%d bytes too many", len(d.rest))
	}
	return d.err
}

// threadHead is the fixed part of a thread.
type threadHead struct {
	seq      uint64 // newest event
	consumed uint64 // events up to here were taken into account by a commit
	journal  uint64 // newest line of the journal
	open     uint64 // effects not done
	fence    Fence
	lease    time.Time
	epoch    uint64 // opening of the store in which the lease was given
	person   string // whose listing shows the thread
}

func (h threadHead) encode() []byte {
	return *newRecord().num(h.seq).num(h.consumed).num(h.journal).num(h.open).num(uint64(h.fence)).
		time(h.lease).num(h.epoch).text(h.person)
}

func decodeHead(b []byte) (threadHead, error) {
	d := readRecord(b)
	h := threadHead{seq: d.num(), consumed: d.num(), journal: d.num(), open: d.num(), fence: Fence(d.num()),
		lease: d.time(), epoch: d.num(), person: d.text()}
	return h, d.end()
}

func encodeEvent(e Event) []byte { return *newRecord().time(e.At).text(e.Key).bytes(e.Data) }

func decodeEvent(seq uint64, b []byte) (Event, error) {
	d := readRecord(b)
	e := Event{Seq: seq, At: d.time(), Key: d.text(), Data: d.bytes()}
	return e, d.end()
}

// effectRecord is an effect with its place in the journal and the position of its result.
type effectRecord struct {
	Effect
	place  uint64
	result uint64
}

var effectStates = []EffectState{Intended, Started, Done}

func (r effectRecord) encode() []byte {
	state := uint64(0)
	for i, s := range effectStates {
		if s == r.State {
			state = uint64(i)
		}
	}
	return *newRecord().text(r.Kind).bytes(r.Data).num(state).num(uint64(r.Attempts)).num(r.place).num(r.result)
}

func decodeEffect(id string, b []byte) (effectRecord, error) {
	d := readRecord(b)
	r := effectRecord{Effect: Effect{ID: id, Kind: d.text(), Data: d.bytes()}}
	state := d.num()
	r.Attempts, r.place, r.result = int(d.num()), d.num(), d.num()
	if state >= uint64(len(effectStates)) {
		d.fail("effect state %d", state)
		return r, d.err
	}
	r.State = effectStates[state]
	return r, d.end()
}

func encodeRecord(r Record) []byte {
	return *newRecord().time(r.At).text(string(r.Kind)).num(r.Seq).text(r.Key).text(r.Effect).num(uint64(r.Attempt))
}

func decodeRecord(n uint64, b []byte) (Record, error) {
	d := readRecord(b)
	r := Record{N: n, At: d.time(), Kind: RecordKind(d.text()), Seq: d.num(), Key: d.text(), Effect: d.text(), Attempt: int(d.num())}
	return r, d.end()
}

func encodeTimer(t Timer) []byte { return *newRecord().time(t.At).bytes(t.Data) }

func decodeTimer(thread, name string, b []byte) (Timer, error) {
	d := readRecord(b)
	t := Timer{Thread: thread, Name: name, At: d.time(), Data: d.bytes()}
	return t, d.end()
}

func encodeListing(l Listing) []byte { return *newRecord().time(l.At).bytes(l.Data) }

func decodeListing(b []byte) (time.Time, []byte, error) {
	d := readRecord(b)
	at, data := d.time(), d.bytes()
	return at, data, d.end()
}
