package seed

import (
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"io"
	"strings"
	"testing"
	"time"
)

// TestFilesNeverChange holds the generator to its promise. A change of the data on purpose changes this hash,
// and with it every figure that the documentation states about the sample.
func TestFilesNeverChange(t *testing.T) {
	const want = "026d7e2283bc1ad3ce3850d40cf91372e3d0d00d009eb117ac42d7b316ff57fc"
	for run := 1; run <= 2; run++ {
		if got := hashOf(t, generate(t)); got != want {
			t.Errorf("run %d: the generated files hash to %s, want %s", run, got, want)
		}
	}
}

func generate(t *testing.T) []File {
	t.Helper()
	files, err := Files()
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func hashOf(t *testing.T, files []File) string {
	t.Helper()
	h := sha256.New()
	for _, f := range files {
		io.WriteString(h, f.Name+"\n")
		h.Write(f.Content)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// TestRowsAreWellFormed reads every file back: as many cells as columns, and no moment after the last day.
func TestRowsAreWellFormed(t *testing.T) {
	for _, f := range generate(t) {
		rows, err := csv.NewReader(strings.NewReader(string(f.Content))).ReadAll()
		if err != nil {
			t.Errorf("%s: %v", f.Name, err)
			continue
		}
		for i, row := range rows[1:] {
			for j, cell := range row {
				at, err := time.Parse("2006-01-02 15:04:05", cell)
				if err == nil && (at.After(horizon) || at.Equal(horizon) && rows[0][j] != "_loaded_at") {
					t.Errorf("%s row %d: %s is %s, after the last day", f.Name, i+1, rows[0][j], cell)
				}
			}
		}
	}
}

// TestSubscriptionsFollowEachOther checks each customer's life: nothing ends before it starts, a trial is at most
// fourteen days, and what replaces a switched subscription starts the moment that one ends.
func TestSubscriptionsFollowEachOther(t *testing.T) {
	for _, c := range simulate() {
		starts := map[time.Time]bool{}
		for _, s := range c.subscriptions {
			starts[s.started] = true
		}
		for _, s := range c.subscriptions {
			switch {
			case !s.ended.IsZero() && !s.ended.After(s.started):
				t.Errorf("subscription %d ends at %s, before it starts at %s", s.id, s.ended, s.started)
			case s.trial && (s.mrr() != 0 || s.ended.Sub(s.started) > 14*day):
				t.Errorf("trial %d costs %d cents and lasts %s", s.id, s.mrr(), s.ended.Sub(s.started))
			case s.status == "switched" && !starts[s.ended]:
				t.Errorf("subscription %d was switched, but nothing starts at %s", s.id, s.ended)
			case (s.status == "active" || s.status == "trialing") != s.ended.IsZero():
				t.Errorf("subscription %d is %s and ends at %q", s.id, s.status, stamp(s.ended))
			}
		}
	}
}

// TestRefundsNeverExceedTheirInvoice checks the books.
func TestRefundsNeverExceedTheirInvoice(t *testing.T) {
	all := invoicesOf(simulate())
	left := map[int]int{}
	for _, i := range all {
		if i.original == 0 {
			left[i.id] = i.amount
		}
	}
	for _, i := range all {
		if i.original == 0 {
			continue
		}
		if left[i.original] += i.amount; left[i.original] < 0 || i.amount >= 0 {
			t.Errorf("refund %d of %d cents for invoice %d leaves %d", i.id, i.amount, i.original, left[i.original])
		}
	}
}
