package plan

import "time"

// Stage is where a thread stands. The table of which event each stage accepts
// is in package planner.
type Stage string

// Stages, in the order of a straight run.
const (
	StageNew          Stage = "new"          // nothing was asked yet
	StageResolving    Stage = "resolving"    // fixing the base commit
	StageInterpreting Stage = "interpreting" // words -> Spec or questions
	StageAsking       Stage = "asking"       // waits for answers
	StageReusing      Stage = "reusing"      // looking for what exists
	StageSynthesizing Stage = "synthesizing"
	StageCovering     Stage = "covering"
	StageDocumenting  Stage = "documenting"
	StageChecking     Stage = "checking" // embedded checks run, nothing shown yet
	StageProposed     Stage = "proposed" // shown; dbt may still run; waits for approval
	StagePublishing   Stage = "publishing"
	StagePublished    Stage = "published" // a reply revises the same pull request
	StageAnswered     Stage = "answered"  // "exists already", or a short answer; a reply goes on
	StageDeclined     Stage = "declined"  // a reply goes on
	StageEscalated    Stage = "escalated" // a person is asked; a reply goes on
	StageParked       Stage = "parked"    // no answer came; a reply goes on
	StageCancelled    Stage = "cancelled" // a new mention starts again
)

// Approval is one person's yes to one digest.
type Approval struct {
	Person  Person     `json:"person"`
	Digest  string     `json:"digest"`
	Message MessageRef `json:"message"`
	At      time.Time  `json:"at"`
	// Emoji is the reaction's name; empty when a button was pressed.
	Emoji string `json:"emoji,omitempty"`
}

// Thread is the whole state of one conversation: what planner.Step reads and
// returns. It holds no clock, no handle, no secret.
type Thread struct {
	ID      ThreadID  `json:"id"`
	Stage   Stage     `json:"stage"`
	Project ProjectID `json:"project,omitempty"`
	Base    Base      `json:"base,omitzero"`
	// Root is the message that opened the thread, Requester its author.
	Root      MessageRef `json:"root,omitzero"`
	Requester Person     `json:"requester,omitzero"`

	Turns     []Turn     `json:"turns,omitempty"`
	Answers   []Answer   `json:"answers,omitempty"`
	Questions []Question `json:"questions,omitempty"` // open ones
	// Asked are all questions of this design, each as it was asked last: an answer can be corrected later.
	Asked []Question `json:"asked,omitempty"`
	// Rounds counts how often each subject was asked.
	Rounds map[string]int `json:"rounds,omitempty"`
	Assume bool           `json:"assume,omitempty"`
	AsOf   string         `json:"as_of,omitempty"`

	Reading     *Reading     `json:"reading,omitempty"`
	Reuse       *Reuse       `json:"reuse,omitempty"`
	Change      *Change      `json:"change,omitempty"`
	Reports     []Report     `json:"reports,omitempty"` // of Change's digest only
	Approvals   []Approval   `json:"approvals,omitempty"`
	Description *Description `json:"description,omitempty"`
	PR          *PR          `json:"pr,omitempty"`
	// Lessons are the changes of the glossary that were wished for in this thread; they outlive a design.
	Lessons []LessonState `json:"lessons,omitempty"`
	// Watched is the last look at PR; Looks counts them.
	Watched *PRStatus `json:"watched,omitempty"`
	Looks   int       `json:"looks,omitempty"`
	// Revisions counts the readings after the first. Linked are the threads that were named as asking for the same.
	Revisions int        `json:"revisions,omitempty"`
	Linked    []ThreadID `json:"linked,omitempty"`
	Usage     Usage      `json:"usage,omitzero"`

	// Slots remembers posted messages by name ("progress", "questions", "proposal").
	Slots map[string]MessageRef `json:"slots,omitempty"`
	// Proposals lists every proposal message of the thread, to tell an
	// overtaken one from any other message.
	Proposals []MessageRef `json:"proposals,omitempty"`
	// Posting maps posts on their way to their slot; Tries counts failed tries.
	Posting map[EffectID]string `json:"posting,omitempty"`
	Tries   map[EffectID]int    `json:"tries,omitempty"`
	// Refused are the failed checks of the attempt before.
	Refused []Check `json:"refused,omitempty"`
	// Waiting maps each effect whose result still matters to its kind; the
	// result of any other effect is stale and ignored.
	Waiting map[EffectID]EffectKind `json:"waiting,omitempty"`
	// Attempts counts the tries of the current stage.
	Attempts int `json:"attempts,omitempty"`
	// Tried lists the digests that the gate already refused in this design.
	Tried []string `json:"tried,omitempty"`
	// Restated is the last restatement that was posted.
	Restated string `json:"restated,omitempty"`
	// Rules are fixed with Base.
	Rules Rules `json:"rules,omitzero"`
	// Revision is a change of the request that is being read; nil when there is none.
	Revision *Revision `json:"revision,omitempty"`
	// Later holds, by slot, what a message shall show as soon as its first
	// version has been posted; Early holds reactions that came before that.
	Later map[string]Message `json:"later,omitempty"`
	Early []Event            `json:"early,omitempty"`
	// Retries holds effects that wait for their timer.
	Retries map[string]Effect `json:"retries,omitempty"`
	// Carried are approvals that still count if re-checking on a moved branch
	// gives the same digest again.
	Carried []Approval `json:"carried,omitempty"`
	// Touched is when the newest event happened.
	Touched time.Time `json:"touched,omitzero"`
	// Next numbers effects.
	Next int `json:"next"`
}

// Revision is a reply that may change the design. The design goes on as it
// is until the reply has been read as more than chatter.
type Revision struct {
	Effect EffectID `json:"effect"`
	// Turns is the whole request as it would be with the revision.
	Turns []Turn `json:"turns"`
	// Answers take the place of the thread's with it; nil: they stay as they are.
	Answers []Answer `json:"answers,omitempty"`
	// Mention: the bot was addressed, so an answer is owed even to chatter.
	Mention bool `json:"mention,omitempty"`
	// Reading waits here while a publication is under way.
	Reading *Reading `json:"reading,omitempty"`
}
