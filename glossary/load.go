package glossary

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"sort"
	"strings"

	"gopkg.in/yaml.v3"
)

// maxFile bounds a glossary file, in bytes; the largest real glossaries are a hundredth of it.
const maxFile = 8 << 20

// Load reads one YAML file, or every .yml and .yaml file below a folder. A folder that does not exist is an
// empty glossary: a project need not have one. The error is Problems (each with file and line) when the YAML is
// at fault; the terms that could be read are returned with it.
func Load(fsys fs.FS, name string) (*Glossary, error) {
	files, err := glossaryFiles(fsys, name)
	if err != nil {
		return &Glossary{}, fmt.Errorf("reading glossary %s: %w", name, err)
	}
	g := &Glossary{}
	var problems Problems
	for _, file := range files {
		body, err := readBounded(fsys, file)
		if err != nil {
			return g, fmt.Errorf("reading glossary file %s: %w", file, err)
		}
		terms, ps := decodeFile(file, body)
		g.Terms = append(g.Terms, terms...)
		problems = append(problems, ps...)
	}
	problems = append(problems, duplicateIDs(g.Terms)...)
	return g, problems.sorted().err()
}

// Parse reads the text of one glossary file; path is used in problems only.
func Parse(path string, body []byte) (*Glossary, error) {
	terms, problems := decodeFile(path, body)
	problems = append(problems, duplicateIDs(terms)...)
	return &Glossary{Terms: terms}, problems.sorted().err()
}

func glossaryFiles(fsys fs.FS, name string) ([]string, error) {
	info, err := fs.Stat(fsys, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return []string{name}, nil
	}
	var files []string
	err = fs.WalkDir(fsys, name, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		ext := strings.ToLower(path.Ext(p))
		if !d.IsDir() && (ext == ".yml" || ext == ".yaml") {
			files = append(files, p)
		}
		return nil
	})
	sort.Strings(files)
	return files, err
}

func readBounded(fsys fs.FS, name string) ([]byte, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	body, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err == nil && len(body) > maxFile {
		err = fmt.Errorf("larger than %d bytes", maxFile)
	}
	return body, err
}

func duplicateIDs(terms []Term) Problems {
	var ps Problems
	first := map[string]Term{}
	for _, t := range terms {
		if old, ok := first[t.ID]; ok {
			ps = append(ps, Problem{Path: t.Path, Line: t.Line, Term: t.ID, Message: fmt.Sprintf("the id is taken already (%s:%d)", old.Path, old.Line)})
			continue
		}
		first[t.ID] = t
	}
	return ps
}

// yamlProblem turns an error of the YAML reader ("yaml: line 3: …") into a problem with its line.
func yamlProblem(path string, err error) Problem {
	var te *yaml.TypeError
	text := err.Error()
	if errors.As(err, &te) && len(te.Errors) > 0 {
		text = te.Errors[0]
	}
	text = strings.TrimPrefix(text, "yaml: ")
	line := 0
	if rest, ok := strings.CutPrefix(text, "line "); ok {
		if n, after, ok := strings.Cut(rest, ": "); ok {
			if _, err := fmt.Sscanf(n, "%d", &line); err == nil {
				text = after
			}
		}
	}
	return Problem{Path: path, Line: line, Message: "not valid YAML: " + text}
}
