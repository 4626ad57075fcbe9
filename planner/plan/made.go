package plan

import (
	"fmt"
	"slices"
)

// Extends reports whether an existing model is extended; nil extends none.
func (r *Reuse) Extends() bool { return r != nil && r.Verdict == Extend }

// Made is what is made: the Spec of the request, or the part of it that an existing model lacks, in that model's words. It
// is nil when the request has not been read as a Spec.
func (t Thread) Made() *Spec {
	switch {
	case t.Reuse.Extends() && t.Reuse.Spec != nil:
		return t.Reuse.Spec
	case t.Reading == nil:
		return nil
	}
	return t.Reading.Spec
}

// Assumptions are those of the reading, as far as they hold for what is made: an extended model has its own way with empty
// values.
func (t Thread) Assumptions() []Assumption {
	if t.Reading == nil {
		return nil
	}
	list, asked, made := t.Reading.Assumptions, t.Reading.Spec, t.Made()
	if asked == nil || made == asked {
		return list
	}
	list = slices.Clone(list)
	for n, d := range made.Dimensions {
		if n >= len(asked.Dimensions) || asked.Dimensions[n].NullAs == d.NullAs {
			continue
		}
		for i := range list {
			if list[i].Empty == asked.Dimensions[n].Name {
				list[i].Text = fmt.Sprintf("Rows without a value in %s stay empty there, as %s has them.", d.Name, t.Reuse.Model)
			}
		}
	}
	return list
}
