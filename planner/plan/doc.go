// Package plan is the vocabulary of Firstmile: the nouns that every other
// package speaks. It holds data and the pure rules that belong to that data
// (a digest, a canonical form, matching an answer to a question) and imports
// the standard library only.
//
// Read it in the order a request travels:
//
//	request.go   who said what, in which thread
//	spec.go      what the request means: Spec, Dimension, Filter, TimeAxis, Rank; measure.go: Measure;
//	             canonical.go: when two Specs mean the same
//	expr.go      scalar expressions over columns, parsed from SQL text
//	question.go  what is asked back, how an answer is matched, what was assumed
//	reading.go   what the interpreter and the look for reuse return
//	change.go    files to publish and their digest
//	report.go    what the checks found out about one digest
//	past.go      what is remembered of a design beyond its thread
//	lesson.go    a word and its meaning on the way into the glossary
//	message.go   what is shown in the thread, as data
//	event.go     what happened (input of planner.Step)
//	effect.go    what shall be done (output of planner.Step)
//	thread.go    the state of one thread
//	failure.go   errors with a class, a sentence for the person and a cause for the log
//
// Everything here is plain JSON: the store keeps it, the terminal prints it,
// and a state written by an older version must stay readable, so fields are
// added, never renamed.
package plan
