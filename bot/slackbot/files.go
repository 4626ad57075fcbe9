package slackbot

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/slack-go/slack"

	"firstmile/bot/slackbot/render"
)

const (
	spaceFile   = "slack_file"
	spaceShared = "slack_shared"
)

// hashOf names a file by what it is.
func hashOf(name string, content []byte) string {
	h := sha256.New()
	fmt.Fprintf(h, "%d:%s", len(name), name) // a hash never returns an error
	h.Write(content)
	return hex.EncodeToString(h.Sum(nil))
}

// upload puts a file into Slack without sharing it anywhere, so that an image block can show it. The same content is
// uploaded once.
func (b *Bot) upload(ctx context.Context, name string, content []byte) (id string, err error) {
	key := hashOf(name, content)
	raw, ok, err := b.cfg.Notes.Get(ctx, spaceFile, key)
	if err != nil {
		return "", fmt.Errorf("reading which files are uploaded: %w", err)
	}
	if ok {
		return string(raw), nil
	}
	f, err := b.api.UploadFileContext(ctx, slack.UploadFileParameters{Filename: name, Title: name, FileSize: len(content), Reader: bytes.NewReader(content)})
	if err != nil {
		return "", failure("uploading a file", err)
	}
	if err := b.cfg.Notes.Put(ctx, spaceFile, key, []byte(f.ID)); err != nil {
		return "", fmt.Errorf("noting an uploaded file: %w", err)
	}
	return f.ID, nil
}

// share shows files in a thread, each once. doubt says that an earlier try may have got through without being noted.
func (b *Bot) share(ctx context.Context, channel, root string, files []render.File, doubt bool) error {
	for _, f := range files {
		if len(f.Content) == 0 {
			continue
		}
		if err := b.shareOne(ctx, channel, root, f, doubt); err != nil {
			return err
		}
	}
	return nil
}

func (b *Bot) shareOne(ctx context.Context, channel, root string, f render.File, doubt bool) error {
	hash := hashOf(f.Name, f.Content)
	key := channel + "/" + root + "/" + hash
	_, there, err := b.cfg.Notes.Get(ctx, spaceShared, key)
	if err != nil {
		return fmt.Errorf("reading which files are shared: %w", err)
	}
	title := f.Name + " · " + hash[:8] // tells two files of one name apart, for people and for us
	if !there && doubt {
		if there, err = b.shared(ctx, channel, root, title); err != nil {
			return err
		}
	} else if there {
		return nil
	}
	if !there {
		if err := b.pace.wait(ctx, channel); err != nil {
			return failure("waiting to share a file", err)
		}
		_, err := b.api.UploadFileContext(ctx, slack.UploadFileParameters{Filename: f.Name, Title: title, FileSize: len(f.Content),
			Reader: bytes.NewReader(f.Content), Channel: channel, ThreadTimestamp: root})
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
