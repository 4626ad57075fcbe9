package plan

import "time"

// Lesson is a word and what somebody said it means here: the wish for a change of the glossary.
type Lesson struct {
	Word  string `json:"word"`
	Means string `json:"means"` // in the person's words, or the label of the option
	// Ref is the id of the option that was chosen; empty for a meaning in words.
	Ref    string    `json:"ref,omitempty"`
	Person Person    `json:"person"`
	At     time.Time `json:"at"`
}

// Teaching is a lesson as a change of the glossary's files.
type Teaching struct {
	Term  string `json:"term"`  // id of the term that is changed or added
	Title string `json:"title"` // "“region” usually means Billing region"
	// Text says in sentences what changes for whom; Diff shows the added lines with some around them.
	Text string `json:"text"`
	Diff string `json:"diff"`
	// Owner is whom the glossary names for the term, as written there.
	Owner       string      `json:"owner,omitempty"`
	Change      Change      `json:"change"`
	Description Description `json:"description"`
	// Rules hold at the change's base.
	Rules Rules `json:"rules"`
}

// Approvers are who may approve a change of a word: whoever the team lets approve, and the term's owner. The
// requester's own word is not enough where anybody else can be asked: the word is everyone's.
func (t Teaching) Approvers() Approvers {
	a := t.Rules.Approvers
	if t.Owner != "" {
		a.People, a.Groups = append(a.People[:len(a.People):len(a.People)], t.Owner), append(a.Groups[:len(a.Groups):len(a.Groups)], t.Owner)
	}
	if len(t.Rules.Approvers.People) > 0 || len(t.Rules.Approvers.Groups) > 0 || len(a.DataTeam) > 0 {
		a.Requester = false
	}
	a.Count = 1
	return a
}

// LessonStage is where a lesson stands.
type LessonStage string

// Stages of a lesson.
const (
	LessonReading    LessonStage = "reading"  // being made into a change, and checked
	LessonProposed   LessonStage = "proposed" // shown; waits for approval
	LessonPublishing LessonStage = "publishing"
	LessonPublished  LessonStage = "published"
	LessonDropped    LessonStage = "dropped"
)

// LessonState is a lesson of a thread. It lives beside the design: neither waits for the other.
type LessonState struct {
	N         int         `json:"n"` // from 1: its place among the thread's lessons
	Lesson    Lesson      `json:"lesson"`
	Stage     LessonStage `json:"stage"`
	Effect    EffectID    `json:"effect,omitempty"` // whose result it waits for
	Teaching  *Teaching   `json:"teaching,omitempty"`
	Reports   []Report    `json:"reports,omitempty"`
	Message   MessageRef  `json:"message,omitzero"` // where it is shown
	Approvals []Approval  `json:"approvals,omitempty"`
	PR        *PR         `json:"pr,omitempty"`
}

// LessonCard is what is shown of a lesson.
type LessonCard struct {
	Digest    string      `json:"digest"`
	Title     string      `json:"title"`
	Diff      string      `json:"diff"`
	Files     []string    `json:"files"`
	Checks    []Check     `json:"checks"`
	Approvers string      `json:"approvers"`
	Emoji     []string    `json:"emoji"`
	Stage     LessonStage `json:"stage"`
	Approved  *Person     `json:"approved,omitempty"`
	PR        *PR         `json:"pr,omitempty"`
}
