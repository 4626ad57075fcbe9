// Package slackbot is the adapter between Slack and the planner: Slack's events become plan.Event, the planner's
// messages become Block Kit. It is the only importer of slack-go and knows nothing of the planner but its
// vocabulary, package plan.
//
// # In
//
// Bot.Run keeps two Socket Mode connections of different age open (socket.go), because slack-go closes a socket
// before it opens the next and Slack sends what falls into the gap to the other one. What arrives goes into lanes
// (lanes.go), one per group of channels, so that slack-go's event loop never waits and the events of a channel stay
// in order. An event is translated (hear.go, press.go, reaction.go), handed to the Inbox, and acknowledged to Slack
// only after the Inbox has it on disk. Whatever was lost all the same is found by catching up (catchup.go) after
// every connect: histories since a watermark, replies of open threads, reactions on what can be approved. Every event has
// a key that is the same on whichever way it comes, so nothing counts twice.
//
// # Out
//
// Bot has the methods React, Post and Edit (post.go) that the planner's driver asks for. A message carries the id of
// its effect in its metadata; a post that is repeated after a doubt first reads the thread back. Package render
// makes the blocks; files.go uploads charts and what is too long for a message. Room and Link (rooms.go) say who can read a
// channel and where a message is.
//
// Every error that leaves the package is a *plan.Failure (failure.go).
//
// # Notes it keeps (space, key → value)
//
//	slack_thread     TEAM/CHANNEL/TS of a message of the bot → the thread's root ts
//	slack_watermark  TEAM/CHANNEL, or TEAM/CHANNEL/ROOT → everything up to this ts has been delivered
//	slack_reactions  TEAM/CHANNEL/TS of a message of the bot → JSON: the reactions delivered so far
//	slack_file       SHA-256 of the rows that a chart shows → id of the uploaded picture
//	slack_shared     CHANNEL/TS/NAME → "1" once that file of that message stands in its thread
package slackbot
