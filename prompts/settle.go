package prompts

// Settle asks which of a closed list of candidates is meant by words that the
// glossary and the project do not explain.
type Settle struct {
	Request string // the whole request in the requester's words
	Words   []OpenWords
}

// OpenWords are words of the request with everything that they may be taken for.
type OpenWords struct {
	Words      string
	Candidates []Candidate
}

// Candidate is one thing in the project. ID must come back as it is, so it cannot be shortened or cleaned: a candidate
// whose id is very long or holds line breaks or invisible characters is left out of the prompt.
type Candidate struct {
	ID         string
	Kind       string // "measure", "split", "filter", …
	Label      string
	Definition string
}

// None is the answer for words that none of the candidates explains.
const None = "none"

// Limits, in characters, of what goes into a prompt.
const (
	maxRequest    = 1500
	maxWords      = 120
	maxID         = 200
	maxLabel      = 100
	maxDefinition = 220
)

// Settle renders the prompt.
func (l *Library) Settle(in Settle) (Prompt, error) {
	data := Settle{Request: plain(in.Request, maxRequest)}
	for _, w := range in.Words {
		open := OpenWords{Words: plain(w.Words, maxWords)}
		for _, c := range w.Candidates {
			if plain(c.ID, maxID) != c.ID {
				continue
			}
			open.Candidates = append(open.Candidates, Candidate{ID: c.ID, Kind: plain(c.Kind, maxLabel),
				Label: plain(c.Label, maxLabel), Definition: plain(c.Definition, maxDefinition)})
		}
		data.Words = append(data.Words, open)
	}
	return l.settle.prompt(data)
}

// Settled is the answer.
type Settled struct {
	Choices []Choice `json:"choices"`
}

// Choice names the candidate meant by the words, or None.
type Choice struct {
	Words  string `json:"words"`
	Choice string `json:"choice"`
}
