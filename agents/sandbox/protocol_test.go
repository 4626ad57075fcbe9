package sandbox

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"io"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFrames(t *testing.T) {
	var stream bytes.Buffer
	sent := []request{
		{ID: 1, Op: opOpen, Open: &openRequest{Scratch: "x", MemoryMB: 1, Threads: 2}},
		{ID: 2, Op: opBind, SQL: "SELECT 'é'", Relations: []Relation{{Name: "t", Columns: []Column{{"a", "DATE"}}}}},
	}
	for _, r := range sent {
		if err := writeFrame(&stream, r); err != nil {
			t.Fatal(err)
		}
	}
	whole := stream.String()
	first := 4 + int(binary.BigEndian.Uint32(stream.Bytes()))
	for _, want := range sent {
		var got request
		if err := readFrame(&stream, &got); err != nil {
			t.Fatal(err)
		}
		same(t, "request", got, want)
	}
	if err := readFrame(&stream, &request{}); err != io.EOF {
		t.Errorf("at the end: got %v, want EOF", err)
	}
	for n := 1; n < first; n += 7 {
		if err := readFrame(bytes.NewBufferString(whole[:n]), &request{}); err == nil || err == io.EOF {
			t.Errorf("cut off after %d bytes: got %v", n, err)
		}
	}
}

func FuzzReadFrame(f *testing.F) {
	for _, v := range []any{request{ID: 7, Op: opQuery, SQL: "SELECT 1"}, response{ID: 7, Columns: []Column{{"a", "DATE"}}, Rows: [][]*string{{nil}}}} {
		var b bytes.Buffer
		if err := writeFrame(&b, v); err != nil {
			f.Fatal(err)
		}
		f.Add(b.Bytes())
	}
	f.Add([]byte{0xff, 0xff, 0xff, 0xff})
	f.Add([]byte{0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, stream []byte) {
		in := bytes.NewReader(stream)
		var r response
		if readFrame(in, &r) == nil {
			var again bytes.Buffer
			if err := writeFrame(&again, r); err != nil {
				t.Fatal(err)
			}
			var back response
			if err := readFrame(&again, &back); err != nil {
				t.Fatal(err)
			}
			if r.fits(opQuery) == nil {
				result(r)
			}
		}
	})
}

func FuzzSummarize(f *testing.F) {
	f.Add([]byte(`{"type":"SELECT_NODE","cte_map":{"map":[{"key":"a","value":{"query":{"node":{"type":"RECURSIVE_CTE_NODE"}}}}]},"from_table":{"type":"BASE_TABLE","table_name":"t"}}`))
	f.Add([]byte(`{"type":"TABLE_FUNCTION","function":{"function_name":"range"}}`))
	f.Add([]byte(`[]`))
	f.Fuzz(func(t *testing.T, tree []byte) {
		s, err := summarize(json.RawMessage(tree))
		if err == nil && s.Kind != "SELECT" {
			t.Errorf("kind %q", s.Kind)
		}
	})
}

func TestValues(t *testing.T) {
	s := begin(t, Options{})
	for _, test := range []struct {
		sql  string
		want any
	}{
		{"NULL", nil},
		{"true", true},
		{"false", false},
		{"1", number("1")},
		{"170141183460469231731687303715884105727::HUGEINT", number("170141183460469231731687303715884105727")},
		{"-0.50::DECIMAL(10, 2)", number("-0.50")},
		{"0.1::DOUBLE", number("0.1")},
		{"0.1::FLOAT", number("0.1")},
		{"1e300::DOUBLE", number("1e+300")},
		{"1.0::DOUBLE", number("1.0")},
		{"'nan'::DOUBLE", "nan"},
		{"'-inf'::DOUBLE", "-inf"},
		{"DATE '2025-03-03'", "2025-03-03"},
		{"TIME '10:11:12.5'", "10:11:12.5"},
		{"TIMESTAMP '2025-03-03 10:11:12'", "2025-03-03T10:11:12"},
		{"TIMESTAMP '2025-03-03 10:11:12.000001'", "2025-03-03T10:11:12.000001"},
		{"'2025-03-03 10:11:12'::TIMESTAMP_S", "2025-03-03T10:11:12"},
		{"TIMESTAMPTZ '2025-03-03 10:11:12+02:30'", "2025-03-03T07:41:12Z"},
		{"'infinity'::TIMESTAMP", "infinity"},
		{"'infinity'::TIMESTAMPTZ", "infinity"},
		{"'x'", "x"},
		{"'1'", "1"},
		{"''", ""},
		{"'a' || chr(10) || '\"é'", "a\n\"é"},
		{"INTERVAL 36 HOUR", "36:00:00"},
		{"'2e0'::VARCHAR", "2e0"},
		{"UUID '11111111-2222-3333-4444-555555555555'", "11111111-2222-3333-4444-555555555555"},
		{"[1, NULL]", "[1, NULL]"},
		{"[TIMESTAMP '2025-03-03 10:11:12']", "['2025-03-03 10:11:12']"},
		{"{'a': 1}", "{'a': 1}"},
		{"MAP {'k': 1.5}", "{k=1.5}"},
		{"'\\x00'::BLOB", "\\x00"},
		{"'{\"a\": 1}'::JSON", `{"a": 1}`},
		{"'b'::ENUM('a', 'b')", "b"},
	} {
		got := one(t, s, "SELECT "+test.sql)
		same(t, test.sql, got, test.want)
		raw, err := json.Marshal(got)
		if err != nil {
			t.Errorf("%s: %v", test.sql, err)
			continue
		}
		decoder := json.NewDecoder(bytes.NewReader(raw))
		decoder.UseNumber()
		var back any
		if err := decoder.Decode(&back); err != nil || !cmp.Equal(back, got) {
			t.Errorf("%s: %v after a round trip: %v", test.sql, back, err)
		}
	}
}

func TestManyRows(t *testing.T) {
	s := begin(t, Options{})
	r, err := s.Query(t.Context(), Trusted("SELECT i FROM range(300000) t(i)"), QueryOptions{Limit: 250_000})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Rows) != 250_000 || !r.Truncated || r.Rows[249_999][0] != any(number("249999")) {
		t.Errorf("%d rows, truncated %v", len(r.Rows), r.Truncated)
	}
}
