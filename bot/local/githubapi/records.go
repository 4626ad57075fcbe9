package githubapi

import (
	"errors"
	"maps"
	"slices"
	"time"
)

// record is one journal line: the full new value of exactly one thing. The last record of a thing wins,
// so replaying needs no rules.
type record struct {
	Pull          *pull              `json:"pull,omitempty"`
	Comment       *comment           `json:"comment,omitempty"`
	Review        *review            `json:"review,omitempty"`
	ReviewComment *reviewComment     `json:"review_comment,omitempty"`
	Token         *installationToken `json:"token,omitempty"`
}

// check refuses a record that a later call could not work with.
func (r record) check() error {
	n := 0
	for _, there := range []bool{r.Pull != nil, r.Comment != nil, r.Review != nil, r.ReviewComment != nil, r.Token != nil} {
		if there {
			n++
		}
	}
	switch {
	case n != 1:
		return errors.New("not exactly one thing in the record")
	case r.Pull != nil && (r.Pull.Number <= 0 || r.Pull.Number > maxID || (r.Pull.State != stateOpen && r.Pull.State != stateClosed)),
		r.Comment != nil && (r.Comment.ID <= 0 || r.Comment.ID > maxID),
		r.Review != nil && (r.Review.ID <= 0 || r.Review.ID > maxID),
		r.ReviewComment != nil && (r.ReviewComment.ID <= 0 || r.ReviewComment.ID > maxID),
		r.Token != nil && r.Token.Hash == "":
		return errors.New("the record names nothing")
	}
	return nil
}

const (
	stateOpen   = "open"
	stateClosed = "closed"
	maxID       = 1 << 53 // what JSON clients hold exactly
)

// pull is a pull request. Its number is also its issue number; there are no other issues.
type pull struct {
	Number int64  `json:"number"`
	Title  string `json:"title"`
	Body   string `json:"body"`
	Author string `json:"author"`
	Head   string `json:"head"` // branch name
	Base   string `json:"base"` // branch name
	State  string `json:"state"`
	Draft  bool   `json:"draft,omitempty"`
	// HeadSHA and MergeBase are the last ones known: while the pull request is open the branch itself tells.
	HeadSHA   string    `json:"head_sha"`
	BaseSHA   string    `json:"base_sha"`
	MergeBase string    `json:"merge_base"`
	MergeSHA  string    `json:"merge_sha,omitempty"`
	MergedBy  string    `json:"merged_by,omitempty"`
	MergedAt  time.Time `json:"merged_at,omitzero"`
	Labels    []string  `json:"labels,omitempty"`
	Reviewers []string  `json:"reviewers,omitempty"`
	Teams     []string  `json:"teams,omitempty"`
	Assignees []string  `json:"assignees,omitempty"`
	Created   time.Time `json:"created"`
	Updated   time.Time `json:"updated"`
	Closed    time.Time `json:"closed,omitzero"`
}

// comment is a comment in the conversation of a pull request.
type comment struct {
	ID      int64     `json:"id"`
	Pull    int64     `json:"pull"`
	Author  string    `json:"author"`
	Body    string    `json:"body"`
	Created time.Time `json:"created"`
	Updated time.Time `json:"updated"`
}

// review is a submitted review.
type review struct {
	ID        int64     `json:"id"`
	Pull      int64     `json:"pull"`
	Author    string    `json:"author"`
	Body      string    `json:"body"`
	State     string    `json:"state"` // APPROVED, CHANGES_REQUESTED, COMMENTED
	CommitSHA string    `json:"commit_sha"`
	Submitted time.Time `json:"submitted"`
}

// reviewComment is a comment on a line of the diff.
type reviewComment struct {
	ID        int64     `json:"id"`
	Pull      int64     `json:"pull"`
	Review    int64     `json:"review,omitempty"`
	ReplyTo   int64     `json:"reply_to,omitempty"`
	Author    string    `json:"author"`
	Body      string    `json:"body"`
	Path      string    `json:"path"`
	Line      int       `json:"line,omitempty"`
	Side      string    `json:"side,omitempty"`
	CommitSHA string    `json:"commit_sha"`
	Hunk      string    `json:"hunk"`
	Created   time.Time `json:"created"`
}

// book is the state the journal adds up to. Its maps hold values: a caller changes a copy and puts it.
type book struct {
	journal        *journal
	pulls          map[int64]pull
	comments       map[int64]comment
	reviews        map[int64]review
	reviewComments map[int64]reviewComment
	tokens         map[string]installationToken
	lastID         int64
}

func newBook() *book {
	return &book{pulls: map[int64]pull{}, comments: map[int64]comment{}, reviews: map[int64]review{},
		reviewComments: map[int64]reviewComment{}, tokens: map[string]installationToken{}}
}

func openBook(path string) (*book, error) {
	b := newBook()
	var err error
	if b.journal, err = openJournal(path, b.apply); err != nil {
		return nil, err
	}
	return b, nil
}

// put makes a record durable, then current.
func (b *book) put(r record) error {
	if err := b.journal.append(r); err != nil {
		return err
	}
	b.apply(r)
	return nil
}

func (b *book) apply(r record) {
	id := int64(0)
	switch {
	case r.Pull != nil:
		b.pulls[r.Pull.Number] = *r.Pull
	case r.Comment != nil:
		id, b.comments[r.Comment.ID] = r.Comment.ID, *r.Comment
	case r.Review != nil:
		id, b.reviews[r.Review.ID] = r.Review.ID, *r.Review
	case r.ReviewComment != nil:
		id, b.reviewComments[r.ReviewComment.ID] = r.ReviewComment.ID, *r.ReviewComment
	case r.Token != nil:
		b.tokens[r.Token.Hash] = *r.Token
	}
	b.lastID = max(b.lastID, id)
}

func (b *book) close() error { return b.journal.file.Close() }

// nextNumber is the number of the next pull request; nextID the id of the next comment or review.
func (b *book) nextNumber() int64 { return int64(len(b.pulls)) + 1 }
func (b *book) nextID() int64     { return b.lastID + 1 }

// ordered returns the values of a map by rising key, those that keep accepts.
func ordered[T any](m map[int64]T, keep func(T) bool) []T {
	out := []T{}
	for _, id := range slices.Sorted(maps.Keys(m)) {
		if keep(m[id]) {
			out = append(out, m[id])
		}
	}
	return out
}
