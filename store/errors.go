package store

import "errors"

// Errors that callers tell apart with errors.Is. Those about the file carry its name and what to do in their text.
var (
	// ErrLocked: another process has the file open.
	ErrLocked = errors.New("the store is in use by another process")
	// ErrCorrupt: the file is damaged, or no store. Nothing was changed or deleted.
	ErrCorrupt = errors.New("the store file is damaged")
	// ErrNewer: the file was written by a newer version of the program.
	ErrNewer = errors.New("the store file is of a newer version")
	// ErrFull: the disk (or quota) is full. The transaction left nothing behind; what was stored before is safe.
	ErrFull = errors.New("no space left to write the store")
	// ErrConflict: the thread has moved on since it was loaded.
	ErrConflict = errors.New("the thread has moved on")
	// ErrFence: the claim is not the newest one of its thread.
	ErrFence = errors.New("the claim on the thread was lost")
	// ErrClaimed: another worker holds the thread.
	ErrClaimed = errors.New("the thread is claimed by another worker")
	// ErrUnknown: there is no such effect.
	ErrUnknown = errors.New("no such effect in the thread")
	// ErrDone: the effect is done already.
	ErrDone = errors.New("the effect is done already")
	// ErrInvalid: an argument breaks the rules of the package comment.
	ErrInvalid = errors.New("invalid argument to the store")
	// ErrClosed: the store was closed.
	ErrClosed = errors.New("the store is closed")
)
