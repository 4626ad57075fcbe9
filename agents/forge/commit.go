package forge

import (
	"context"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"path"
	"strings"
	"time"

	"github.com/google/go-github/v62/github"

	"firstmile/planner/plan"
)

// blobSHA is git's name of a file's content: SHA-1 over "blob <length>\0<content>" (git's object format).
func blobSHA(content []byte) string {
	h := sha1.New()
	fmt.Fprintf(h, "blob %d\x00", len(content))
	h.Write(content)
	return hex.EncodeToString(h.Sum(nil))
}

// threadKey is the thread as commits and pull requests name it: nobody reads a channel out of it.
func threadKey(thread plan.ThreadID) string {
	sum := sha256.Sum256([]byte(thread))
	return hex.EncodeToString(sum[:8])
}

// Lines at the end of our commit messages.
const (
	threadLine = "Firstmile-Thread: "
	changeLine = "Firstmile-Change: "
)

// commitMessage depends on nothing but the thread and the bytes, so that a retry makes the same commit.
func commitMessage(p plan.Publication) string {
	verb := "Change"
	if f, ok := p.Change.File(p.Change.ModelPath); ok && f.Action == plan.Create {
		verb = "Add"
	}
	return fmt.Sprintf("%s %s\n\n%s%s\n%s%s\n", verb, p.Change.Model, threadLine, threadKey(p.Thread), changeLine, p.Change.Digest())
}

// signedLine finds a line of a commit message.
func signedLine(message, prefix string) string {
	for _, line := range strings.Split(message, "\n") {
		if value, ok := strings.CutPrefix(line, prefix); ok {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// commitTime is the approval's moment in whole seconds, as git keeps it.
func commitTime(p plan.Publication) time.Time { return p.Approved.At.UTC().Truncate(time.Second) }

// checkPublication refuses what must not reach a repository whatever the repository says.
func checkPublication(p plan.Publication) error {
	if p.Approved.Digest != p.Change.Digest() {
		return plan.NewFailure(plan.Permanent, CodeNotApproved, "These are not the files that were approved, so nothing was published.", nil)
	}
	bad := func(format string, args ...any) error {
		return plan.NewFailure(plan.Refused, CodeBadChange, "The change cannot be written to the repository.", fmt.Errorf(format, args...))
	}
	if len(p.Change.Files) == 0 || p.Branch == "" || p.Change.Base.Commit == "" || p.Approved.At.IsZero() {
		return bad("files, branch, base commit and time of approval must be there")
	}
	seen := map[string]bool{}
	for _, f := range p.Change.Files {
		clean := path.Clean(f.Path)
		switch {
		case f.Path == "" || clean != f.Path || path.IsAbs(f.Path) || clean == ".." || strings.HasPrefix(clean, "../") || strings.ContainsAny(f.Path, "\\\x00"):
			return bad("path %q", f.Path)
		case strings.Contains("/"+strings.ToLower(clean)+"/", "/.git/"), strings.HasPrefix(strings.ToLower(clean), ".github/"):
			return bad("path %q is not for the bot to write", f.Path)
		case seen[clean]:
			return bad("path %q twice", f.Path)
		case f.Mode != "100644" && f.Mode != "100755":
			return bad("mode %q of %s", f.Mode, f.Path)
		case (f.Action == plan.Create) != (f.OriginalBlob == ""):
			return bad("action %q of %s does not fit its original", f.Action, f.Path)
		}
		seen[clean] = true
	}
	return nil
}

// writeTree stores the files and a tree that holds them on top of another tree.
func (f *Forge) writeTree(ctx context.Context, base string, files []plan.File) (string, error) {
	entries := make([]*github.TreeEntry, 0, len(files))
	for _, file := range files {
		content := base64.StdEncoding.EncodeToString(file.Content)
		blob, err := write(ctx, f, "writing "+file.Path, func(ctx context.Context) (*github.Blob, *github.Response, error) {
			return f.github.Git.CreateBlob(ctx, f.cfg.Owner, f.cfg.Name, &github.Blob{Content: &content, Encoding: github.String("base64")})
		})
		if err != nil {
			return "", err
		}
		if want := blobSHA(file.Content); blob.GetSHA() != want {
			return "", plan.NewFailure(plan.Permanent, CodeInvalid, "GitHub stored other bytes than the approved ones, so I stopped.",
				fmt.Errorf("%s became %s, want %s", file.Path, blob.GetSHA(), want))
		}
		entries = append(entries, &github.TreeEntry{Path: github.String(file.Path), Mode: github.String(file.Mode),
			Type: github.String("blob"), SHA: blob.SHA})
	}
	tree, err := write(ctx, f, "writing the tree", func(ctx context.Context) (*github.Tree, *github.Response, error) {
		return f.github.Git.CreateTree(ctx, f.cfg.Owner, f.cfg.Name, base, entries)
	})
	return tree.GetSHA(), err
}

// writeCommit stores the commit; with the same arguments always the same one.
func (f *Forge) writeCommit(ctx context.Context, p plan.Publication, tree string, parents []string) (string, error) {
	who := &github.CommitAuthor{Name: &f.cfg.AuthorName, Email: &f.cfg.AuthorEmail, Date: &github.Timestamp{Time: commitTime(p)}}
	commit := &github.Commit{Message: github.String(commitMessage(p)), Tree: &github.Tree{SHA: &tree}, Author: who, Committer: who}
	for _, parent := range parents {
		commit.Parents = append(commit.Parents, &github.Commit{SHA: github.String(parent)})
	}
	made, err := write(ctx, f, "writing the commit", func(ctx context.Context) (*github.Commit, *github.Response, error) {
		return f.github.Git.CreateCommit(ctx, f.cfg.Owner, f.cfg.Name, commit, nil)
	})
	return made.GetSHA(), err
}

func (f *Forge) treeOf(ctx context.Context, commit string) (string, error) {
	c, err := read(ctx, f, "reading commit "+commit, func(ctx context.Context) (*github.Commit, *github.Response, error) {
		return f.github.Git.GetCommit(ctx, f.cfg.Owner, f.cfg.Name, commit)
	})
	return c.GetTree().GetSHA(), err
}
