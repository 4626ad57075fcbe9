package plan

import "time"

// ThreadID names one conversation for ever, for example
// "slack:T024BE7LD/C0G9QF9GZ/1482960137.003543" or "terminal:1".
type ThreadID string

// ProjectID names one configured dbt project, for example "northpeak".
type ProjectID string

// Person is someone who speaks, presses or reacts.
type Person struct {
	ID   string `json:"id"`
	Name string `json:"name,omitempty"`
	// Groups are the groups of the configuration that the person belongs to
	// (for example "data-team"); the adapter fills them in.
	Groups []string `json:"groups,omitempty"`
}

// MessageRef is the address of a message in the place where the thread lives.
type MessageRef struct {
	Channel string `json:"channel"`
	TS      string `json:"ts"`
}

// IsZero reports whether the reference names no message.
func (m MessageRef) IsZero() bool { return m.TS == "" }

// Base is the state of the repository that a design is made on. It is fixed
// when the request is interpreted, so that everything after it speaks of the same bytes.
type Base struct {
	Project ProjectID `json:"project"`
	// Branch is the target branch, Commit the full hash of its head when fixed.
	// Both are empty for a project folder that is not a git repository.
	Branch string `json:"branch,omitempty"`
	Commit string `json:"commit,omitempty"`
}

// Turn is one thing a person said in the thread that shapes the design.
type Turn struct {
	Person  Person     `json:"person"`
	Text    string     `json:"text"` // without the mention of the bot
	Message MessageRef `json:"message"`
	// At is when it was said. It comes from the message, never from a clock.
	At time.Time `json:"at"`
	// Revises is true for a turn that changes an existing Spec ("also by plan").
	Revises bool `json:"revises,omitempty"`
	// Beside is the question that was answered in the same breath ("billing, and only enterprise").
	Beside string `json:"beside,omitempty"`
}

// Request is what the interpreter reads: the words so far and what is already settled.
type Request struct {
	Base Base `json:"base"`
	// Turns holds the request and, after it, its revisions, oldest first.
	Turns   []Turn   `json:"turns"`
	Answers []Answer `json:"answers,omitempty"`
	// Assume takes the default of every question that has one and records it
	// as an assumption. It never drops a word that nothing explains.
	Assume bool `json:"assume,omitempty"`
	// AsOf is "today" for relative dates, as a civil date (2006-01-02).
	AsOf string `json:"as_of,omitempty"`
}
