// Package grammar turns a request into readings: which constituents it has and
// how they fit together, still without a decision for one of several meanings of a word.
//
// link.go makes typed terminals of every span of words (Link); rules_*.go is the
// table of rules, which mirrors the algebra of plan.Spec (Parse); meaning.go
// holds what the rules make. The words of a phrase keep their order inside a constituent; the
// constituents of a request may stand in any order.
//
// A new phrasing is a row in lexicon.yml. A new meaning is one row in a table here
// and its case in package compose.
package grammar
