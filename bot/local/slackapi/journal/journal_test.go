package journal_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"firstmile/bot/local/slackapi/journal"
)

func collect(into *[]string) func([]byte) error {
	return func(rec []byte) error { *into = append(*into, string(rec)); return nil }
}

// open opens a journal and returns what it holds.
func open(t *testing.T, path string) (*journal.Log, *journal.Torn, []string) {
	t.Helper()
	var records []string
	log, torn, err := journal.Open(path, collect(&records))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { log.Close() })
	return log, torn, records
}

// write makes a journal of n records and returns its path and bytes.
func write(t *testing.T, n int) (string, []byte) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "j.jsonl")
	log, _, _ := open(t, path)
	for i := range n {
		add := log.Append
		if i%2 == 1 {
			add = log.Note
		}
		if err := add(map[string]any{"n": i, "text": "a line\nwith <b> and ü"}); err != nil {
			t.Fatal(err)
		}
	}
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return path, data
}

func TestReopenedJournalHoldsEveryRecord(t *testing.T) {
	path, data := write(t, 5)
	if n := bytes.Count(data, []byte("\n")); n != 5 {
		t.Fatalf("5 records take %d lines", n)
	}
	log, torn, records := open(t, path)
	if torn != nil || len(records) != 5 || records[3] != `{"n":3,"text":"a line\nwith \u003cb\u003e and ü"}` {
		t.Fatalf("torn %v, records %q", torn, records)
	}
	if err := log.Append(6); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("mode %v, error %v", info.Mode(), err)
	}
}

// Whatever byte a crash stops at: all whole records are there, the torn one is reported and gone, and writing goes on.
func TestCrashAtEveryByte(t *testing.T) {
	_, data := write(t, 4)
	for cut := range len(data) + 1 {
		path := filepath.Join(t.TempDir(), "j.jsonl")
		if err := os.WriteFile(path, data[:cut], 0o600); err != nil {
			t.Fatal(err)
		}
		log, torn, records := open(t, path)
		whole := bytes.Count(data[:cut], []byte("\n"))
		if len(records) != whole {
			t.Fatalf("cut at %d: %d records, want %d", cut, len(records), whole)
		}
		if clean := cut == 0 || data[cut-1] == '\n'; clean != (torn == nil) {
			t.Fatalf("cut at %d: torn is %v", cut, torn)
		}
		if torn != nil && torn.Line != whole+1 {
			t.Fatalf("cut at %d: torn line %d", cut, torn.Line)
		}
		if err := log.Append("next"); err != nil {
			t.Fatal(err)
		}
		log.Close()
		_, torn, records = open(t, path)
		if torn != nil || len(records) != whole+1 || records[whole] != `"next"` {
			t.Fatalf("cut at %d, written and opened again: torn %v, %q", cut, torn, records)
		}
	}
}

func TestTailOfZeroBytesIsTorn(t *testing.T) {
	path, data := write(t, 2)
	if err := os.WriteFile(path, append(data, make([]byte, 100)...), 0o600); err != nil {
		t.Fatal(err)
	}
	_, torn, records := open(t, path)
	if len(records) != 2 || torn == nil || torn.Bytes != 100 {
		t.Fatalf("torn %v, %d records", torn, len(records))
	}
}

func TestDamageIsAnErrorThatNamesFileAndLine(t *testing.T) {
	_, data := write(t, 4)
	lines := bytes.SplitAfter(data, []byte("\n"))
	for name, second := range map[string]string{
		"a flipped byte":    strings.Replace(string(lines[1]), "line", "lime", 1),
		"no JSON":           "hello\n",
		"an empty line":     "\n",
		"two values":        strings.TrimSpace(string(lines[1])) + string(lines[1]),
		"an unknown key":    `{"crc":"00000000","rec":1,"x":2}` + "\n",
		"zero bytes inside": "\x00\x00\x00\n",
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "j.jsonl")
			all := append(append(bytes.Clone(lines[0]), second...), append(lines[2], lines[3]...)...)
			if err := os.WriteFile(path, all, 0o600); err != nil {
				t.Fatal(err)
			}
			_, _, err := journal.Open(path, func([]byte) error { return nil })
			var damage *journal.CorruptError
			if !errors.As(err, &damage) || damage.File != path || damage.Line != 2 || !strings.Contains(err.Error(), path+":2:") {
				t.Fatalf("error %v", err)
			}
			if after, _ := os.ReadFile(path); !bytes.Equal(after, all) {
				t.Fatal("the damaged file was changed")
			}
		})
	}
}

func TestRecordThatDoesNotFitIsDamage(t *testing.T) {
	path, _ := write(t, 3)
	refuse := errors.New("it does not fit")
	n := 0
	_, _, err := journal.Open(path, func([]byte) error {
		if n++; n == 3 {
			return refuse
		}
		return nil
	})
	if !errors.Is(err, refuse) || !strings.Contains(err.Error(), ":3:") {
		t.Fatalf("error %v", err)
	}
}

func TestOneWriterAtATime(t *testing.T) {
	path, _ := write(t, 1)
	open(t, path)
	if _, _, err := journal.Open(path, func([]byte) error { return nil }); err == nil || !strings.Contains(err.Error(), "another process") {
		t.Fatalf("error %v", err)
	}
}

func TestClosedJournalRefuses(t *testing.T) {
	log, _, _ := open(t, filepath.Join(t.TempDir(), "j.jsonl"))
	log.Close()
	if err := log.Append(1); err == nil {
		t.Fatal("no error")
	}
}

// What was acknowledged stays readable whatever the rest of the file is.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{
		"", "\n", "{}", "{\"crc\":\"\",\"rec\":null}\n", "{\"crc\":\"d202ef8d\",\"rec\":0}\n",
		"{\"crc\":\"f4dbdf21\",\"rec\":0}\n{\"crc\":\"f4dbdf21\",\"rec\":0}\n{\"cr", "\x00\x00",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var records []string
		size, torn, err := journal.Read(bytes.NewReader(data), "fuzz", collect(&records))
		if size < 0 || size > int64(len(data)) || (size > 0 && data[size-1] != '\n') {
			t.Fatalf("size %d of %d bytes", size, len(data))
		}
		if torn != nil && (err != nil || size+torn.Bytes != int64(len(data)) || bytes.IndexByte(data[size:], '\n') >= 0) {
			t.Fatalf("size %d, torn %+v, error %v", size, torn, err)
		}
		if torn == nil && err == nil && size != int64(len(data)) {
			t.Fatalf("%d bytes are neither records, torn nor damage", int64(len(data))-size)
		}
		var again []string
		if n, torn, err := journal.Read(bytes.NewReader(data[:size]), "fuzz", collect(&again)); n != size || torn != nil || err != nil {
			t.Fatalf("the whole records alone: size %d, torn %v, error %v", n, torn, err)
		}
		if diff := cmp.Diff(records, again); diff != "" {
			t.Fatal(diff)
		}
	})
}

func BenchmarkAppend(b *testing.B) {
	log, _, err := journal.Open(filepath.Join(b.TempDir(), "j.jsonl"), func([]byte) error { return nil })
	if err != nil {
		b.Fatal(err)
	}
	defer log.Close()
	for i := range b.N {
		if err := log.Append(fmt.Sprintf("record %d", i)); err != nil {
			b.Fatal(err)
		}
	}
}
