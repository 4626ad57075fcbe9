package main

import "time"

// figure is one number that the project promises.
type figure struct {
	what      string // as the README says it
	benchmark string // that measures it; a sub-benchmark by its full name
	// unit of the benchmark's value: "ns/op", or one that it reports itself: nanoseconds ("p99-ns"), or bytes ("resident-bytes").
	unit string
	goal float64 // in that unit
}

const (
	milliseconds = float64(time.Millisecond)
	seconds      = float64(time.Second)
	megabytes    = float64(1 << 20)
)

// figures are in the README's order. They hold on two cores; the median of several runs counts.
var figures = []figure{
	{"event to acknowledgement", "BenchmarkEventToAck", "ns/op", 50 * milliseconds},
	{"request to proposal, no model, embedded gate", "BenchmarkRequestToProposal", "ns/op", 300 * milliseconds},
	{"checking one change, without dbt", "BenchmarkCheckChange", "ns/op", 20 * milliseconds},
	{"search in 10,000 models and 2,000 terms, 99th percentile", "BenchmarkFind", "p99-ns", 10 * milliseconds},
	{"search: one changed model", "BenchmarkOneModelChanged", "ns/op", 50 * milliseconds},
	{"search: start with a warm index", "BenchmarkWarmStart", "ns/op", 300 * milliseconds},
	{"search: resident memory", "BenchmarkWarmStart", "resident-bytes", 300 * megabytes},
	{"cold read of 10,000 models", "BenchmarkColdRead10000", "ns/op", 2 * seconds},
	{"one changed file of 10,000 models, beyond listing them", "BenchmarkOneFileChanged10000", "beyond-ns/op", 5 * milliseconds},
	{"compiling 200 columns over 20 joins", "BenchmarkCompileWide", "ns/op", 5 * milliseconds},
}
