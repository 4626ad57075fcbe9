package slackapi

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"firstmile/bot/local/slackapi/workspace"
)

// maxFile is the largest file the workspace takes. Slack allows 1 GB; a laptop's folder need not.
const maxFile = 64 << 20

func (s *Server) uploadURL(c *call) (reply, error) {
	size, err := strconv.ParseInt(c.args["length"], 10, 64)
	if err != nil || size <= 0 {
		return nil, invalid("length must be a positive number of bytes")
	}
	if size > maxFile {
		return nil, fail("file_upload_size_restricted")
	}
	if len(c.args["alt_txt"]) > 1000 {
		return nil, fail("alt_txt_too_large")
	}
	name := filepath.Base(strings.ReplaceAll(c.args["filename"], `\`, "/"))
	if name == "." || name == "/" {
		name = "file"
	}
	f := &workspace.File{ID: newID("F"), Name: name, Title: name, AltText: c.args["alt_txt"], User: c.who.user,
		Created: s.opts.Clock().Unix(), Size: size, Ticket: rand.Text()}
	if err := s.commit(workspace.Entry{Op: workspace.Upload, File: f}); err != nil {
		return nil, err
	}
	return reply{"upload_url": s.opts.BaseURL() + "/api/upload/" + f.Ticket, "file_id": f.ID}, nil
}

// serveUpload takes the bytes, raw or as the first file of a form, as Slack's upload host does.
func (s *Server) serveUpload(w http.ResponseWriter, r *http.Request) {
	f := s.byTicket(r.PathValue("ticket"))
	if f == nil {
		http.Error(w, "this upload address is not known", http.StatusNotFound)
		return
	}
	data, err := readUpload(r)
	switch {
	case err != nil:
		http.Error(w, "the upload could not be read", http.StatusBadRequest)
		return
	case int64(len(data)) != f.Size:
		http.Error(w, fmt.Sprintf("%d bytes were announced and %d came", f.Size, len(data)), http.StatusBadRequest)
		return
	}
	if err := writeFile(s.filePath(f.ID), data); err != nil {
		s.log.Error("a file cannot be written", "error", err)
		http.Error(w, "the file could not be stored", http.StatusInternalServerError)
		return
	}
	next := *f
	next.Stored, next.MIME = true, mimeType(f.Name, data)
	s.mu.Lock()
	err = s.commit(workspace.Entry{Op: workspace.Upload, File: &next})
	s.mu.Unlock()
	if err != nil {
		http.Error(w, "the file could not be stored", http.StatusInternalServerError)
		return
	}
	fmt.Fprintf(w, "OK - %d", len(data))
}

func (s *Server) byTicket(ticket string) *workspace.File {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.state.Files() {
		if f.Ticket != "" && f.Ticket == ticket {
			return f
		}
	}
	return nil
}

func (s *Server) filePath(id string) string { return filepath.Join(s.opts.Dir, "files", id) }

func readUpload(r *http.Request) ([]byte, error) {
	body := io.Reader(http.MaxBytesReader(nil, r.Body, maxFile+maxBody))
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind == "multipart/form-data" {
		parts, err := r.MultipartReader()
		if err != nil {
			return nil, err
		}
		for {
			part, err := parts.NextPart()
			if err != nil {
				return nil, err
			}
			if part.FileName() != "" {
				body = io.LimitReader(part, maxFile+1)
				break
			}
		}
	}
	var data bytes.Buffer
	_, err := data.ReadFrom(body)
	return data.Bytes(), err
}

func mimeType(name string, data []byte) string {
	if kind, _, err := mime.ParseMediaType(mime.TypeByExtension(filepath.Ext(name))); err == nil {
		return kind
	}
	kind, _, _ := mime.ParseMediaType(http.DetectContentType(data))
	return kind
}

func (s *Server) completeUpload(c *call) (reply, error) {
	var named []struct{ ID, Title string }
	if err := json.Unmarshal([]byte(c.args["files"]), &named); err != nil || len(named) == 0 {
		return nil, invalid("files must be a JSON array of {id, title}")
	}
	to, err := c.sharing()
	if err != nil {
		return nil, err
	}
	var files []*workspace.File
	for _, n := range named {
		f := s.state.File(n.ID)
		if f == nil || !f.Stored || f.User != c.who.user {
			return nil, fail("file_not_found")
		}
		next := *f
		next.Complete, next.Ticket, next.Shared = true, "", slices.Clone(f.Shared)
		if n.Title != "" {
			next.Title = n.Title
		}
		for _, t := range to {
			next.Shared = append(next.Shared, t.channel.ID)
		}
		files = append(files, &next)
	}
	return c.share(to, files)
}

// sharing lists where completed files go: channel_id with thread_ts, or channels.
func (c *call) sharing() ([]target, error) {
	ids := []string{}
	for id := range strings.SplitSeq(c.args["channel_id"]+","+c.args["channels"], ",") {
		if id = strings.TrimSpace(id); id != "" {
			ids = append(ids, id)
		}
	}
	if len(ids) > 100 {
		return nil, fail("channels_limit_exceeded")
	}
	var to []target
	for _, id := range ids {
		c.args["channel"] = id
		t, err := c.target()
		var e *apiError
		if errors.As(err, &e) && e.Code == "cannot_reply_to_message" {
			return nil, invalid("thread_ts names no message") // this method documents no name for it
		}
		if err != nil {
			return nil, err
		}
		to = append(to, t)
	}
	return to, nil
}

// share completes the files and posts one message with all of them to each target.
func (c *call) share(to []target, files []*workspace.File) (reply, error) {
	c.args["text"] = c.args["initial_comment"]
	ct, err := c.compose()
	if err != nil {
		return nil, err
	}
	ids, rendered := []string{}, []object{}
	for _, f := range files {
		if err := c.s.commit(workspace.Entry{Op: workspace.Upload, File: f}); err != nil {
			return nil, err
		}
		ids, rendered = append(ids, f.ID), append(rendered, c.s.renderFile(f))
	}
	for _, t := range to {
		m := c.message(t, ct)
		m.Files = ids
		if err := c.s.store(t.channel, m); err != nil {
			return nil, err
		}
	}
	return reply{"files": rendered}, nil
}

// visible says whether a user may see a file: the owner always, others once it is shared where they are, or
// complete and private to nobody's channel (then it can stand in a block).
func (s *Server) visible(f *workspace.File, user string) bool {
	if f.User == user {
		return true
	}
	if !f.Complete {
		return false
	}
	for _, id := range f.Shared {
		if ch := s.state.Channel(id); ch != nil && (ch.Kind() == "channel" || ch.Has(user)) {
			return true
		}
	}
	return len(f.Shared) == 0
}

func (s *Server) fileInfo(c *call) (reply, error) {
	f := s.state.File(c.args["file"])
	if f == nil || !s.visible(f, c.who.user) {
		return nil, fail("file_not_found")
	}
	return reply{"file": s.renderFile(f), "comments": []any{}, "response_metadata": object{"next_cursor": ""}}, nil
}

func (s *Server) deleteFile(c *call) (reply, error) {
	f := s.state.File(c.args["file"])
	if f == nil || !s.visible(f, c.who.user) {
		return nil, fail("file_not_found")
	}
	if f.User != c.who.user {
		return nil, fail("cant_delete_file")
	}
	if err := s.commit(workspace.Entry{Op: workspace.DropFile, Name: f.ID}); err != nil {
		return nil, err
	}
	if err := os.Remove(s.filePath(f.ID)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		s.log.Warn("the bytes of a deleted file stay", "file", f.ID, "error", err)
	}
	return nil, nil
}

// serveFile gives the bytes to whoever may see the file. A page fetches them with the token in the header.
func (s *Server) serveFile(w http.ResponseWriter, r *http.Request) {
	who, err := s.authenticate(r, r.URL.Query().Get("token"))
	if err != nil {
		http.Error(w, "a token is needed to fetch a file", http.StatusUnauthorized)
		return
	}
	s.mu.Lock()
	f := s.state.File(r.PathValue("id"))
	if f != nil && (!f.Stored || !s.visible(f, who.user)) {
		f = nil
	}
	s.mu.Unlock()
	if f == nil {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", f.MIME)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox") // an uploaded page must not run as ours
	h.Set("Cache-Control", "private, max-age=3600")
	if !strings.HasPrefix(f.MIME, "image/") {
		h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": f.Name}))
	}
	data, err := os.Open(s.filePath(f.ID))
	if err != nil {
		s.log.Error("a stored file is missing", "file", f.ID, "error", err)
		http.NotFound(w, r)
		return
	}
	defer data.Close()
	http.ServeContent(w, r, "", time.Unix(f.Created, 0), data)
}
