package yamledit

// The values that written entries must parse to, as yaml.v3 decodes them.

func modelValue(m Model, s Style) map[string]any {
	v := map[string]any{"name": m.Name}
	put(v, "description", described(m.Description, s))
	if len(m.Config) > 0 {
		v["config"] = pairsValue(m.Config)
	}
	testsValue(v, m.Tests, s)
	if len(m.Columns) > 0 {
		var cols []any
		for _, c := range m.Columns {
			cols = append(cols, columnValue(c, s))
		}
		v["columns"] = cols
	}
	return v
}

func columnValue(c Column, s Style) map[string]any {
	v := map[string]any{"name": c.Name}
	put(v, "data_type", c.DataType)
	put(v, "description", described(c.Description, s))
	if len(c.Meta) > 0 {
		v["meta"] = pairsValue(c.Meta)
	}
	testsValue(v, c.Tests, s)
	return v
}

func put(v map[string]any, key, text string) {
	if text != "" {
		v[key] = text
	}
}

func testsValue(v map[string]any, ts []Test, s Style) {
	if len(ts) == 0 {
		return
	}
	var out []any
	for _, t := range ts {
		out = append(out, testValue(t, s))
	}
	v[s.TestsKey] = out
}

func testValue(t Test, s Style) any {
	if len(t.Args) == 0 && len(t.Config) == 0 {
		return t.Name
	}
	body := map[string]any{}
	if len(t.Args) > 0 {
		if s.ArgumentsKey {
			body["arguments"] = pairsValue(t.Args)
		} else {
			body = pairsValue(t.Args)
		}
	}
	if len(t.Config) > 0 {
		body["config"] = pairsValue(t.Config)
	}
	return map[string]any{t.Name: body}
}

func pairsValue(ps []Pair) map[string]any {
	out := map[string]any{}
	for _, p := range ps {
		switch v := p.Value.(type) {
		case []Pair:
			out[p.Key] = pairsValue(v)
		case []string:
			out[p.Key] = anys(v)
		case []any:
			out[p.Key] = v
		default:
			out[p.Key] = v
		}
	}
	return out
}
