package plan

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash"
	"sort"
)

// Action on a file.
type Action string

// Actions.
const (
	Create Action = "create"
	Edit   Action = "edit"
)

// File is one file of a change. Path is relative to the repository's root, with slashes.
type File struct {
	Path   string `json:"path"`
	Action Action `json:"action"`
	// Mode is git's file mode, "100644" for a normal file.
	Mode string `json:"mode"`
	// OriginalBlob is git's blob hash of the bytes that were edited; empty for Create.
	OriginalBlob string `json:"original_blob,omitempty"`
	Content      []byte `json:"content"`
}

// Change is a set of files that belongs together: one model with its properties.
type Change struct {
	Base  Base   `json:"base"`
	Files []File `json:"files"`
	// Model is the name of the model made or extended, ModelPath its SQL file.
	Model     string `json:"model"`
	ModelPath string `json:"model_path"`
	// Properties is the YAML entry in structured form; the YAML file's bytes are
	// rendered from it by each agent that adds to it.
	Properties Properties `json:"properties"`
	// CompiledSQL is the model's SELECT with every ref and source resolved to a
	// relation, so that it runs as it stands on the project's warehouse.
	CompiledSQL string `json:"compiled_sql,omitempty"`
	// Diff is the model's SQL against what it was, for people (edits only); see Diff. It is not part of the digest.
	Diff string `json:"diff,omitempty"`
	// Grain lists the columns that identify a row of the model.
	Grain []string `json:"grain,omitempty"`
}

// Properties is the entry of a model in a dbt properties file.
type Properties struct {
	// Path is the YAML file, relative to the repository's root.
	Path        string           `json:"path"`
	Description string           `json:"description,omitempty"`
	Columns     []PropertyColumn `json:"columns,omitempty"`
	Tests       []Test           `json:"tests,omitempty"` // tests of the model as a whole
	Meta        []Argument       `json:"meta,omitempty"`
	Tags        []string         `json:"tags,omitempty"`
	Contract    bool             `json:"contract,omitempty"` // the columns and types are enforced
}

// PropertyColumn is a column entry.
type PropertyColumn struct {
	Name        string `json:"name"`
	Type        string `json:"type,omitempty"`
	Description string `json:"description,omitempty"`
	// Source says where the description comes from ("glossary term churn_rate").
	Source string `json:"source,omitempty"`
	Tests  []Test `json:"tests,omitempty"`
}

// Test is a dbt data test with the reason for it.
type Test struct {
	Name      string     `json:"name"` // unique, not_null, accepted_values, relationships, …
	Arguments []Argument `json:"arguments,omitempty"`
	Severity  string     `json:"severity,omitempty"` // empty: dbt's default
	Evidence  string     `json:"evidence"`
}

// Argument is a named value: a string, bool, float64 or []string, in the order it is written.
type Argument struct {
	Name  string `json:"name"`
	Value any    `json:"value"`
}

// Digest is the SHA-256, in hex, over the project and the files sorted by path:
// path, mode, action, original blob and new content, each with its length in
// front, so that no two different changes share an encoding. Time, person,
// base commit and pull-request text are not part of it.
func (c Change) Digest() string {
	h := sha256.New()
	writePart(h, []byte("firstmile-change-1"))
	writePart(h, []byte(c.Base.Project))
	files := append([]File(nil), c.Files...)
	sort.Slice(files, func(i, j int) bool { return files[i].Path < files[j].Path })
	for _, f := range files {
		for _, part := range []string{f.Path, f.Mode, string(f.Action), f.OriginalBlob} {
			writePart(h, []byte(part))
		}
		writePart(h, f.Content)
	}
	return hex.EncodeToString(h.Sum(nil))
}

func writePart(h hash.Hash, b []byte) {
	var n [8]byte
	binary.BigEndian.PutUint64(n[:], uint64(len(b)))
	h.Write(n[:]) // a hash never returns an error
	h.Write(b)
}

// File returns the file at path.
func (c Change) File(path string) (File, bool) {
	for _, f := range c.Files {
		if f.Path == path {
			return f, true
		}
	}
	return File{}, false
}

// WithFile returns the change with f added or put in the place of the file at the same path.
func (c Change) WithFile(f File) Change {
	files := make([]File, 0, len(c.Files)+1)
	done := false
	for _, old := range c.Files {
		if old.Path == f.Path {
			old, done = f, true
		}
		files = append(files, old)
	}
	if !done {
		files = append(files, f)
	}
	c.Files = files
	return c
}

// Description is the text of a pull request. It is not part of the digest.
type Description struct {
	Title     string   `json:"title"`
	Body      string   `json:"body"` // GitHub Markdown
	Reviewers []string `json:"reviewers,omitempty"`
}

// PR is a pull request or, for a local repository, a branch.
type PR struct {
	Number int    `json:"number,omitempty"`
	URL    string `json:"url,omitempty"`
	Branch string `json:"branch"`
	Commit string `json:"commit"`
	// Warning says what did not work but does not matter to the bytes ("reviewers could not be requested").
	Warning string `json:"warning,omitempty"`
}

// String is the link, or the branch where there is no link.
func (p PR) String() string {
	if p.URL != "" {
		return p.URL
	}
	return fmt.Sprintf("branch %s (%.10s)", p.Branch, p.Commit)
}
