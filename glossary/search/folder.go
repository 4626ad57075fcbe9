package search

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
)

// ErrInUse is the error of Open when another process, or another Index of this one, has the folder open.
var ErrInUse = errors.New("the index folder is in use")

// Entries of the folder.
const (
	formatFile   = "format.json"
	wordsFolder  = "words"
	vectorsName  = "vectors"
	manifestName = "manifest"
)

// formatVersion changes with anything that makes the same documents indexed in another way: fields, stems, trade.yml.
const formatVersion = 1

// format says who wrote a folder.
type format struct {
	Version  int    `json:"version"`
	Embedder string `json:"embedder"`
}

// storage is the index as it lies on disk, or in memory when dir is empty.
type storage struct {
	dir      string
	words    *lexical
	vectors  vectorFile
	manifest manifest
	known    map[sum][]float32 // the vectors of the file
}

// openStorage opens the folder. What cannot be used is removed and begins empty; only what the package owns is touched.
func openStorage(dir, embedder string, log *slog.Logger) (*storage, error) {
	if dir == "" {
		s := &storage{manifest: manifest{}, known: map[sum][]float32{}}
		var err error
		s.words, err = newLexical("")
		return s, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("making the index's folder: %w", err)
	}
	want := format{formatVersion, embedder}
	s, err := reopen(dir, want)
	if err == nil || errors.Is(err, ErrInUse) {
		return s, err
	}
	if !errors.Is(err, os.ErrNotExist) {
		log.Warn("the index is built anew", "why", err.Error())
	}
	return create(dir, want)
}

// reopen opens a folder that an earlier run left.
func reopen(dir string, want format) (*storage, error) {
	var got format
	body, err := os.ReadFile(filepath.Join(dir, formatFile))
	if err != nil {
		return nil, err
	}
	d := json.NewDecoder(bytes.NewReader(body))
	if err := d.Decode(&got); err != nil {
		return nil, fmt.Errorf("%s is damaged: %w", formatFile, err)
	}
	if got.Version != want.Version {
		return nil, fmt.Errorf("the index is of version %d, this is version %d", got.Version, want.Version)
	}
	s := &storage{dir: dir, vectors: vectorFile{path: filepath.Join(dir, vectorsName)}}
	if s.words, err = openLexical(filepath.Join(dir, wordsFolder)); err != nil {
		return nil, inUse(err)
	}
	if err := s.read(got.Embedder == want.Embedder, want); err != nil {
		return nil, errors.Join(err, s.words.close())
	}
	return s, nil
}

// read loads manifest and vectors. Vectors of another embedder are dropped; the words stay.
func (s *storage) read(sameSpace bool, want format) error {
	body, err := s.words.internal(manifestName)
	if err != nil {
		return err
	}
	n, err := s.words.count()
	if err != nil {
		return err
	}
	s.manifest = manifest{}
	if n > 0 || len(body) > 0 { // else nothing was ever written
		if s.manifest, err = decodeManifest(body); err != nil {
			return err
		}
	}
	if n != uint64(len(s.manifest)) {
		return fmt.Errorf("the index holds %d documents, its manifest %d: %w", n, len(s.manifest), errManifest)
	}
	if !sameSpace {
		if err := os.RemoveAll(s.vectors.path); err != nil {
			return fmt.Errorf("removing vectors of another embedder: %w", err)
		}
		if err := writeFormat(s.dir, want); err != nil {
			return err
		}
	}
	s.known, err = s.vectors.load()
	return err
}

// inUse recognises bbolt's word for a lock that somebody else holds. It has no exported error here: the store is bbolt's only home.
func inUse(err error) error {
	if strings.Contains(err.Error(), "timeout") {
		return fmt.Errorf("%w: %w", ErrInUse, err)
	}
	return err
}

// create begins an empty folder in the place of an unusable one. The format is written last: without it there is no index.
func create(dir string, want format) (*storage, error) {
	for _, name := range []string{formatFile, wordsFolder, vectorsName, vectorsName + ".new"} {
		if err := os.RemoveAll(filepath.Join(dir, name)); err != nil {
			return nil, fmt.Errorf("removing an unusable index: %w", err)
		}
	}
	words, err := newLexical(filepath.Join(dir, wordsFolder))
	if err != nil {
		return nil, inUse(err)
	}
	s := &storage{dir: dir, words: words, manifest: manifest{}, known: map[sum][]float32{}, vectors: vectorFile{path: filepath.Join(dir, vectorsName)}}
	if err := writeFormat(dir, want); err != nil {
		return nil, errors.Join(err, words.close())
	}
	return s, nil
}

func writeFormat(dir string, f format) error {
	body, err := json.Marshal(f)
	if err != nil {
		return fmt.Errorf("writing the index's format: %w", err)
	}
	next := filepath.Join(dir, formatFile+".new")
	if err := os.WriteFile(next, append(body, '\n'), 0o600); err != nil {
		return fmt.Errorf("writing the index's format: %w", err)
	}
	if err := os.Rename(next, filepath.Join(dir, formatFile)); err != nil {
		return fmt.Errorf("writing the index's format: %w", err)
	}
	return nil
}

func (s *storage) close() error { return s.words.close() }
