package slackapi

import (
	"encoding/base64"
	"math"
	"strconv"
	"strings"

	"firstmile/bot/local/slackapi/workspace"
)

// slice is the part of a list that a page shows.
type slice struct{ from, to int }

// page reads limit and cursor for a list of n items. A limit above most is cut to it, as in Slack.
func (c *call) page(n, def, most int) (slice, string, error) {
	limit, err := c.limit(def, most)
	if err != nil {
		return slice{}, "", err
	}
	from := 0
	if cursor := c.args["cursor"]; cursor != "" {
		value, ok := readCursor(cursor, "from")
		if !ok || value > int64(n) {
			return slice{}, "", c.documented("invalid_cursor")
		}
		from = int(value)
	}
	to := min(from+limit, n)
	if to < n {
		return slice{from, to}, makeCursor("from", int64(to)), nil
	}
	return slice{from, to}, "", nil
}

// limit reads the argument limit.
func (c *call) limit(def, most int) (int, error) {
	text := c.args["limit"]
	if text == "" || text == "0" {
		return def, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return 0, c.documented("invalid_limit")
	}
	return min(n, most), nil
}

// Cursors look like Slack's: base64 of a name and a number.
func makeCursor(name string, n int64) string {
	return base64.StdEncoding.EncodeToString([]byte(name + ":" + strconv.FormatInt(n, 10)))
}

func readCursor(cursor, name string) (int64, bool) {
	text, err := base64.StdEncoding.DecodeString(cursor)
	if err != nil {
		return 0, false
	}
	number, ok := strings.CutPrefix(string(text), name+":")
	if !ok || !digits(number) {
		return 0, false
	}
	n, err := strconv.ParseInt(number, 10, 64)
	return n, err == nil
}

// window is a span of time, in microseconds, that history and replies are asked for.
type window struct {
	oldest, latest int64
	inclusive      bool
}

func (c *call) window() (window, error) {
	w := window{latest: math.MaxInt64, inclusive: c.flag("inclusive")}
	var ok bool
	if v := c.args["oldest"]; v != "" {
		if w.oldest, ok = parseTS(v); !ok {
			return w, fail("invalid_ts_oldest")
		}
	}
	if v := c.args["latest"]; v != "" && v != "now" {
		if w.latest, ok = parseTS(v); !ok {
			return w, fail("invalid_ts_latest")
		}
	}
	return w, nil
}

func (w window) holds(m *workspace.Message) bool {
	at := micros(m.TS)
	if w.inclusive {
		return w.oldest <= at && at <= w.latest
	}
	return w.oldest < at && at < w.latest
}

// take gives up to limit messages from where the cursor points, and the cursor of the next page. list is in the order the
// method answers in; a cursor holds the timestamp of the next message, so new ones do not shift pages.
func (c *call) take(list []*workspace.Message, newestFirst bool, limit int) ([]*workspace.Message, string, error) {
	if cursor := c.args["cursor"]; cursor != "" {
		at, ok := readCursor(cursor, "next_ts")
		if !ok {
			return nil, "", fail("invalid_cursor")
		}
		for len(list) > 0 {
			if ts := micros(list[0].TS); ts == at || newestFirst == (ts < at) {
				break
			}
			list = list[1:]
		}
	}
	if len(list) <= limit {
		return list, "", nil
	}
	return list[:limit], makeCursor("next_ts", micros(list[limit].TS)), nil
}
