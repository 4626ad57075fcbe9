package grammar

// Slots lists every slot of the structure in a fixed order, each once.
func (s Structure) Slots() []*Slot {
	w := &slotWalker{seen: map[*Slot]bool{}}
	for _, m := range s.Measures {
		w.measure(m)
	}
	for _, r := range s.Ranks {
		w.add(r.Dim)
		w.measure(r.By)
	}
	for _, sp := range s.Splits {
		w.add(sp.Dims...)
		w.add(sp.Time)
	}
	for _, f := range s.Filters {
		w.add(f.Entity)
		w.conds(f.Conds)
	}
	w.conds(s.Included)
	return w.out
}

// Conds lists every condition of the structure.
func (s *Structure) Conds() []*Cond {
	w := &slotWalker{seen: map[*Slot]bool{}}
	for _, m := range s.Measures {
		w.measure(m)
	}
	for _, r := range s.Ranks {
		w.measure(r.By)
	}
	for _, f := range s.Filters {
		w.conds(f.Conds)
	}
	return w.said
}

type slotWalker struct {
	seen map[*Slot]bool
	out  []*Slot
	said []*Cond
}

func (w *slotWalker) add(slots ...*Slot) {
	for _, s := range slots {
		if s != nil && !w.seen[s] {
			w.seen[s] = true
			w.out = append(w.out, s)
		}
	}
}

func (w *slotWalker) measure(m *Measure) {
	if m == nil {
		return
	}
	w.add(m.Slot)
	w.measure(m.Base)
	w.measure(m.Per)
	if m.NP != nil {
		w.add(m.NP.Entity)
		w.conds(m.NP.Conds)
	}
	if m.Of != nil {
		w.add(m.Of.Entity)
		w.conds(m.Of.Conds)
	}
	w.conds(m.Conds)
}

func (w *slotWalker) conds(conds []*Cond) {
	w.said = append(w.said, conds...)
	for _, c := range conds {
		w.add(c.Column, c.Thing)
		w.add(c.Values...)
	}
}
