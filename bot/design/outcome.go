package design

import (
	"firstmile/planner/plan"
)

// OutcomeVersion is the version of the JSON form of Outcome. Keys are only ever added.
const OutcomeVersion = 1

// Status is how a design ended.
type Status string

// Statuses.
const (
	Proposed     Status = "proposed"
	Approved     Status = "approved"
	NeedsAnswers Status = "needs_answers"
	Exists       Status = "exists"
	Extend       Status = "extend"
	Escalated    Status = "escalated"
	Declined     Status = "declined"
)

// ExitCode is the process's exit code for the status: 0 for a design or an
// existing model, 3 when answers are needed, 4 when people have to go on.
func (s Status) ExitCode() int {
	switch s {
	case NeedsAnswers:
		return 3
	case Escalated, Declined:
		return 4
	}
	return 0
}

// Outcome is the documented result of `design --json`: exactly one object.
type Outcome struct {
	Version     int               `json:"version"`
	Status      Status            `json:"status"`
	PR          *plan.PR          `json:"pr"`
	Questions   []plan.Question   `json:"questions"`
	Assumptions []plan.Assumption `json:"assumptions"`
	Spec        *plan.Spec        `json:"spec"`
	Reuse       *plan.Reuse       `json:"reuse"`
	Model       *Model            `json:"model"`
	Files       []File            `json:"files"`
	Report      *Report           `json:"report"`
	Usage       plan.Usage        `json:"usage"`
	ElapsedMS   int64             `json:"elapsed_ms"`
	// Message is the last thing said to the person; Unknown names the words that nothing explains.
	Message string         `json:"message"`
	Unknown []plan.Unknown `json:"unknown"`
}

// Model is the new or extended model.
type Model struct {
	Name        string        `json:"name"`
	Path        string        `json:"path"`
	Columns     []plan.Column `json:"columns"`
	CompiledSQL string        `json:"compiled_sql"`
	Preview     *plan.Preview `json:"preview"`
}

// File is one file of the change; Content is text.
type File struct {
	Path    string      `json:"path"`
	Action  plan.Action `json:"action"`
	Content string      `json:"content"`
}

// Report is what the checks said about the digest.
type Report struct {
	Digest string       `json:"digest"`
	Checks []plan.Check `json:"checks"`
}

// outcomeOf reads the outcome off a settled thread.
func outcomeOf(t plan.Thread, last plan.Message) Outcome {
	o := Outcome{Version: OutcomeVersion, Questions: []plan.Question{}, Assumptions: []plan.Assumption{}, Files: []File{},
		Unknown: []plan.Unknown{}, Usage: t.Usage, PR: t.PR, Reuse: t.Reuse, Message: last.Text}
	if r := t.Reading; r != nil {
		o.Assumptions = append(o.Assumptions, t.Assumptions()...)
		o.Spec = r.Spec
		o.Unknown = append(o.Unknown, r.Unknown...)
	}
	o.Status = statusOf(t)
	if o.Status == NeedsAnswers {
		o.Questions = append(o.Questions, t.Questions...)
	}
	if t.Change == nil || len(t.Reports) == 0 {
		return o
	}
	c := *t.Change
	o.Model = &Model{Name: c.Model, Path: c.ModelPath, CompiledSQL: c.CompiledSQL, Columns: []plan.Column{}}
	o.Report = &Report{Digest: c.Digest(), Checks: []plan.Check{}}
	for _, r := range t.Reports {
		o.Report.Checks = append(o.Report.Checks, r.Checks...)
		if r.Preview != nil {
			o.Model.Preview = r.Preview
		}
		if len(r.Columns) > 0 {
			o.Model.Columns = r.Columns
		}
	}
	for _, f := range c.Files {
		o.Files = append(o.Files, File{Path: f.Path, Action: f.Action, Content: string(f.Content)})
	}
	return o
}

func statusOf(t plan.Thread) Status {
	switch t.Stage {
	case plan.StageProposed:
		if t.Reuse.Extends() {
			return Extend
		}
		return Proposed
	case plan.StagePublished:
		return Approved
	case plan.StageAsking, plan.StageParked:
		return NeedsAnswers
	case plan.StageAnswered:
		return Exists
	case plan.StageEscalated:
		return Escalated
	}
	return Declined
}
