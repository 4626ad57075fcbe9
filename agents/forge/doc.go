// Package forge publishes approved changes: as pull requests on GitHub or, for a repository on disk, as a
// branch. It is the only package that imports go-github.
//
//   - client.go   Config and New: a token or a GitHub App, github.com or Enterprise
//   - failure.go  what GitHub's refusals mean for the Planner and for the person
//   - publish.go  Forge.Publish: one change → one commit on one branch → one pull request
//   - branch.go  which branch, and adding to it without ever forcing
//   - ours.go     telling our own branches and pull requests from other people's
//   - commit.go   blobs, tree, commit; base.go: has the target branch moved under the change
//   - source.go   Source: the repository at a commit as files on disk; unpack.go: reading the archive safely
//   - local.go    Local: the same change as a branch of a repository on disk
//   - watch.go    Forge.Watch: how a pull request stands, and what reviewers wrote
//   - owners.go   CODEOWNERS: whom to ask for a review
//   - doctor.go   Doctor: can this configuration publish at all
//
// # The promise
//
// Publish refuses a change whose digest is not the approved one, writes exactly its bytes (each blob's
// name is computed here and compared with GitHub's answer), never force-pushes, and may be called
// again after any failure: the commit's date is the approval's, so a second call makes the same commit, and
// a branch or pull request that an earlier call made is found and continued. A branch of the same name that
// is not ours is left alone; ours gets a number behind its name.
//
// # What is written where
//
// The commit's parent is the commit the change was checked on, not the newest one: what is on the branch is
// what was checked. A revision is one more commit on the same branch. Each commit message ends in two lines,
// Firstmile-Thread and Firstmile-Change (the digest); the pull request's body ends in an invisible marker
// with the same two values.
//
// Source keeps one folder per commit in its cache directory; a folder that is there is complete.
package forge
