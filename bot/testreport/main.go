// Command testreport reads `go test -json` from standard input and prints what a person wants to see of it: a
// line per package as it ends, everything that a failing test wrote, each skipped test with its reason (plain go test
// hides those), and one closing line. It ends with status 1 when anything failed and, where the environment says
// CI=true, when anything was skipped: in continuous integration "not run" is never "passed".
//
// It is a tool of the Makefile, no part of the product.
package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
)

func main() {
	r := newReport(os.Stdout)
	if err := r.read(os.Stdin); err != nil {
		fmt.Fprintf(os.Stderr, "testreport: %v\n", err)
		os.Exit(1)
	}
	if !r.close(os.Getenv("CI") == "true") {
		os.Exit(1)
	}
}

// read takes in events, a line each, until the input ends.
func (r *report) read(in io.Reader) error {
	lines := bufio.NewReader(in)
	for {
		line, err := lines.ReadBytes('\n')
		if len(line) > 0 {
			r.line(line)
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("reading test events: %w", err)
		}
	}
}
