package metric

import (
	"encoding/json"
	"fmt"

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
	if b.findAtom(m, offset) != nil {
		return nil
	}
	a := &atom{measure: m, offset: offset, label: name, name: name}
	if same := b.findAtom(m, nil); offset != nil && same != nil {
		// The same aggregate is there for the row's own period: it is read a second time, further back.
		a.name, a.source = same.name, same.source
		b.atoms = append(b.atoms, a)
		return nil
	}
	if err := b.assign(a); err != nil {
		return err
	}
	b.atoms = append(b.atoms, a)
	return nil
}

func (b *builder) findAtom(m plan.Measure, offset *plan.Span) *atom {
	key := atomKey(m, offset)
	for _, a := range b.atoms {
		if atomKey(a.measure, a.offset) == key {
			return a
		}
	}
	return nil
}

// atomKey is the meaning of an atom: everything of the measure but its words.
func atomKey(m plan.Measure, offset *plan.Span) string {
	m.Name, m.Offset = "", nil
	bare := plan.Spec{Measures: []plan.Measure{m}}.Canonical()
	return fmt.Sprint(bare, keyOf(offset))
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
	return get(b.findAtom(m, offset)), nil
}
