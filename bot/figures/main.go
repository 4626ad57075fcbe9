// Command figures reads what `go test -bench` printed from standard input and prints a table of figure, goal and
// value measured. It ends with status 1 when a figure falls short or was not measured.
//
// Every number that the README states is a row of table.go, so that nobody has to believe it: `make figures` measures
// it on the spot. It is a tool of the Makefile, no part of the product. `figures -benchmarks` prints what to give to
// `go test -bench`.
package main

import (
	"fmt"
	"os"
	"slices"
	"strings"
)

func main() {
	if slices.Equal(os.Args[1:], []string{"-benchmarks"}) {
		fmt.Println(benchmarks(figures))
		return
	}
	measured, err := read(os.Stdin)
	if err != nil {
		fmt.Fprintf(os.Stderr, "figures: %v\n", err)
		os.Exit(1)
	}
	text, short := compare(figures, measured)
	fmt.Print(text)
	if short > 0 {
		fmt.Printf("figures: %d of %d fall short\n", short, len(figures))
		os.Exit(1)
	}
	fmt.Printf("figures: all %d hold on this machine\n", len(figures))
}

// benchmarks is the expression for those that measure the figures.
func benchmarks(figures []figure) string {
	var names []string
	for _, f := range figures {
		name, _, _ := strings.Cut(f.benchmark, "/")
		names = append(names, name)
	}
	slices.Sort(names)
	return "^(" + strings.Join(slices.Compact(names), "|") + ")$"
}
