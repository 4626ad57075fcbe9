package githubapi

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"time"

	git "github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
)

// archiveLink redirects to the archive of a commit. The link carries its own right, as GitHub's does,
// because clients follow it without their token.
func archiveLink(c *call) (answer, error) {
	ref := c.r.PathValue("ref")
	if ref == "" {
		ref = c.s.opt.DefaultBranch
	}
	commit, found := resolve(c.repo, ref)
	if !found {
		return answer{}, notFound()
	}
	sha := commit.Hash.String()
	return answer{status: http.StatusFound, header: map[string]string{"Location": fmt.Sprintf("%s/_codeload/%s/%s/legacy.tar.gz/%s?token=%s",
		c.s.opt.BaseURL(), c.s.opt.Owner, c.s.opt.Name, sha, c.s.sign(sha))}}, nil
}

func (s *Server) sign(text string) string {
	m := hmac.New(sha256.New, s.secret)
	m.Write([]byte(text))
	return hex.EncodeToString(m.Sum(nil))
}

// archive sends a commit as .tar.gz: one folder OWNER-NAME-SHA, and the commit in the archive's comment.
func (s *Server) archive(w http.ResponseWriter, r *http.Request) {
	sha := r.PathValue("sha")
	if !hmac.Equal([]byte(r.URL.Query().Get("token")), []byte(s.sign(sha))) {
		s.refuse(w, r, notFound())
		return
	}
	data, name, err := s.buildArchive(sha)
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/x-gzip")
	w.Header().Set("Content-Disposition", "attachment; filename="+name+".tar.gz")
	_, _ = w.Write(data)
}

func (s *Server) buildArchive(sha string) (data []byte, name string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	repo, err := s.repo.open()
	if err != nil {
		return nil, "", err
	}
	hash, _ := parseSHA(sha)
	commit, err := repo.CommitObject(hash)
	if err != nil {
		return nil, "", notFound()
	}
	name = fmt.Sprintf("%s-%s-%s", s.opt.Owner, s.opt.Name, sha[:7])
	var buf bytes.Buffer // whole before the first byte is sent: a slow reader must not hold up other calls
	if err := writeArchive(&buf, repo, hash, name, commit.Committer.When); err != nil {
		return nil, "", err
	}
	return buf.Bytes(), name, nil
}

func writeArchive(out io.Writer, repo *git.Repository, commit plumbing.Hash, name string, when time.Time) error {
	all, err := filesOf(repo, commit)
	if err != nil {
		return err
	}
	zip := gzip.NewWriter(out)
	tw := tar.NewWriter(zip)
	err = tw.WriteHeader(&tar.Header{Typeflag: tar.TypeXGlobalHeader, Name: "pax_global_header",
		PAXRecords: map[string]string{"comment": commit.String()}})
	if err != nil {
		return err
	}
	folders := map[string]bool{}
	folder := func(path string) error {
		if folders[path] {
			return nil
		}
		folders[path] = true
		return tw.WriteHeader(&tar.Header{Typeflag: tar.TypeDir, Name: path + "/", Mode: 0o775, ModTime: when})
	}
	for _, path := range slices.Sorted(maps.Keys(all)) {
		full := name + "/" + path
		for i := range full {
			if full[i] == '/' {
				if err := folder(full[:i]); err != nil {
					return err
				}
			}
		}
		if err := writeArchiveFile(tw, repo, full, all[path], when); err != nil {
			return err
		}
	}
	if err := tw.Close(); err != nil {
		return err
	}
	return zip.Close()
}

func writeArchiveFile(tw *tar.Writer, repo *git.Repository, name string, f treeFile, when time.Time) error {
	h := &tar.Header{Name: name, Mode: 0o664, ModTime: when, Typeflag: tar.TypeReg}
	switch f.mode {
	case filemode.Submodule:
		h.Typeflag, h.Name = tar.TypeDir, name+"/"
		return tw.WriteHeader(h)
	case filemode.Executable:
		h.Mode = 0o775
	}
	data, err := blobBytes(repo, f.hash)
	if err != nil {
		return err
	}
	if f.mode == filemode.Symlink {
		h.Typeflag, h.Linkname = tar.TypeSymlink, string(data)
		return tw.WriteHeader(h)
	}
	h.Size = int64(len(data))
	if err := tw.WriteHeader(h); err != nil {
		return err
	}
	_, err = tw.Write(data)
	return err
}
