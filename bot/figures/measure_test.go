package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const printed = `goos: linux
BenchmarkA-2 	     100	  11264032 ns/op	  42.5 p99-ns	       3 allocs/op
BenchmarkA-2 	     100	  99000000 ns/op	  43.5 p99-ns	       3 allocs/op
BenchmarkA-2 	     100	  12264032 ns/op	  41.5 p99-ns	       3 allocs/op
BenchmarkB/sub-case-16         	       1	 350000000 ns/op
Benchmark chatter of a log line
BenchmarkLog said 3 things
BenchmarkD-2 1 5 ns/op 104857600 held-bytes
BenchmarkC-2 1 NaN ns/op
BenchmarkC-2 1 Inf ns/op
BenchmarkC-2 1 -5 ns/op
PASS
`

func TestCompare(t *testing.T) {
	measured, err := read(strings.NewReader(printed))
	if err != nil {
		t.Fatal(err)
	}
	text, short := compare([]figure{
		{"first", "BenchmarkA", "ns/op", 20 * milliseconds},
		{"its tail", "BenchmarkA", "p99-ns", 1000},
		{"second", "BenchmarkB/sub-case", "ns/op", 300 * milliseconds},
		{"room", "BenchmarkD", "held-bytes", 300 * megabytes},
		{"third", "BenchmarkC", "ns/op", seconds},
	}, measured)
	want := `
figure    goal         measured  
first     under 20ms   12.26ms   holds
its tail  under 1µs    42ns      holds
second    under 300ms  350ms     FALLS SHORT
room      under 300MB  100MB     holds
third     under 1s     -         not measured: no BenchmarkC in ns/op
`
	if diff := cmp.Diff(strings.TrimPrefix(want, "\n"), text); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if short != 2 {
		t.Errorf("%d fall short", short)
	}
}

// A goal is missed by the value that equals it: it says "under".
func TestEdge(t *testing.T) {
	f := []figure{{"edge", "BenchmarkA", "ns/op", 10}}
	for value, want := range map[float64]int{9: 0, 10: 1} {
		if _, short := compare(f, map[series][]float64{{"BenchmarkA", "ns/op"}: {value}}); short != want {
			t.Errorf("%v: %d fall short", value, short)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(printed)
	f.Add("BenchmarkA-2 1 NaN ns/op 1")
	f.Fuzz(func(t *testing.T, text string) {
		measured, err := read(strings.NewReader(text))
		if err != nil {
			return
		}
		if text, short := compare(figures, measured); short < len(figures) && !strings.Contains(text, "holds") {
			t.Error(text)
		}
	})
}
