package seed

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"slices"
	"strconv"
	"time"
)

// File is one generated CSV file: a header line, then rows in the order in which they were exported.
type File struct {
	Name    string // "raw_customers.csv"
	Content []byte
}

// Files runs the simulation and returns its files by name. It takes a fraction of a second and returns the
// same bytes every time.
func Files() ([]File, error) {
	customers := simulate()
	tables := []table{
		accountManagersTable(), countriesTable(), plansTable(),
		customersTable(customers), usersTable(customers), subscriptionsTable(customers),
		invoicesTable(invoicesOf(customers)), eventsTable(eventsOf(customers)), ticketsTable(ticketsOf(customers)),
	}
	files := make([]File, 0, len(tables))
	for _, t := range tables {
		content, err := t.csv()
		if err != nil {
			return nil, fmt.Errorf("writing %s: %w", t.name, err)
		}
		files = append(files, File{Name: t.name + ".csv", Content: content})
	}
	slices.SortFunc(files, func(a, b File) int { return bytes.Compare([]byte(a.Name), []byte(b.Name)) })
	return files, nil
}

// table is a raw table on its way to CSV.
type table struct {
	name    string
	columns []string
	rows    []row
}

// row is a line of a table; loaded is when the export brought it, the last column of every table that has
// one.
type row struct {
	loaded time.Time
	cells  []string
}

func (t *table) add(loaded time.Time, cells ...string) {
	t.rows = append(t.rows, row{loaded: loaded, cells: append(cells, stamp(loaded))})
}

func (t *table) csv() ([]byte, error) {
	slices.SortStableFunc(t.rows, func(a, b row) int { return a.loaded.Compare(b.loaded) })
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	if err := w.Write(t.columns); err != nil {
		return nil, err
	}
	for _, r := range t.rows {
		if err := w.Write(r.cells); err != nil {
			return nil, err
		}
	}
	w.Flush()
	return b.Bytes(), w.Error()
}

// stamp writes a time in UTC, a zero time as an empty cell.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format("2006-01-02 15:04:05")
}

// number writes an id or an amount, zero as an empty cell where zero means "none".
func number(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

func countriesTable() table {
	t := table{name: "raw_countries", columns: []string{"country_code", "country_name", "region", "market"}}
	for _, c := range countries {
		t.rows = append(t.rows, row{cells: []string{c.code, c.name, c.region, c.market}})
	}
	return t
}

func plansTable() table {
	t := table{name: "raw_plans", columns: []string{"plan_name", "price_per_seat_cents", "plan_rank"}}
	for i, p := range plans {
		t.rows = append(t.rows, row{cells: []string{p.name, strconv.Itoa(p.price), strconv.Itoa(i + 1)}})
	}
	return t
}

func accountManagersTable() table {
	t := table{name: "raw_account_managers", columns: []string{"account_manager_id", "manager_name", "team"}}
	for _, m := range managers {
		t.rows = append(t.rows, row{cells: []string{strconv.Itoa(m.id), m.name, m.team}})
	}
	return t
}
