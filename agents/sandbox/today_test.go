package sandbox

import (
	"testing"
)

// TestToday: a query may be told which day it is, and the next one is not affected.
func TestToday(t *testing.T) {
	s := begin(t, Options{Database: shop(t)})
	ask := func(o QueryOptions) string {
		t.Helper()
		got, err := s.Query(t.Context(), Trusted("select current_date as day, current_date - interval 1 day < current_date as before"), o)
		if err != nil {
			t.Fatal(err)
		}
		day, _ := got.Rows[0][0].(string)
		return day
	}
	now := ask(QueryOptions{})
	if got := ask(QueryOptions{Today: "2020-02-29"}); got != "2020-02-29" {
		t.Errorf("current_date is %s", got)
	}
	views := []View{{Name: "v", SQL: "select current_date as day", Stored: true}}
	got, err := s.Query(t.Context(), Trusted("select day from v"), QueryOptions{Today: "2020-03-01", Views: views})
	if err != nil || got.Rows[0][0] != "2020-03-01" {
		t.Errorf("a view sees %v, %v", got, err)
	}
	if got := ask(QueryOptions{}); got < now {
		t.Errorf("afterwards current_date is %s", got)
	}
	if _, err := s.Query(t.Context(), Trusted("select 1"), QueryOptions{Today: "1' or"}); err == nil {
		t.Error("a day that is none is accepted")
	}
}
