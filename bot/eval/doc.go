// Package eval measures how well requests are understood: it runs a suite of requests
// through a Planner and scores every answer. `firstmile eval SUITE` is a thin shell around it,
// used before every change of rules or prompts.
//
// The first figure is always "proposed unasked and wrong": a number that nobody asked
// about and that is not the one that was wanted. Asking once too often is a nuisance,
// declining is honest; a wrong number is the one thing that must not happen.
//
// The way of a suite through the package:
//
//	suite.go    the format as Go types; suite.schema.json says the same to editors
//	read.go     reads *.suite.yaml, strictly: every mistake with file and line
//	run.go      asks the Planner, several cases at a time, and the baselines
//	table.go    compares the rows of two queries, whatever their columns are called
//	judge.go    one answer against what its case expects: a Verdict
//	names.go    the baseline that knows nothing but names
//	figures.go  all verdicts together: figures, and whether thresholds are met
//	report.go   the table for people, the JSON lines for programs
//	twist.go    clear requests in other words, and with additions that must not be ignored
//
// The package owns no files; it reads suites and writes what it is given a writer for.
package eval
