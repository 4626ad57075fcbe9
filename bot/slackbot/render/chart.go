package render

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/go-analyze/charts"
	"github.com/slack-go/slack"

	"firstmile/planner/plan"
)

const (
	maxSeries = 8
	maxBars   = 20
	minPoints = 2
)

// plot is what a chart shows: values[i] belongs to names[i], each with one value per label.
type plot struct {
	title  string
	note   string // what is left out
	labels []string
	names  []string
	values [][]float64
	line   bool
	format plan.Format
}

// Chart is a picture (PNG) of a proposal's preview: lines over time, bars otherwise, for the first measure. It is
// false where there is nothing to draw.
func Chart(d *plan.Proposal) ([]byte, bool, error) {
	if d == nil || d.Preview == nil || d.Spec == nil || len(d.Spec.Measures) == 0 {
		return nil, false, nil
	}
	pl, ok := plotOf(d.Preview, d.Spec)
	if !ok {
		return nil, false, nil
	}
	png, err := pl.draw()
	if err != nil {
		return nil, false, fmt.Errorf("drawing the chart: %w", err)
	}
	return png, true, nil
}

func column(v *plan.Preview, name string) int { return slices.Index(v.Columns, name) }

func plotOf(v *plan.Preview, spec *plan.Spec) (plot, bool) {
	m := spec.Measures[0]
	y := column(v, m.Name)
	if y < 0 {
		return plot{}, false
	}
	p := plot{title: firstOf(m.Label, m.Name), format: m.Format}
	var dims []int
	for _, d := range spec.Dimensions {
		if i := column(v, d.Name); i >= 0 {
			dims = append(dims, i)
		}
	}
	x := -1
	if spec.Time != nil {
		x = column(v, spec.Time.Name)
	}
	if x >= 0 {
		p.lines(v.Rows, x, y, dims)
	} else {
		p.bars(v.Rows, y, dims)
	}
	if v.Truncated {
		p.note = strings.TrimSpace(fmt.Sprintf("%d of %d rows. %s", len(v.Rows), max(v.RowCount, len(v.Rows)), p.note))
	}
	return p, len(p.labels) >= minPoints && len(p.values) > 0
}

func group(row []any, dims []int) string {
	parts := make([]string, len(dims))
	for i, d := range dims {
		parts[i] = Value(at(row, d), "")
	}
	s, _ := clip(line(strings.Join(parts, ", ")), 30)
	return s
}

// lines makes one series per group of dimensions over the periods in order; the largest groups are kept.
func (p *plot) lines(rows [][]any, x, y int, dims []int) {
	p.line = true
	at1 := map[string]map[string]float64{}
	size := map[string]float64{}
	for _, row := range rows {
		n, ok := number(at(row, y))
		if !ok || at(row, x) == nil {
			continue
		}
		period, g := day(Value(at(row, x), "")), group(row, dims)
		if at1[g] == nil {
			at1[g] = map[string]float64{}
			p.names = append(p.names, g)
		}
		at1[g][period] = n
		size[g] += math.Abs(n)
		if !slices.Contains(p.labels, period) {
			p.labels = append(p.labels, period)
		}
	}
	slices.Sort(p.labels)
	if len(p.names) > maxSeries {
		slices.SortStableFunc(p.names, func(a, b string) int { return cmp.Compare(size[b], size[a]) })
		p.note = fmt.Sprintf("The %d largest of %d groups.", maxSeries, len(p.names))
		p.names = p.names[:maxSeries]
	}
	for _, g := range p.names {
		series := make([]float64, len(p.labels))
		for i, l := range p.labels {
			n, ok := at1[g][l]
			if !ok {
				n = charts.GetNullValue()
			}
			series[i] = n
		}
		p.values = append(p.values, series)
	}
}

// day takes the time off a timestamp at midnight.
func day(s string) string {
	if len(s) > 10 && s[4] == '-' && s[7] == '-' && strings.Trim(s[10:], "T 0:.Z+") == "" {
		return s[:10]
	}
	return s
}

func (p *plot) bars(rows [][]any, y int, dims []int) {
	if len(dims) == 0 {
		return
	}
	var series []float64
	for _, row := range rows {
		n, ok := number(at(row, y))
		if !ok {
			continue
		}
		if len(series) == maxBars {
			p.note = fmt.Sprintf("The first %d groups.", maxBars)
			break
		}
		p.labels, series = append(p.labels, group(row, dims)), append(series, n)
	}
	if len(series) > 0 {
		p.values = [][]float64{series}
	}
}

func (p *plot) draw() ([]byte, error) {
	canvas := charts.NewPainter(charts.PainterOptions{OutputFormat: charts.ChartOutputPNG, Width: 900, Height: 420})
	title, _ := clip(line(p.title), 60)
	if p.note != "" {
		title += "  (" + strings.TrimSuffix(p.note, ".") + ")"
	}
	show := func(x float64) string { return axis(x, p.format) }
	if p.line {
		o := charts.NewLineChartOptionWithData(p.values)
		o.Title.Text = title
		o.XAxis.Labels, o.ValueFormatter = p.labels, show
		if len(p.names) > 1 || p.names[0] != "" {
			o.Legend.SeriesNames = p.names
			o.Legend.Offset = charts.OffsetStr{Top: "30"}
		}
		if err := canvas.LineChart(o); err != nil {
			return nil, err
		}
		return canvas.Bytes()
	}
	o := charts.NewBarChartOptionWithData(p.values)
	o.Title.Text = title
	o.CategoryAxis.Labels, o.ValueFormatter = p.labels, show
	if slices.Min(p.values[0]) >= 0 {
		o.ValueAxis[0].Min = charts.Ptr(0.0) // a bar's length is its value
	}
	if err := canvas.BarChart(o); err != nil {
		return nil, err
	}
	return canvas.Bytes()
}

// axis is a number beside an axis.
func axis(x float64, f plan.Format) string {
	if f == plan.Rate {
		return fmt.Sprintf("%.4g%%", x*100)
	}
	switch size := math.Abs(x); {
	case size >= 1e9:
		return fmt.Sprintf("%.4gbn", x/1e9)
	case size >= 1e6:
		return fmt.Sprintf("%.4gm", x/1e6)
	case size >= 1e4:
		return fmt.Sprintf("%.4gk", x/1e3)
	}
	return fmt.Sprintf("%.4g", x)
}

// picture shows an uploaded chart.
func picture(p *page, d *plan.Proposal, file string) {
	alt, _ := clip("Chart of the preview: "+line(firstOf(d.Title, d.Model)), maxAlt)
	p.add(0, slack.NewImageBlockSlackFile(&slack.SlackFileObject{ID: file}, alt, "", nil))
}
