package plan

import (
	"errors"
	"fmt"
)

// FailureClass decides what the Planner does next.
type FailureClass string

// Classes of failure.
const (
	Transient FailureClass = "transient" // may work when tried again
	Refused   FailureClass = "refused"   // this input will never be accepted; another may
	Permanent FailureClass = "permanent" // a person must change something first
)

// Failure is an error with two readers: Message tells the person what happened
// and what to do next; Cause tells the operator why and is logged, never shown.
type Failure struct {
	Class   FailureClass `json:"class"`
	Code    string       `json:"code"` // lower snake case, stable: "no_push_rights"
	Message string       `json:"message"`
	Cause   string       `json:"cause,omitempty"`
	// RetryAfterSeconds is what the other side asked for; 0 when it did not.
	RetryAfterSeconds int `json:"retry_after_seconds,omitempty"`
	// Moved is the new head of the target branch when Code is CodeBaseMoved.
	Moved string `json:"moved,omitempty"`
}

// CodeBaseMoved: the target branch moved and the touched files changed with it.
const CodeBaseMoved = "base_moved"

// Error is for logs: code, message and cause.
func (f *Failure) Error() string {
	if f.Cause == "" {
		return fmt.Sprintf("%s: %s", f.Code, f.Message)
	}
	return fmt.Sprintf("%s: %s (%s)", f.Code, f.Message, f.Cause)
}

// NewFailure makes a failure; cause may be nil.
func NewFailure(class FailureClass, code, message string, cause error) *Failure {
	f := &Failure{Class: class, Code: code, Message: message}
	if cause != nil {
		f.Cause = cause.Error()
	}
	return f
}

// AsFailure finds a Failure in err's chain, or makes a permanent one that says
// in general words that something inside went wrong.
func AsFailure(err error) *Failure {
	var f *Failure
	if errors.As(err, &f) {
		return f
	}
	return NewFailure(Permanent, "internal", "Something went wrong on my side. The log of the bot says why.", err)
}
