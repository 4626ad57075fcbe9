package forge

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/google/go-github/v62/github"

	"firstmile/planner/plan"
)

// Limits bound what a repository may cost. Zero fields take the defaults.
type Limits struct {
	// Archive is the largest download in bytes; default 256 MiB.
	Archive int64
	// Unpacked is the largest sum of file sizes in bytes; default 1 GiB.
	Unpacked int64
	// Files is the largest number of files; default 100,000.
	Files int
	// Kept is how many commits stay in the cache, those used last; default 16.
	Kept int
	// Timeout bounds one download; default 5 minutes.
	Timeout time.Duration
}

// Source gives a repository's files at a commit, read from local disk.
type Source struct {
	forge  *Forge
	dir    string
	limits Limits
	mu     sync.Mutex // one download at a time
}

// NewSource keeps the files below dir, in one folder per commit.
func NewSource(f *Forge, dir string, limits Limits) *Source {
	if limits.Archive == 0 {
		limits.Archive = 256 << 20
	}
	if limits.Unpacked == 0 {
		limits.Unpacked = 1 << 30
	}
	if limits.Files == 0 {
		limits.Files = 100_000
	}
	if limits.Kept == 0 {
		limits.Kept = 16
	}
	if limits.Timeout == 0 {
		limits.Timeout = 5 * time.Minute
	}
	return &Source{forge: f, dir: filepath.Join(dir, f.cfg.Owner+"-"+f.cfg.Name), limits: limits}
}

// Head is the target branch and the commit it points at now.
func (s *Source) Head(ctx context.Context) (branch, commit string, err error) {
	if branch, err = s.forge.target(ctx); err != nil {
		return "", "", err
	}
	commit, err = s.forge.head(ctx, branch)
	return branch, commit, err
}

// Fetch returns a folder with the repository's files at a commit, downloading them if need be. The folder is
// read-only by agreement: other threads read it too. It stays at least until as many other commits as
// Limits.Kept says were fetched; ask again rather than keep it for long.
func (s *Source) Fetch(ctx context.Context, commit string) (string, error) {
	if !fullSHA(commit) {
		return "", plan.NewFailure(plan.Permanent, CodeInvalid, "The repository can only be read at a full commit.", fmt.Errorf("commit %q", commit))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	final := filepath.Join(s.dir, commit)
	now := time.Now()
	if os.Chtimes(final, now, now) == nil { // there; and now the one used last
		return final, nil
	}
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return "", fmt.Errorf("creating the cache folder: %w", err)
	}
	tmp, err := os.MkdirTemp(s.dir, ".unpacking-*")
	if err != nil {
		return "", fmt.Errorf("creating a folder to unpack into: %w", err)
	}
	err = s.download(ctx, commit, tmp)
	if err == nil {
		err = os.Rename(tmp, final) // a folder under its final name is complete
	}
	if err != nil {
		return "", errors.Join(err, os.RemoveAll(tmp))
	}
	return final, s.evict()
}

// evict removes the folders that were used longest ago, and what a crash left half unpacked.
func (s *Source) evict() error {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return fmt.Errorf("tidying the cache folder: %w", err)
	}
	used := map[string]time.Time{}
	var names []string
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			return fmt.Errorf("tidying the cache folder: %w", err)
		}
		if used[e.Name()] = info.ModTime(); !fullSHA(e.Name()) {
			used[e.Name()] = time.Time{} // one download at a time: this is no other's
		}
		names = append(names, e.Name())
	}
	slices.SortFunc(names, func(a, b string) int { return used[b].Compare(used[a]) })
	for i, name := range names {
		if i < s.limits.Kept && !used[name].IsZero() {
			continue
		}
		if err := os.RemoveAll(filepath.Join(s.dir, name)); err != nil {
			return fmt.Errorf("tidying the cache folder: %w", err)
		}
	}
	return nil
}

func fullSHA(s string) bool {
	if len(s) != 40 {
		return false
	}
	for _, c := range s {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// download asks for the archive's address and unpacks what is there. The address carries its own right:
// no credentials are sent to it.
func (s *Source) download(ctx context.Context, commit, into string) error {
	link, err := read(ctx, s.forge, "asking for the archive", func(ctx context.Context) (*url.URL, *github.Response, error) {
		link, resp, err := s.forge.github.Repositories.GetArchiveLink(ctx, s.forge.cfg.Owner, s.forge.cfg.Name, github.Tarball,
			&github.RepositoryContentGetOptions{Ref: commit}, 1)
		if err != nil && resp != nil { // this one call gives a refusal as plain text
			err = &github.ErrorResponse{Response: resp.Response, Message: err.Error()}
		}
		return link, resp, err
	})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, s.limits.Timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, link.String(), nil)
	if err != nil {
		return s.lost(err)
	}
	resp, err := s.forge.plain.Do(req)
	if err != nil {
		return s.lost(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return s.lost(fmt.Errorf("status %d", resp.StatusCode))
	}
	counted := &countingReader{in: resp.Body, left: s.limits.Archive}
	err = unpack(counted, into, commit, s.limits)
	switch {
	case counted.left < 0 || errors.Is(err, errTooLarge):
		return plan.NewFailure(plan.Permanent, CodeTooLarge, "The repository is larger than I am allowed to read. Whoever runs me can raise the limit.", err)
	case errors.Is(err, errHostile):
		return plan.NewFailure(plan.Permanent, CodeInvalid, "The repository's archive holds paths that I do not unpack.", err)
	case errors.Is(err, fs.ErrPermission), isPathError(err):
		return fmt.Errorf("unpacking the repository: %w", err)
	case err != nil:
		return s.lost(err)
	}
	return nil
}

// isPathError tells trouble with the local disk from trouble with the download.
func isPathError(err error) bool {
	var path *fs.PathError
	return errors.As(err, &path)
}

// lost is a download that may work the next time. The cause leaves out the address: it holds a right.
func (s *Source) lost(err error) error {
	var withURL *url.Error
	if errors.As(err, &withURL) {
		err = withURL.Err
	}
	return plan.NewFailure(plan.Transient, CodeNoAnswer, "I could not download the repository. I will try again.", fmt.Errorf("downloading the archive: %w", err))
}

// countingReader ends with errTooLarge once more than left bytes were read.
type countingReader struct {
	in   io.Reader
	left int64
}

func (r *countingReader) Read(p []byte) (int, error) {
	n, err := r.in.Read(p)
	if r.left -= int64(n); r.left < 0 {
		return 0, errTooLarge
	}
	return n, err
}
