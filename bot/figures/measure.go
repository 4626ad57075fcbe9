package main

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
)

// series names the values of one unit that one benchmark reported.
type series struct{ benchmark, unit string }

// read collects the values of every benchmark line:
//
//	BenchmarkCheckChange-2   100   11264032 ns/op   42 p99-ms
//
// The number of processors at the end of the name is left out. Other lines are passed over.
func read(in io.Reader) (map[series][]float64, error) {
	measured := map[series][]float64{}
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		if len(fields) < 4 || !strings.HasPrefix(fields[0], "Benchmark") {
			continue
		}
		name := withoutProcessors(fields[0])
		for pair := range slices.Chunk(fields[2:], 2) {
			if len(pair) < 2 {
				continue
			}
			value, err := strconv.ParseFloat(pair[0], 64)
			if err != nil || !(value >= 0 && value < math.MaxInt64) {
				break // a log line that begins like a benchmark
			}
			s := series{name, pair[1]}
			measured[s] = append(measured[s], value)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("reading benchmark lines: %w", err)
	}
	return measured, nil
}

func withoutProcessors(name string) string {
	at := strings.LastIndexByte(name, '-')
	if at < 0 {
		return name
	}
	if _, err := strconv.Atoi(name[at+1:]); err != nil {
		return name
	}
	return name[:at]
}

// compare renders the table and counts the figures that fall short. What was not measured falls short.
func compare(figures []figure, measured map[series][]float64) (text string, short int) {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	row := func(cells ...string) { _, _ = fmt.Fprintln(w, strings.Join(cells, "\t")) } // a strings.Builder takes everything
	row("figure", "goal", "measured", "")
	for _, f := range figures {
		values := measured[series{f.benchmark, f.unit}]
		goal := "under " + shown(f.goal, f.unit)
		if len(values) == 0 {
			row(f.what, goal, "-", "not measured: no "+f.benchmark+" in "+f.unit)
			short++
			continue
		}
		value := median(values)
		verdict := "holds"
		if value >= f.goal {
			verdict = "FALLS SHORT"
			short++
		}
		row(f.what, goal, shown(value, f.unit), verdict)
	}
	_ = w.Flush()
	return b.String(), short
}

// median is the middle value, the upper one of two; values must not be empty.
func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}

// shown writes a value of the unit for people.
func shown(value float64, unit string) string {
	if strings.HasSuffix(unit, "bytes") {
		return fmt.Sprintf("%.0fMB", value/megabytes)
	}
	return rounded(time.Duration(value)).String()
}

// rounded keeps three digits or so: nobody needs nanoseconds of a second.
func rounded(d time.Duration) time.Duration {
	for _, unit := range []time.Duration{time.Second, time.Millisecond, time.Microsecond} {
		if d >= unit {
			return d.Round(unit / 100)
		}
	}
	return d
}
