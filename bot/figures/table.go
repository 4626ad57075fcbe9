package main

import "time"

// figure is one number that the project promises.
type figure struct {
	what      string // as the README says it
	benchmark string // that measures it; a sub-benchmark by its full name
	unit      string // of the benchmark's value: "ns/op", or one that it reports itself, such as "p99-ns"
	goal      time.Duration
}

// figures are in the README's order. They hold on two cores; the median of several runs counts.
var figures = []figure{
	{"event to acknowledgement", "BenchmarkEventToAck", "ns/op", 50 * time.Millisecond},
	{"request to proposal, no model, embedded gate", "BenchmarkRequestToProposal", "ns/op", 300 * time.Millisecond},
	{"checking one change, without dbt", "BenchmarkCheckChange", "ns/op", 20 * time.Millisecond},
}
