package githubapi

import "strings"

// Patterns lists the calls as GitHub's documentation writes them.
func (s *Server) Patterns() []string {
	var out []string
	for _, rt := range s.routes() {
		out = append(out, strings.ReplaceAll(rt.pattern, "...}", "}"))
	}
	return out
}

// ReadJournal is the reader of the journal, for fuzzing.
var ReadJournal = func(data string) (int64, error) {
	return readJournal(strings.NewReader(data), newBook().apply)
}
