package journal

import (
	"errors"
	"path/filepath"
	"testing"
)

var errFull = errors.New("no space left on device")

// failing is a file on a full disk: it takes half of what it is given.
type failing struct {
	file
	full, stuck, unsynced bool
}

func (f *failing) Write(p []byte) (int, error) {
	if f.full {
		n, _ := f.file.Write(p[:len(p)/2])
		return n, errFull
	}
	return f.file.Write(p)
}

func (f *failing) Truncate(size int64) error {
	if f.stuck {
		return errFull
	}
	return f.file.Truncate(size)
}

func (f *failing) Sync() error {
	if f.unsynced {
		return errFull
	}
	return f.file.Sync()
}

func TestFailures(t *testing.T) {
	for name, test := range map[string]struct {
		fault     failing
		goesOn    bool // a later append works again
		survivors int
	}{
		"a full disk that is cleared":            {failing{full: true}, true, 2},
		"a full disk that cannot even be cut":    {failing{full: true, stuck: true}, false, 1},
		"a disk that does not say what it holds": {failing{unsynced: true}, false, 2}, // the second may be there or not
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "j.jsonl")
			log, _, err := Open(path, func([]byte) error { return nil })
			if err != nil {
				t.Fatal(err)
			}
			if err := log.Append("first"); err != nil {
				t.Fatal(err)
			}
			fault := test.fault
			fault.file = log.file
			log.file = &fault
			if err := log.Append("lost"); !errors.Is(err, errFull) {
				t.Fatalf("error %v", err)
			}
			fault.full, fault.stuck, fault.unsynced = false, false, false
			if err := log.Append("after"); (err == nil) != test.goesOn {
				t.Fatalf("error after the disk is well again: %v", err)
			}
			if err := log.Close(); err != nil {
				t.Fatal(err)
			}
			var got []string
			log, _, err = Open(path, func(rec []byte) error { got = append(got, string(rec)); return nil })
			if err != nil {
				t.Fatal(err)
			}
			defer log.Close()
			if len(got) != test.survivors || got[0] != `"first"` {
				t.Fatalf("records %q", got)
			}
		})
	}
}
