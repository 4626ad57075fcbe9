package forge

import (
	"archive/tar"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"
)

var (
	errTooLarge = errors.New("larger than the limit")
	errHostile  = errors.New("hostile archive")
)

// unpack writes the regular files of a GitHub archive into a folder, without the archive's one top folder.
//
// Whatever the archive says, nothing is written outside the folder: names are checked here, and os.Root
// resolves them. Links are not made at all, neither symbolic nor hard: a link in a repository can point at
// the bot's own files. Devices and the like are hostile.
func unpack(in io.Reader, into, commit string, limits Limits) error {
	zip, err := gzip.NewReader(in)
	if err != nil {
		return fmt.Errorf("reading the archive: %w", err)
	}
	root, err := os.OpenRoot(into)
	if err != nil {
		return err
	}
	defer root.Close()
	archive := tar.NewReader(&countingReader{in: zip, left: limits.Unpacked + int64(limits.Files)*1024})
	for files := 0; ; {
		h, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("reading the archive: %w", err)
		}
		switch h.Typeflag {
		case tar.TypeXGlobalHeader:
			if got := h.PAXRecords["comment"]; got != "" && got != commit {
				return fmt.Errorf("the archive is of commit %s, not %s", got, commit)
			}
		case tar.TypeReg:
			if files++; files > limits.Files {
				return fmt.Errorf("%d files: %w", files, errTooLarge)
			}
			if err := unpackFile(root, h, archive); err != nil {
				return err
			}
		case tar.TypeDir, tar.TypeSymlink, tar.TypeLink: // folders come with their files
		default:
			return fmt.Errorf("%q is neither file nor folder: %w", h.Name, errHostile)
		}
	}
}

func unpackFile(root *os.Root, h *tar.Header, in io.Reader) error {
	_, name, inside := strings.Cut(h.Name, "/")
	if !inside || name == "" || path.Clean(name) != name || !filepath.IsLocal(filepath.FromSlash(name)) || strings.ContainsAny(name, "\\\x00") {
		return fmt.Errorf("%q: %w", h.Name, errHostile)
	}
	if dir := path.Dir(name); dir != "." {
		if err := root.MkdirAll(filepath.FromSlash(dir), 0o700); err != nil {
			return err
		}
	}
	out, err := root.OpenFile(filepath.FromSlash(name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}
