package workspace

import (
	"encoding/json"
	"time"
)

// Op names what an Entry does.
type Op string

// The operations. The comment names the fields each one uses beside Deliver.
const (
	Post        Op = "post"        // Message: a new message
	Edit        Op = "edit"        // Message: the whole new version of an existing one
	Delete      Op = "delete"      // Channel, TS
	React       Op = "react"       // Channel, TS, User, Name
	Unreact     Op = "unreact"     // Channel, TS, User, Name
	Join        Op = "join"        // Channel, User
	Leave       Op = "leave"       // Channel, User
	Converse    Op = "converse"    // Conversation: a new direct message
	Upload      Op = "upload"      // File: an upload was announced, or its bytes arrived, or it was completed
	DropFile    Op = "drop_file"   // Name: the file's id
	PutView     Op = "put_view"    // View: an App Home or modal, new or changed
	CloseView   Op = "close_view"  // Name: the view's id
	Attempt     Op = "attempt"     // Name: the delivery's id; Count, Due, Reason: after a delivery was tried
	Acknowledge Op = "acknowledge" // Name: the delivery's id
	GiveUp      Op = "give_up"     // Name: the delivery's id; the last attempt was not acknowledged either
	Notify      Op = "notify"      // nothing but Deliver: an event without a change, such as app_home_opened
)

// Entry is one change of a workspace and one line of its journal. Deliver holds the events that the change owes the
// app, in the same line, so that no crash can part them.
type Entry struct {
	Op           Op         `json:"op"`
	Channel      string     `json:"channel,omitempty"`
	TS           string     `json:"ts,omitempty"`
	User         string     `json:"user,omitempty"`
	Name         string     `json:"name,omitempty"`
	Message      *Message   `json:"message,omitempty"`
	Conversation *Channel   `json:"conversation,omitempty"`
	File         *File      `json:"file,omitempty"`
	View         *View      `json:"view,omitempty"`
	Count        int        `json:"count,omitempty"`
	Due          *time.Time `json:"due,omitempty"`
	Reason       string     `json:"reason,omitempty"`
	Deliver      []Delivery `json:"deliver,omitempty"`
}

// Message is a message as it is stored; what a client sees is made from it by package slackapi.
type Message struct {
	Channel     string          `json:"channel"`
	TS          string          `json:"ts"`               // "seconds.microseconds", its id in the channel
	Thread      string          `json:"thread,omitempty"` // ts of the parent, for replies only
	Broadcast   bool            `json:"broadcast,omitempty"`
	User        string          `json:"user"`
	FromApp     bool            `json:"from_app,omitempty"` // posted with the app's token
	Subtype     string          `json:"subtype,omitempty"`
	Text        string          `json:"text"`
	Blocks      json.RawMessage `json:"blocks,omitempty"`
	Attachments json.RawMessage `json:"attachments,omitempty"`
	Metadata    json.RawMessage `json:"metadata,omitempty"`
	Files       []string        `json:"files,omitempty"`
	Edited      *Edited         `json:"edited,omitempty"`
	Reactions   []Reaction      `json:"reactions,omitempty"` // in the order of their first use
	ClientID    string          `json:"client_id,omitempty"`
}

// Edited says who changed a message last, and when.
type Edited struct {
	User string `json:"user"`
	TS   string `json:"ts"`
}

// Reaction is one emoji under a message.
type Reaction struct {
	Name  string   `json:"name"`
	Users []string `json:"users"` // in the order they reacted
}

// File is an uploaded file; its bytes are outside the state.
type File struct {
	ID       string   `json:"id"`
	Name     string   `json:"name"`
	Title    string   `json:"title,omitempty"`
	AltText  string   `json:"alt_text,omitempty"`
	MIME     string   `json:"mime,omitempty"`
	User     string   `json:"user"`
	Created  int64    `json:"created"` // Unix seconds
	Size     int64    `json:"size"`    // bytes, as announced and then as stored
	Stored   bool     `json:"stored,omitempty"`
	Complete bool     `json:"complete,omitempty"` // visible to others from here on
	Ticket   string   `json:"ticket,omitempty"`   // the secret of its upload URL, until it is complete
	Shared   []string `json:"shared,omitempty"`   // channels it was posted in
}

// View is an App Home or a modal of one person. Source is the view as the app sent it, block and action ids added.
type View struct {
	ID       string          `json:"id"`
	User     string          `json:"user"`
	Type     string          `json:"type"` // "home" or "modal"
	Hash     string          `json:"hash"`
	External string          `json:"external,omitempty"`
	Root     string          `json:"root,omitempty"`     // first view of a modal's stack
	Previous string          `json:"previous,omitempty"` // the view below in the stack
	Source   json.RawMessage `json:"source"`
}

// Delivery is an event the app has not acknowledged yet.
type Delivery struct {
	ID      string          `json:"id"`      // the event_id
	Payload json.RawMessage `json:"payload"` // the whole event_callback object
	Tried   int             `json:"tried,omitempty"`
	Reason  string          `json:"reason,omitempty"` // why the last attempt did not count
	Due     time.Time       `json:"due"`              // when to try (again)
}
