// Package store keeps everything that must survive a crash: the inbox of every thread, its state, its effects and
// timers, a journal of all of it, and small notes by key. It is the only importer of bbolt.
//
// Four verbs carry the product:
//
//   - Append puts an event into a thread's inbox, once per key, for ever. When it returns, the event is on disk: only then
//     may the sender be told that it arrived.
//   - Commit stores, in one transaction, what a step of the planner came to: the new state, how far the inbox is consumed,
//     the effects to perform and the timers to set. It fails with ErrConflict if another step came first.
//   - Claim gives one worker a thread for the length of a lease. Its fence makes a worker that lost the lease harmless.
//   - Due lists the timers whose time has come; Fire turns one into an event.
//
// An effect goes through three states: intended (by Commit), started (by Start, before it is performed) and done (by
// Finish, which appends its result to the inbox of the same thread in the same transaction). After a crash Pending names the
// threads with unread events or unfinished effects; an effect found started may or may not have happened, and its
// performer has to find out.
//
// Payloads are opaque bytes; what they mean is the planner's affair. Keys are text of 1 to 1,024 bytes without NUL.
//
// Open gives the durable store, in a single file with the key layout described in layout.go. NewMemory gives the same
// behaviour without a file, for tests and simulations; package storetest holds what every implementation must do.
package store

import (
	"io"
	"time"
)

// Fence is the number of a claim on a thread. Every new claim gets a higher one. Zero is no claim.
type Fence uint64

// Event is an entry of a thread's inbox.
type Event struct {
	Seq  uint64    // position in the thread's inbox, from 1 without gaps
	Key  string    // the key that makes it unique within the thread
	At   time.Time // when it was stored (UTC)
	Data []byte
}

// EffectState says how far an effect has come.
type EffectState string

// The states of an effect, and what each means after a restart.
const (
	Intended EffectState = "intended" // not begun: perform it
	Started  EffectState = "started"  // begun, its outcome unknown: look whether it happened before performing it again
	Done     EffectState = "done"     // its result is in the inbox: nothing to do
)

// Effect is something the planner wants done. ID is unique in the thread for ever.
type Effect struct {
	ID       string
	Kind     string // the planner's name for it; only shown in the journal
	Data     []byte
	State    EffectState // set by the store
	Attempts int         // how often Start was called; set by the store
}

// Timer is an event to come. Name is unique among the thread's timers: setting it again moves it.
type Timer struct {
	Thread string // set by the store
	Name   string
	At     time.Time
	Data   []byte // of the event that Fire appends
}

// Listing is one line of a person's "my requests". A thread has at most one.
type Listing struct {
	Person string
	Thread string    // set by the store
	At     time.Time // of the last change; set by the store
	Data   []byte
}

// Thread is what a worker needs to go on with a thread. Inbox holds the events not consumed yet, in order; Effects those not
// done, in the order they were intended.
type Thread struct {
	ID      string
	State   []byte // as committed last; nil for a new thread
	Seq     uint64 // the inbox is consumed up to and including this event
	Head    uint64 // the newest event
	Inbox   []Event
	Effects []Effect
	Timers  []Timer
}

// Commit is the outcome of one step of the planner.
type Commit struct {
	Thread   string
	Fence    Fence  // of the claim; a stale one is refused with ErrFence
	Expected uint64 // Thread.Seq as loaded; another value in the store is ErrConflict
	Seq      uint64 // the new Thread.Seq: Expected or more, at most the newest event
	State    []byte
	Effects  []Effect // ID, Kind and Data
	Timers   []Timer  // Name, At and Data
	Cancel   []string // names of timers to remove; unknown ones are ignored; removed before Timers are set
	Listing  *Listing // Person and Data; nil leaves the thread's listing as it is
}

// RecordKind says what a line of the journal records.
type RecordKind string

// What a thread's journal holds, in the order it happened.
const (
	RecordEvent    RecordKind = "event"    // an event was stored: Seq, Key, Data
	RecordCommit   RecordKind = "commit"   // a step was stored: Seq is the new consumed position
	RecordIntended RecordKind = "intended" // an effect was intended: Effect, EffectKind, Data
	RecordStarted  RecordKind = "started"  // it was begun: Effect, EffectKind, Attempt
	RecordDone     RecordKind = "done"     // it is done: Effect, EffectKind, Seq of its result (0 if it has none)
	RecordTimer    RecordKind = "timer"    // a timer was set: Key is its name
)

// Record is one line of a thread's journal.
type Record struct {
	N          uint64 // position in the journal, from 1
	At         time.Time
	Kind       RecordKind
	Seq        uint64
	Key        string
	Effect     string
	EffectKind string
	Attempt    int
	Data       []byte
}

// DB is a store. It is safe for concurrent use.
type DB struct {
	backend backend
	now     func() time.Time
	epoch   uint64 // counts the openings of the file: leases of earlier ones are void, their holders are gone
}

// backend is an ordered key-value space with transactions: bbolt, or memory.
type backend interface {
	// update runs fn in a transaction that is durable when update returns nil and has left nothing behind when
	// it returns an error. fn may run more than once.
	update(fn func(tx) error) error
	// view runs fn on a consistent state.
	view(fn func(tx) error) error
	// backup writes a copy that Open can read.
	backup(w io.Writer) (int64, error)
	close() error
}
