package plan

import "time"

// EffectID names an effect for ever: "<thread>#<number>". It is the idempotency
// key of whatever performs the effect.
type EffectID string

// EffectKind says what to do.
type EffectKind string

// Kinds of effect, with the fields they use and the Result they give.
const (
	DoReact EffectKind = "react" // Target, Emoji                      -> nothing
	DoPost  EffectKind = "post"  // Message, Slot                      -> Message
	DoEdit  EffectKind = "edit"  // Target, Message, Slot              -> Message

	DoResolve    EffectKind = "resolve"    // Project: fix the base    -> Base
	DoInterpret  EffectKind = "interpret"  // Request                  -> Reading
	DoReuse      EffectKind = "reuse"      // Request.Base, Spec       -> Reuse
	DoSynthesize EffectKind = "synthesize" // Base, Spec, Reuse, Reasons -> Change
	DoCover      EffectKind = "cover"      // Spec, Change             -> Change
	DoDocument   EffectKind = "document"   // Brief                    -> Change
	DoCheck      EffectKind = "check"      // Spec, Change, Level      -> Report
	DoPublish    EffectKind = "publish"    // Brief, Branch            -> PR, Description
	DoRecall     EffectKind = "recall"     // Past: keep it, find like -> Past
	DoLearn      EffectKind = "learn"      // Past: keep it            -> nothing
	DoTeach      EffectKind = "teach"      // Project, Lesson          -> Teaching
	DoProve      EffectKind = "prove"      // Change of the glossary   -> Report
	DoSpread     EffectKind = "spread"     // Brief, Teaching: publish -> PR
	DoWatch      EffectKind = "watch"      // Project, Prior           -> Status

	DoTimer EffectKind = "timer" // Timer, After: fires once, replaces one of the same name
)

// Effect is something the driver shall do. It is plain data, kept in the
// journal before it is performed.
type Effect struct {
	ID   EffectID   `json:"id"`
	Kind EffectKind `json:"kind"`

	Target  MessageRef `json:"target,omitzero"`
	Emoji   string     `json:"emoji,omitempty"`
	Message *Message   `json:"message,omitempty"`
	// Slot is the name under which the Thread remembers the posted message
	// ("progress", "proposal"); empty when nobody will need it again.
	Slot string `json:"slot,omitempty"`

	Project ProjectID  `json:"project,omitempty"`
	Request *Request   `json:"request,omitempty"`
	Spec    *Spec      `json:"spec,omitempty"`
	Reuse   *Reuse     `json:"reuse,omitempty"`
	Change  *Change    `json:"change,omitempty"`
	Brief   *Brief     `json:"brief,omitempty"`
	Level   CheckLevel `json:"level,omitempty"`
	// Reasons are the failed checks that a new attempt must mend.
	Reasons []Check `json:"reasons,omitempty"`

	Timer string        `json:"timer,omitempty"`
	After time.Duration `json:"after,omitempty"` // 0 cancels the timer

	// Deadline bounds one try of the effect.
	Deadline time.Duration `json:"deadline,omitempty"`
	// Retry counts earlier tries: after the first, the effect may already have happened.
	Retry int `json:"retry,omitempty"`

	// Prior is the pull request that a revision continues, or that is looked at.
	Prior    *PR       `json:"prior,omitempty"`
	Lesson   *Lesson   `json:"lesson,omitempty"`
	Teaching *Teaching `json:"teaching,omitempty"`
	// Past is what shall be remembered of the thread.
	Past *PastDesign `json:"past,omitempty"`
}

// Brief is everything that the documenter and the publisher may tell about a
// design: it holds no link to a private message.
type Brief struct {
	Thread      ThreadID     `json:"thread"`
	Request     Request      `json:"request"`
	Requester   Person       `json:"requester"`
	Restatement string       `json:"restatement"`
	Spec        Spec         `json:"spec"`
	Assumptions []Assumption `json:"assumptions,omitempty"`
	Rejected    []string     `json:"rejected,omitempty"`
	Evidence    []Evidence   `json:"evidence,omitempty"`
	Reuse       *Reuse       `json:"reuse,omitempty"`
	Change      Change       `json:"change"`
	Reports     []Report     `json:"reports,omitempty"`
	Approval    *Approval    `json:"approval,omitempty"`
}
