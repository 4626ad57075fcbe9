package forge

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func archiveOf(t testing.TB, headers ...*tar.Header) []byte {
	t.Helper()
	var buf bytes.Buffer
	zip := gzip.NewWriter(&buf)
	tw := tar.NewWriter(zip)
	for _, h := range headers {
		text := []byte(nil)
		if h.Typeflag == tar.TypeReg {
			text = []byte("text")
			h.Size, h.Mode = int64(len(text)), 0o644
		}
		if err := tw.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if _, err := tw.Write(text); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(tw.Close(), zip.Close()); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func TestUnpackRefusesHostileArchives(t *testing.T) {
	limits := Limits{Unpacked: 1 << 20, Files: 100}
	for name, tc := range map[string]struct {
		header *tar.Header
		want   error
	}{
		"good":      {&tar.Header{Name: "top/models/a.sql", Typeflag: tar.TypeReg}, nil},
		"parent":    {&tar.Header{Name: "top/../../a", Typeflag: tar.TypeReg}, errHostile},
		"absolute":  {&tar.Header{Name: "top//etc/passwd", Typeflag: tar.TypeReg}, errHostile},
		"no top":    {&tar.Header{Name: "a.sql", Typeflag: tar.TypeReg}, errHostile},
		"backslash": {&tar.Header{Name: `top/..\..\a`, Typeflag: tar.TypeReg}, errHostile},
		"device":    {&tar.Header{Name: "top/dev", Typeflag: tar.TypeChar}, errHostile},
		"symlink":   {&tar.Header{Name: "top/link", Typeflag: tar.TypeSymlink, Linkname: "/etc/passwd"}, nil},
		"hard link": {&tar.Header{Name: "top/link", Typeflag: tar.TypeLink, Linkname: "/etc/passwd"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "in")
			if err := os.Mkdir(dir, 0o700); err != nil {
				t.Fatal(err)
			}
			err := unpack(bytes.NewReader(archiveOf(t, tc.header)), dir, "c", limits)
			if !errors.Is(err, tc.want) {
				t.Errorf("got %v, want %v", err, tc.want)
			}
			wantInside(t, dir)
		})
	}
	other := archiveOf(t, &tar.Header{Typeflag: tar.TypeXGlobalHeader, Name: "g", PAXRecords: map[string]string{"comment": "another"}})
	if err := unpack(bytes.NewReader(other), t.TempDir(), "c", limits); err == nil {
		t.Error("the archive of another commit was taken")
	}
	whole := archiveOf(t, &tar.Header{Name: "top/a.sql", Typeflag: tar.TypeReg}, &tar.Header{Name: "top/b.sql", Typeflag: tar.TypeReg})
	if err := unpack(bytes.NewReader(whole[:len(whole)-20]), t.TempDir(), "c", limits); err == nil {
		t.Error("half an archive was taken for a whole one")
	}
}

// wantInside checks that a folder holds regular files and folders only, and has no new neighbours.
func wantInside(t testing.TB, dir string) {
	t.Helper()
	err := filepath.WalkDir(filepath.Dir(dir), func(path string, d fs.DirEntry, err error) error {
		if err == nil && path != filepath.Dir(dir) && !strings.HasPrefix(path, dir) {
			t.Errorf("%s is outside", path)
		}
		if err == nil && !d.IsDir() && !d.Type().IsRegular() {
			t.Errorf("%s is no regular file", path)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// FuzzUnpack: no tar stream makes a file outside the folder, a link, or a panic.
func FuzzUnpack(f *testing.F) {
	for _, name := range []string{"top/a.sql", "top/../x", "/abs", "top/a/b/c"} {
		data := archiveOf(f, &tar.Header{Name: name, Typeflag: tar.TypeReg}, &tar.Header{Name: "top/l", Typeflag: tar.TypeSymlink, Linkname: ".."})
		zip, err := gzip.NewReader(bytes.NewReader(data))
		if err != nil {
			f.Fatal(err)
		}
		var raw bytes.Buffer
		if _, err := raw.ReadFrom(zip); err != nil {
			f.Fatal(err)
		}
		f.Add(raw.Bytes())
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		dir := filepath.Join(t.TempDir(), "in")
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		var buf bytes.Buffer
		zip := gzip.NewWriter(&buf)
		_, _ = zip.Write(raw)
		_ = zip.Close()
		_ = unpack(&buf, dir, "c", Limits{Unpacked: 1 << 16, Files: 10}) // any error is fine
		wantInside(t, dir)
	})
}
