package slackbot

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Slack's timestamps, "seconds.microseconds", are ids and times at once. As text they compare only when both have
// the same number of digits, so they are compared as numbers.

func micros(ts string) int64 {
	sec, frac, _ := strings.Cut(ts, ".")
	if len(sec) == 0 || len(sec) > 12 || len(frac) > 6 {
		return 0
	}
	n, err := strconv.ParseUint(sec+frac+strings.Repeat("0", 6-len(frac)), 10, 63)
	if err != nil {
		return 0
	}
	return int64(n)
}

func isTS(ts string) bool { return micros(ts) > 0 }

// timeOf is the moment of a timestamp, in UTC; the zero time for what is none.
func timeOf(ts string) time.Time {
	n := micros(ts)
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMicro(n).UTC()
}

func tsOf(t time.Time) string {
	n := t.UnixMicro()
	return fmt.Sprintf("%d.%06d", n/1e6, n%1e6)
}

// later reports whether a is a later timestamp than b; an empty b is before everything.
func later(a, b string) bool { return micros(a) > micros(b) }
