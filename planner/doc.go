// Package planner leads a thread from a sentence to a pull request.
//
// Step is the whole of its judgement: a pure function from a thread and an
// event to the next state and the effects that shall happen. It reads no clock,
// does no I/O and asks no model, so a conversation can be replayed from its
// events alone.
//
// The files follow the way of a thread: said.go (a message comes in), asking.go
// (readings, questions, answers), reply.go (what a text answers), amend.go (an answer is taken
// back), revise.go (a reply changes the request), remember.go (what outlives the thread),
// lesson.go (a word for the glossary), spread.go (the change that brings it there),
// design.go (reuse, synthesize, cover, document, check), propose.go (approval),
// publish.go, retry.go (failures), show.go (messages that are updated).
//
// Package driver, below, is the part with hands: it claims a thread in the store, feeds its
// events to Step in order, commits state and effects in one transaction,
// performs the effects, and appends what came of them as new events. It holds no rule.
package planner
