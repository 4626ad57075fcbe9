// Package githubapi is the GitHub half of the embedded workspace: GitHub's REST API and pull
// request pages over one real git repository on disk.
//
// A client library such as go-github or octokit runs unchanged against it; only its base URL
// differs (the enterprise form, <mount>/api/v3/). The newcomer's tour:
//
//   - server.go    Options, New and the routing table: which calls exist and what right each needs
//   - auth.go      who is calling; app.go: GitHub App installation tokens
//   - answer.go    GitHub's JSON answers, error shape, pages and rate headers
//   - faults.go    injectable faults: lost answers, refusals, delays, a moving base branch
//   - journal.go   the append-only file behind records.go (pull requests, comments, reviews, tokens)
//   - repo.go      opening the repository, resolving names, moving refs; checkout.go: the work tree
//   - trees.go     building and merging trees; lines.go: merging text; diffs.go: what changed between two commits
//   - edit.go      Commit: moving a branch as someone else would
//   - gitdata.go, refs.go, repository.go, compare.go, archive.go, pulls.go, merge.go, reviews.go, issues.go: the calls
//   - render*.go   Go values → the JSON objects of GitHub's contract
//   - page.go      the pages people read, all of it embedded
//
// # What it owns on disk
//
// Options.Dir/github.jsonl, one JSON record a line, appended and fsynced before a call is answered.
// In Options.Repo it writes git objects, refs/heads/*, refs/tags/* on request and refs/pull/N/head
// (which keeps the commits of a pull request alive after its branch is deleted, as GitHub does).
// Refs are replaced by rename, so a kill at any moment leaves the old value or the new one.
//
// # HEAD and the work tree
//
// HEAD is never moved, and reading or creating a pull request touches nothing but objects and refs.
// One case needs a decision: the checked-out branch (normally the default branch) moves because a pull
// request is merged or a client updates its ref. If the files were left alone, `git status` would show
// the merge as staged *reversals*, and the next `git commit -a` would silently undo it. So the server
// does what git does for receive.denyCurrentBranch=updateInstead: it writes the changed files and their
// index entries, provided that each of them is unmodified. If one carries local edits, or an
// untracked file is in the way, the whole work tree stays as it is, the ref moves all the same
// (GitHub would not ask either), and the log says that `git status` will differ until the person settles it.
//
// # Deliberate differences from github.com
//
// One repository, no forks; no webhooks, checks, branch protections or pending reviews. Renames are not
// followed when merging. Limits are not counted, only injected.
package githubapi
