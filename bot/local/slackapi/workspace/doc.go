// Package workspace is the state of an embedded Slack workspace: who is in it, what was said, and what the app
// has still to be told. It is pure: no clock, no files, no network. A State starts from a Seed and
// changes only through Apply of an Entry, so replaying the same entries gives the same state; package
// slackapi writes each Entry to its journal before it applies it.
//
// Start with Seed (what the caller decides), then Entry (what can happen), then State (what can be asked).
package workspace
