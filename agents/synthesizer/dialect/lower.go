package dialect

import (
	"firstmile/agents/synthesizer/metric"
	"firstmile/agents/synthesizer/sqltree"
)

// Lower spells a plan. The error is a *plan.Failure when the engine lacks something.
func (d Dialect) Lower(p *metric.Plan) (*sqltree.Statement, error) {
	l := &lowering{d: d}
	out := &sqltree.Statement{}
	for _, i := range p.Imports {
		if i.Given {
			continue
		}
		out.Imports = append(out.Imports, sqltree.Import{Name: d.name(i.Name), Ref: i.Node.Ref()})
	}
	for _, s := range p.Steps {
		out.CTEs = append(out.CTEs, sqltree.CTE{Name: d.name(s.Name), Comment: s.Comment, Query: l.query(s.Query)})
	}
	out.Final = l.selectOf(p.Final)
	return out, l.err
}

// lowering keeps the first error, so that the walk reads straight.
type lowering struct {
	d   Dialect
	err error
}

func (l *lowering) fail(err error) {
	if l.err == nil {
		l.err = err
	}
}

func (l *lowering) query(q metric.Query) sqltree.Query {
	switch q := q.(type) {
	case metric.Select:
		return l.selectOf(q)
	case metric.Union:
		u := sqltree.Union{All: !q.Distinct}
		for _, p := range q.Parts {
			u.Parts = append(u.Parts, l.selectOf(p))
		}
		return u
	case metric.Series:
		bare := scope{l: l, bare: true}
		sel, err := l.d.series(l.d, series{name: q.Name, grain: q.Grain, from: l.d.name(q.From),
			first: bare.scalar(metric.Column{Name: q.First}), last: bare.scalar(metric.Column{Name: q.Last})})
		l.fail(err)
		return sel
	}
	return sqltree.Select{}
}

func (l *lowering) selectOf(q metric.Select) sqltree.Select {
	s := scope{l: l, bare: len(q.Joins) == 0}
	out := sqltree.Select{Distinct: q.Distinct, From: l.table(q.From), Where: s.scalars(q.Where)}
	for i, item := range q.Items {
		if item.Expr == nil {
			star := sqltree.Item{Star: true}
			if item.Name != "" {
				star.Name = l.d.name(item.Name)
			}
			out.Items = append(out.Items, star)
			continue
		}
		e := s.scalar(item.Expr)
		out.Items = append(out.Items, sqltree.Item{Expr: e, Name: l.d.name(item.Name)})
		if q.Grouped && i < q.Keys {
			out.GroupBy = append(out.GroupBy, e)
		}
	}
	for _, j := range q.Joins {
		join := sqltree.Join{Kind: string(j.Kind), Table: l.table(j.Table), On: s.scalars(j.On)}
		for _, u := range j.Using {
			join.Using = append(join.Using, l.d.name(u))
		}
		out.Joins = append(out.Joins, join)
	}
	return out
}

func (l *lowering) table(t metric.Table) sqltree.Table {
	if t.Name == "" {
		return sqltree.Table{}
	}
	out := sqltree.Table{Name: l.d.name(t.Name)}
	if t.Alias != "" && t.Alias != t.Name {
		out.Alias = l.d.name(t.Alias)
	}
	return out
}
