package sample

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
)

// generator is the source of the seeds' generator: with the files written by
// hand, it is all that the sample's content depends on.
//
//go:embed seed/*.go
var generator embed.FS

// Version tells two versions of the sample apart: 12 hex digits that change when
// a file of the project or the generator of its data does. A folder named by it
// never holds an older sample.
func Version() (string, error) {
	h := sha256.New()
	for _, fsys := range []embed.FS{handwritten, generator} {
		err := fs.WalkDir(fsys, ".", func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			content, err := fsys.ReadFile(path)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(h, "%s %d\n%s", path, len(content), content)
			return err
		})
		if err != nil {
			return "", fmt.Errorf("reading the embedded sample: %w", err)
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:6]), nil
}
