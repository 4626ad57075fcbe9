package plan

import "time"

// Event is something that happened to a thread. Exactly one of the pointers is
// set. Key identifies the event for ever: the same key is the same event.
type Event struct {
	Key string    `json:"key"`
	At  time.Time `json:"at"`

	Said    *Said         `json:"said,omitempty"`
	Pressed *Pressed      `json:"pressed,omitempty"`
	Reacted *Reacted      `json:"reacted,omitempty"`
	Done    *Done         `json:"done,omitempty"`
	Failed  *EffectFailed `json:"failed,omitempty"`
	Fired   *Fired        `json:"fired,omitempty"`
}

// Said is a message of a person in the thread (or the mention that opens it).
type Said struct {
	Person  Person     `json:"person"`
	Text    string     `json:"text"` // without the mention
	Message MessageRef `json:"message"`
	// Mention is true when the bot was addressed; only then a new thread is opened.
	Mention bool `json:"mention,omitempty"`
	// Edited is true for a correction of an earlier message (same Message).
	Edited bool `json:"edited,omitempty"`
	// Project is set by the adapter from the channel's configuration.
	Project ProjectID `json:"project,omitempty"`
	// Assume and AsOf come from the command line; Slack leaves them empty.
	Assume bool   `json:"assume,omitempty"`
	AsOf   string `json:"as_of,omitempty"`
}

// ButtonKind is what a pressed button stands for.
type ButtonKind string

// Kinds of button.
const (
	PressAnswer  ButtonKind = "answer"  // Question and Option
	PressApprove ButtonKind = "approve" // Digest
	PressCancel  ButtonKind = "cancel"
	// PressRemember: the answer to Question shall become part of the glossary.
	PressRemember ButtonKind = "remember"
)

// Pressed is a press of a button on a message of the bot.
type Pressed struct {
	Person   Person     `json:"person"`
	Message  MessageRef `json:"message"`
	Button   ButtonKind `json:"button"`
	Question string     `json:"question,omitempty"`
	Option   string     `json:"option,omitempty"`
	// Text is an answer in words, in the place of an option.
	Text string `json:"text,omitempty"`
	// Digest is the one that was shown with the button.
	Digest string `json:"digest,omitempty"`
}

// Reacted is an emoji put on, or taken off, a message.
type Reacted struct {
	Person  Person     `json:"person"`
	Message MessageRef `json:"message"`
	Emoji   string     `json:"emoji"` // without colons and skin tone
	Added   bool       `json:"added"`
}

// Done carries the result of an effect.
type Done struct {
	Effect EffectID `json:"effect"`
	Result Result   `json:"result"`
}

// EffectFailed says that an effect did not succeed.
type EffectFailed struct {
	Effect  EffectID `json:"effect"`
	Failure Failure  `json:"failure"`
	// Again is the effect as it was asked for, so that it can be done once more.
	Again *Effect `json:"again,omitempty"`
}

// Fired says that a timer went off.
type Fired struct {
	Timer string `json:"timer"`
}

// Result is what an effect produced; which field is set follows from the kind of effect.
type Result struct {
	Base        *Base        `json:"base,omitempty"`
	Rules       *Rules       `json:"rules,omitempty"`
	Reading     *Reading     `json:"reading,omitempty"`
	Reuse       *Reuse       `json:"reuse,omitempty"`
	Change      *Change      `json:"change,omitempty"`
	Description *Description `json:"description,omitempty"`
	Report      *Report      `json:"report,omitempty"`
	Message     *MessageRef  `json:"message,omitempty"`
	PR          *PR          `json:"pr,omitempty"`
	Usage       *Usage       `json:"usage,omitempty"`
	// Past are open designs of other threads that ask for the same, as far as this thread's channel may know of them.
	Past   []PastDesign `json:"past,omitempty"`
	Status *PRStatus    `json:"status,omitempty"`
	// Teaching is a lesson as a change.
	Teaching *Teaching `json:"teaching,omitempty"`
}

// Usage counts what a language model was asked for. Zero without one.
type Usage struct {
	ModelCalls       int `json:"model_calls"`
	PromptTokens     int `json:"prompt_tokens"`
	CompletionTokens int `json:"completion_tokens"`
}
