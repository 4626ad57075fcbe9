package metric

import (
	"encoding/json"

	"firstmile/planner/plan"
)

// atom is one aggregate that has to be read from rows: a measure without parts.
type atom struct {
	measure plan.Measure
	offset  *plan.Span // the atom is read this much earlier; nil: in the row's own period
	label   string     // what the Spec calls it
	name    string     // its column in the step of its source
	source  *source
}

// parts maps what an atom means to the atom.
type parts map[string]*atom

// fills reports whether the atom is 0 where no row reached it.
func (a *atom) fills() bool {
	switch a.measure.Agg {
	case plan.Sum, plan.Count, plan.CountDistinct, plan.SumBoolean:
		return a.measure.Kind != plan.Balance
	}
	return a.measure.Kind == plan.Population
}

// collect takes all measures apart.
func (b *builder) collect() error {
	for _, m := range b.spec.Measures {
		if err := b.collectFrom(m, nil, m.Name); err != nil {
			return err
		}
	}
	return nil
}

func (b *builder) collectFrom(m plan.Measure, offset *plan.Span, name string) error {
	switch m.Kind {
	case plan.Ratio:
		if err := b.collectFrom(*m.Numerator, offset, nameOr(m.Numerator.Name, name+"_numerator")); err != nil {
			return err
		}
		return b.collectFrom(*m.Denominator, offset, nameOr(m.Denominator.Name, name+"_denominator"))
	case plan.Conversion, plan.Retention, plan.Funnel:
		return b.collectFigures(m, offset, name)
	case plan.Derived:
		for _, in := range m.Inputs {
			shift := offset
			if in.Offset != nil {
				if offset != nil {
					return refuse("offset", "%s is shifted twice.", in.Name)
				}
				shift = in.Offset
			}
			if err := b.collectFrom(in, shift, nameOr(in.Name, name+"_input")); err != nil {
				return err
			}
		}
		return nil
	}
	return b.addAtom(m, offset, name)
}

func nameOr(name, other string) string {
	if name != "" {
		return name
	}
	return other
}

func (b *builder) addAtom(m plan.Measure, offset *plan.Span, name string) error {
	bare := atomKey(m)
	key := bare + keyOf(offset)
	if b.parts[key] != nil {
		return nil
	}
	a := &atom{measure: m, offset: offset, label: name, name: name}
	if same := b.parts[bare+keyOf((*plan.Span)(nil))]; offset != nil && same != nil {
		// The same aggregate is there for the row's own period: it is read a second time, further back.
		a.name, a.source = same.name, same.source
	} else if err := b.assign(a); err != nil {
		return err
	}
	b.parts[key] = a
	b.atoms = append(b.atoms, a)
	return nil
}

// atomKey is the meaning of an atom: everything of the measure but its words.
func atomKey(m plan.Measure) string {
	m.Name, m.Offset = "", nil
	return plan.Spec{Measures: []plan.Measure{m}}.Canonical()
}

// keyOf is a value as text, for use in a comparison.
func keyOf(v any) string {
	b, err := json.Marshal(v)
	if err != nil { // only strings, numbers and slices of them come here
		panic("metric: " + err.Error())
	}
	return string(b)
}

// value is a measure's expression over its atoms; get says where each atom is found.
func (b *builder) value(m plan.Measure, offset *plan.Span, get func(*atom) Scalar) (Scalar, error) {
	switch m.Kind {
	case plan.Ratio:
		over, err := b.value(*m.Numerator, offset, get)
		if err != nil {
			return nil, err
		}
		under, err := b.value(*m.Denominator, offset, get)
		return Divide{over, under}, err
	case plan.Conversion, plan.Retention, plan.Funnel:
		return b.figuresValue(m, offset, get), nil
	case plan.Derived:
		return scalarOf(*m.Formula, func(name string) (Scalar, error) {
			for _, in := range m.Inputs {
				if in.Name != name {
					continue
				}
				shift := offset
				if in.Offset != nil {
					shift = in.Offset
				}
				return b.value(in, shift, get)
			}
			return nil, refuse("derived", "The formula of %s uses %q, which is none of its inputs.", m.Name, name)
		})
	}
	return get(b.parts[atomKey(m)+keyOf(offset)]), nil
}
