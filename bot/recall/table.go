package recall

import (
	"fmt"
	"io"
	"text/tabwriter"
)

// Table is the figures of several projects.
type Table struct {
	rows  []row
	total Figures
}

type row struct {
	project   string
	relations int
	figures   Figures
}

// Add adds a project.
func (t *Table) Add(project string, relations int, f Figures) {
	if t.total == nil {
		t.total = Figures{}
	}
	t.total.Add(f)
	t.rows = append(t.rows, row{project, relations, f})
}

// Write prints recall@5 and recall@10 in percent: for each task a line for each project, then one for all queries together.
func (t *Table) Write(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, task := range Tasks {
		fmt.Fprintf(w, "%s\trelations\tqueries", task)
		for _, way := range Ways {
			fmt.Fprintf(w, "\t%s @5\t@10", way)
		}
		fmt.Fprintln(w)
		relations := 0
		for _, r := range t.rows {
			line(w, task, r.project, r.relations, r.figures)
			relations += r.relations
		}
		line(w, task, "all", relations, t.total)
		fmt.Fprintln(w)
	}
	return w.Flush()
}

func line(w io.Writer, task, name string, relations int, f Figures) {
	fmt.Fprintf(w, "%s\t%d\t%d", name, relations, f[Key{task, Hybrid}].Queries)
	for _, way := range Ways {
		one := f[Key{task, way}]
		n := float64(max(one.Queries, 1))
		fmt.Fprintf(w, "\t%.1f\t%.1f", 100*one.At5/n, 100*one.At10/n)
	}
	fmt.Fprintln(w)
}
