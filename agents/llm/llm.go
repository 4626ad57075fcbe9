// Package llm is what Firstmile asks of a language model, in its own words.
//
// A Model answers one conversation once. Ask puts a prompt of package prompts to it,
// holds the answer to the prompt's JSON schema, and gives the model one chance to mend
// what does not fit. What then still does not fit is no answer: nothing is ever guessed
// from it, and the caller goes on as if there were no model.
//
// Implementations: openai.Client for OpenAI, Azure OpenAI and every server that
// speaks the same language; the doubles of llmtest. What goes wrong between us and the model is a
// *plan.Failure (transient, refused, permanent), or the error of a context that was cancelled.
package llm

import (
	"context"
	"encoding/json"
	"strings"

	"firstmile/planner/plan"
	"firstmile/prompts"
)

// Model is a language model. Safe for use by several goroutines.
type Model interface {
	// Name is what the model is called in the configuration.
	Name() string
	// Complete answers a conversation. It repeats what is worth repeating (a busy server, a cut line) within ctx. A
	// reply's text may be anything, also empty.
	Complete(ctx context.Context, c Call) (Reply, error)
}

// Call is one conversation, with the shape that the answer should have.
type Call struct {
	Task     string // names the schema; letters, digits, "_" and "-"
	Messages []Message
	Schema   []byte // JSON schema; the model may ignore it
}

// Message is one turn of the conversation.
type Message struct {
	Role Role
	Text string
}

// Role says who speaks.
type Role string

// Roles.
const (
	System    Role = "system"    // the stable part, always first
	User      Role = "user"      // data, or what was wrong with the answer
	Assistant Role = "assistant" // the model itself
)

// Reply is what the model said.
type Reply struct {
	Text string
	// Model is the name that the server gives; it can be more exact than the configured one, empty, or nonsense.
	Model string
	Usage plan.Usage
}

// Answer is a reply that fits its schema, and where it came from.
type Answer struct {
	JSON   json.RawMessage
	Model  string     // that answered
	Prompt string     // prompts.Prompt.Version
	Usage  plan.Usage // of all calls, also of those that gave no answer
}

// CodeNoAnswer is the code of the Failure when the model answered, but not in the shape asked for.
const CodeNoAnswer = "model_no_answer"

// Ask puts a prompt to a model. When it fails the Answer holds only the usage so far.
func Ask(ctx context.Context, m Model, p prompts.Prompt) (Answer, error) {
	shape, err := compile(p.Task, p.Schema)
	if err != nil {
		return Answer{}, err
	}
	answer := Answer{Model: m.Name(), Prompt: p.Version}
	call := Call{Task: p.Task, Schema: p.Schema, Messages: []Message{{System, p.System}, {User, p.Data}}}
	var wrong error
	for range 2 { // the question, and one repair
		reply, err := m.Complete(ctx, call)
		answer.add(reply)
		if err != nil {
			return Answer{Usage: answer.Usage}, err
		}
		if answer.JSON, wrong = shape.read(reply.Text); wrong == nil {
			return answer, nil
		}
		call.Messages = append(call.Messages[:2:2], Message{Assistant, clip(reply.Text, maxShown)}, Message{User, repair(wrong, p.Schema)})
	}
	return Answer{Usage: answer.Usage}, plan.NewFailure(plan.Refused, CodeNoAnswer, "The language model gave no usable answer.", wrong)
}

func (a *Answer) add(r Reply) {
	a.Usage.ModelCalls += r.Usage.ModelCalls
	a.Usage.PromptTokens += r.Usage.PromptTokens
	a.Usage.CompletionTokens += r.Usage.CompletionTokens
	if ordinary(r.Model) {
		a.Model = r.Model
	}
}

// ordinary reports whether what a server calls its model may be recorded: one short word of ordinary characters, no address.
func ordinary(name string) bool {
	odd := func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("-._:/", r)
	}
	return name != "" && len(name) <= 80 && !strings.ContainsFunc(name, odd) && !strings.Contains(name, "//")
}
