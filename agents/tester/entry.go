package tester

import (
	"fmt"

	"gopkg.in/yaml.v3"

	"firstmile/planner/plan"
)

// described is the part of a properties file that coverage looks at, under both spellings of tests.
type described struct {
	Models []struct {
		Name        string      `yaml:"name"`
		Description string      `yaml:"description"`
		Tests       []yaml.Node `yaml:"tests"`
		DataTests   []yaml.Node `yaml:"data_tests"`
		Columns     []struct {
			Name        string      `yaml:"name"`
			Description string      `yaml:"description"`
			DataType    string      `yaml:"data_type"`
			Tests       []yaml.Node `yaml:"tests"`
			DataTests   []yaml.Node `yaml:"data_tests"`
		} `yaml:"columns"`
	} `yaml:"models"`
}

// readEntry reads the entry of one model from the bytes of a properties file.
func readEntry(content []byte, model string) (plan.Properties, error) {
	var file described
	if err := yaml.Unmarshal(content, &file); err != nil {
		return plan.Properties{}, err
	}
	for _, m := range file.Models {
		if m.Name != model {
			continue
		}
		p := plan.Properties{Description: m.Description, Tests: readTests(m.Tests, m.DataTests)}
		for _, c := range m.Columns {
			p.Columns = append(p.Columns, plan.PropertyColumn{Name: c.Name, Type: c.DataType, Description: c.Description, Tests: readTests(c.Tests, c.DataTests)})
		}
		return p, nil
	}
	return plan.Properties{}, fmt.Errorf("no entry for the model %s", model)
}

// readTests reads tests written as a bare name or as a map from the name to its
// arguments. dbt also lets a map carry the test under test_name; what has no name is left out.
func readTests(lists ...[]yaml.Node) []plan.Test {
	var out []plan.Test
	for _, list := range lists {
		for _, n := range list {
			var name string
			if n.Decode(&name) == nil {
				out = append(out, plan.Test{Name: name})
				continue
			}
			var m map[string]any
			if n.Decode(&m) != nil {
				continue
			}
			if name, ok := m["test_name"].(string); ok {
				out = append(out, plan.Test{Name: name, Arguments: arguments(m)})
				continue
			}
			for name, v := range m {
				args, ok := v.(map[string]any)
				if ok {
					out = append(out, plan.Test{Name: name, Arguments: arguments(args)})
				}
			}
		}
	}
	return out
}

func arguments(m map[string]any) []plan.Argument {
	var out []plan.Argument
	for k, v := range m {
		out = append(out, plan.Argument{Name: k, Value: v})
	}
	return out
}
