package glossary

import (
	"errors"
	"strings"
	"testing"
)

const teamCSV = "\uFEFFBusiness Term;Also known as;Definition;Steward;Table;Aggregation;Column;Where;Date column;Comment\r\n" +
	"Net sales;turnover | sales;\"Sum of lines; without tax\";finance;order_lines;SUM;net_amount;status <> 'cancelled';ordered_at;checked\r\n" +
	"Region;;Where the buyer is;;buyers;;region;;;\r\n" +
	"\r\n" +
	"Big buyers;key accounts;;sales;buyers;;;size = 'L';;\r\n" +
	"Happiness;;How people feel;;;;;;;\r\n" +
	"Net Sales;;again;;order_lines;sum;net_amount;;;\r\n"

func TestFromCSV(t *testing.T) {
	body, err := FromCSV("terms.csv", strings.NewReader(teamCSV))
	var problems Problems
	if !errors.As(err, &problems) || len(problems) != 2 || problems[0].Line != 6 || !strings.Contains(problems[0].Message, "nothing says what it means") ||
		problems[1].Line != 7 || !strings.Contains(problems[1].Message, "an earlier row has this id") {
		t.Errorf("problems: %v", err)
	}
	const want = `terms:
  - id: net_sales
    name: Net sales
    definition: Sum of lines; without tax
    owner: finance
    synonyms:
      - turnover
      - sales
    metric:
      type: simple
      model: order_lines
      agg: sum
      expr: net_amount
      agg_time_dimension: ordered_at
      filter: "status <> 'cancelled'"

  - id: region
    name: Region
    definition: Where the buyer is
    dimensions:
      - buyers.region

  - id: big_buyers
    name: Big buyers
    owner: sales
    synonyms:
      - key accounts
    filters:
      - model: buyers
        where: "size = 'L'"
`
	if string(body) != want {
		t.Errorf("got:\n%s", body)
	}
	g, err := Parse("terms.yml", body)
	if err != nil || len(g.Terms) != 3 || g.Terms[0].Metric.Model != "order_lines" || g.Terms[0].Metric.Filter[0].Text != "status <> 'cancelled'" {
		t.Errorf("read back: %+v, %v", g, err)
	}
}

func TestFromCSVRefuses(t *testing.T) {
	for name, c := range map[string]struct{ text, says string }{
		"nothing":             {"", "no line that names its columns"},
		"no name":             {"definition,owner\na,b\n", "no column is called name or term"},
		"two of a kind":       {"name,description,meaning\na,b,c\n", "two columns are the definition"},
		"an open quote":       {"name,definition\n\"a,b\n", "terms.csv"},
		"a status":            {"name,model,agg,expr,status\na,m,sum,x,perhaps\n", "terms.csv:2: term a: "},
		"an aggregation":      {"name,model,agg,expr\na,m,total,x\n", "terms.csv:2: term a: "},
		"no letters in a row": {"name,model,expr\n???,m,x\n", "terms.csv:2: a term needs an id"},
	} {
		t.Run(name, func(t *testing.T) {
			body, err := FromCSV("terms.csv", strings.NewReader(c.text))
			if err == nil || !strings.Contains(err.Error(), c.says) || len(body) > 0 {
				t.Errorf("%q, %v; want %q", body, err, c.says)
			}
		})
	}
}

// FuzzFromCSV: whatever a spreadsheet writes, what comes out is a glossary.
func FuzzFromCSV(f *testing.F) {
	f.Add(teamCSV)
	f.Add("name,model,agg,expr\na,b,sum,c\n")
	f.Add("name\tfilter\tmodel\n\"x\ny\"\tz = 'a: #b'\tm\n")
	f.Fuzz(func(t *testing.T, text string) {
		body, err := FromCSV("terms.csv", strings.NewReader(text))
		var problems Problems
		if err != nil && !errors.As(err, &problems) {
			return
		}
		if _, err := Parse("terms.yml", body); err != nil {
			t.Errorf("not a glossary: %v\n%s", err, body)
		}
	})
}
