package githubapi

import (
	"fmt"

	git "github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing"
)

// settle brings the records in line with the branches, which a person may have moved with plain git: new
// commits on a head, a deleted head (closes), a head that has reached its base (merged). It runs before
// anything that reads pull requests, so what it writes is what the reader sees.
func (s *Server) settle(repo *git.Repository) error {
	for _, p := range ordered(s.book.pulls, func(p pull) bool { return p.State == stateOpen }) {
		next, err := s.settled(repo, p)
		if err != nil {
			return err
		}
		if next.HeadSHA == p.HeadSHA && next.BaseSHA == p.BaseSHA && next.State == p.State && next.MergeBase == p.MergeBase {
			continue
		}
		next.Updated = s.opt.Clock().UTC()
		if next.State == stateClosed {
			next.Closed = next.Updated
		}
		if err := s.putPull(repo, next); err != nil {
			return err
		}
	}
	return nil
}

func (s *Server) settled(repo *git.Repository, p pull) (pull, error) {
	head, there := branchHead(repo, p.Head)
	base, okBase := branchHead(repo, p.Base)
	if !there || !okBase {
		p.State = stateClosed
		return p, nil
	}
	if head.String() == p.HeadSHA && base.String() == p.BaseSHA {
		return p, nil // nothing moved since the record was written
	}
	merged, err := isAncestor(repo, head, base)
	if err != nil {
		return p, err
	}
	if merged {
		p.State, p.HeadSHA, p.MergeSHA, p.MergedAt = stateClosed, head.String(), base.String(), s.opt.Clock().UTC()
		return p, nil
	}
	common, err := commonOf(repo, base, head)
	if err != nil {
		return p, err
	}
	p.HeadSHA, p.BaseSHA, p.MergeBase = head.String(), base.String(), common.String()
	return p, nil
}

// commonOf is the merge base of two commits; zero for unrelated histories, which compare with the empty tree.
func commonOf(repo *git.Repository, base, head plumbing.Hash) (plumbing.Hash, error) {
	b, err := repo.CommitObject(base)
	if err != nil {
		return plumbing.ZeroHash, fmt.Errorf("reading commit %s: %w", base, err)
	}
	h, err := repo.CommitObject(head)
	if err != nil {
		return plumbing.ZeroHash, fmt.Errorf("reading commit %s: %w", head, err)
	}
	common, found, err := mergeBase(b, h)
	if err != nil || !found {
		return plumbing.ZeroHash, err
	}
	return common.Hash, nil
}

// putPull makes a pull request durable: its commits first, by refs/pull/N/head, then the record.
func (s *Server) putPull(repo *git.Repository, p pull) error {
	ref := plumbing.ReferenceName(fmt.Sprintf("refs/pull/%d/head", p.Number))
	if err := s.repo.setRef(repo, ref, plumbing.NewHash(p.HeadSHA)); err != nil {
		return err
	}
	return s.book.put(record{Pull: &p})
}

// moveBranch points a branch at a commit.
func (s *Server) moveBranch(repo *git.Repository, branch string, to plumbing.Hash) error {
	if err := s.repo.setRef(repo, plumbing.NewBranchReferenceName(branch), to); err != nil {
		return err
	}
	return s.settle(repo)
}
