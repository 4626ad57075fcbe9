package slackbot

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/slack-go/slack"

	"firstmile/bot/slackbot/render"
	"firstmile/planner/plan"
)

const (
	spaceFile   = "slack_file"
	spaceShared = "slack_shared"
)

// hashOf is a short name, in hex, for something long.
func hashOf(parts ...any) (string, error) {
	raw, err := json.Marshal(parts)
	if err != nil {
		return "", fmt.Errorf("naming a file: %w", err)
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:]), nil
}

// chart uploads the picture of a proposal without sharing it anywhere, so that an image block can show it, and returns
// its id; "" when there is nothing to draw. The same rows are drawn and uploaded once, however often the proposal is edited.
func (b *Bot) chart(ctx context.Context, p *plan.Proposal) (id string, err error) {
	key, err := hashOf(p.Preview, p.Spec)
	if err != nil {
		return "", err
	}
	raw, ok, err := b.cfg.Notes.Get(ctx, spaceFile, key)
	if err != nil {
		return "", fmt.Errorf("reading which files are uploaded: %w", err)
	}
	if ok {
		return string(raw), nil
	}
	png, ok, err := render.Chart(p)
	if err != nil || !ok {
		return "", err
	}
	f, err := b.api.UploadFileContext(ctx, slack.UploadFileParameters{Filename: "preview.png", Title: "preview.png", FileSize: len(png), Reader: bytes.NewReader(png)})
	if err != nil {
		return "", failure("uploading a file", err)
	}
	if err := b.cfg.Notes.Put(ctx, spaceFile, key, []byte(f.ID)); err != nil {
		return "", fmt.Errorf("noting an uploaded file: %w", err)
	}
	return f.ID, nil
}

// share shows the files of a message in its thread, each once, however often the message is edited. doubt says that an
// earlier try may have got through without being noted.
func (b *Bot) share(ctx context.Context, message plan.MessageRef, root string, files []render.File, doubt bool) error {
	for _, f := range files {
		if err := b.shareOne(ctx, message, root, f, doubt); err != nil {
			return err
		}
	}
	return nil
}

func (b *Bot) shareOne(ctx context.Context, message plan.MessageRef, root string, f render.File, doubt bool) error {
	key := message.Channel + "/" + message.TS + "/" + f.Name
	_, there, err := b.cfg.Notes.Get(ctx, spaceShared, key)
	if err != nil {
		return fmt.Errorf("reading which files are shared: %w", err)
	}
	if there {
		return nil
	}
	tag, err := hashOf(key)
	if err != nil {
		return err
	}
	title := f.Name + " · " + tag[:8] // tells the files of two messages apart, for people and for us
	if doubt {
		if there, err = b.shared(ctx, message.Channel, root, title); err != nil {
			return err
		}
	}
	if !there {
		if err := b.pace.wait(ctx, message.Channel); err != nil {
			return failure("waiting to share a file", err)
		}
		_, err := b.api.UploadFileContext(ctx, slack.UploadFileParameters{Filename: f.Name, Title: title, FileSize: len(f.Content),
			Reader: bytes.NewReader(f.Content), Channel: message.Channel, ThreadTimestamp: root})
		if err != nil {
			return failure("sharing a file", err)
		}
	}
	if err := b.cfg.Notes.Put(ctx, spaceShared, key, []byte("1")); err != nil {
		return fmt.Errorf("noting a shared file: %w", err)
	}
	return nil
}

// shared looks in a thread for a file of the bot's with this title.
func (b *Bot) shared(ctx context.Context, channel, root, title string) (bool, error) {
	self, err := b.who(ctx)
	if err != nil {
		return false, err
	}
	messages, err := b.replies(ctx, channel, root, "")
	if err != nil {
		return false, failure("looking for a file", err)
	}
	for _, m := range messages {
		for _, f := range m.Files {
			if m.User == self.user && f.Title == title {
				return true, nil
			}
		}
	}
	return false, nil
}
