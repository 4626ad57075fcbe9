package plan

import (
	"crypto/sha256"
	"encoding/hex"
)

// Publication is a change that was checked and approved.
type Publication struct {
	Thread      ThreadID
	Change      Change
	Description Description
	// Branch is the name that the model and the thread give; Prior the pull
	// request of the same thread that a revision continues.
	Branch string
	Prior  *PR
	// Approved dates the commit, so that a retry makes the same one.
	Approved Approval
}

// Post is a message to be shown in a thread.
type Post struct {
	Effect  EffectID
	Thread  ThreadID
	Root    MessageRef // the message that opened the thread
	Message Message
	Again   bool
}

// BranchName is the branch that a design's model and thread give:
// "firstmile/<model>-<first 8 hex digits of the SHA-256 of the thread's id>".
func BranchName(model string, thread ThreadID) string {
	sum := sha256.Sum256([]byte(thread))
	return "firstmile/" + model + "-" + hex.EncodeToString(sum[:4])
}
