package slackapi

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"time"

	"firstmile/bot/local/slackapi/workspace"
)

// Why an attempt did not count, as the next one tells the app (retry_reason).
const (
	noAnswer     = "timeout"
	noConnection = "connection_failed"
)

// deliverLoop tries every pending event when it is due, until Close.
func (s *Server) deliverLoop() {
	defer s.running.Done()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-s.done.Done():
			return
		case <-timer.C:
		case <-s.wake:
		}
		timer.Reset(s.deliverDue())
	}
}

// deliverDue tries what is due and says when the next event will be.
func (s *Server) deliverDue() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	if len(s.sockets) == 0 && now.Before(s.grace) {
		return time.Until(s.grace)
	}
	for _, d := range s.state.Pending() {
		if d.Due.After(now) {
			break
		}
		s.attempt(d, now)
	}
	if due, any := s.state.NextDue(); any {
		return time.Until(due)
	}
	return time.Hour
}

// attempt sends an event to one connection. What happens if it is not acknowledged is written down first, so that a
// restart goes on counting; with no connection the attempt has failed at once.
func (s *Server) attempt(d *workspace.Delivery, now time.Time) {
	retries := s.opts.Socket.RetryAfter
	if d.Tried > len(retries) {
		s.log.Warn("an event is given up: the app never acknowledged it", "event", d.ID)
		s.note(workspace.Entry{Op: workspace.GiveUp, Name: d.ID})
		s.forget(d.ID)
		return
	}
	c := s.next()
	reason, due := noAnswer, now.Add(s.opts.Socket.AckTimeout)
	if c == nil {
		reason, due = noConnection, now
	}
	if d.Tried < len(retries) {
		due = due.Add(retries[d.Tried])
	}
	s.note(workspace.Entry{Op: workspace.Attempt, Name: d.ID, Count: d.Tried + 1, Due: &due, Reason: reason})
	if c == nil {
		s.nudge()
		return
	}
	s.envelope(c, d)
}

func (s *Server) envelope(c *socket, d *workspace.Delivery) {
	id := newEnvelopeID()
	s.envelopes[id] = d.ID
	frame := object{"type": "events_api", "envelope_id": id, "payload": d.Payload, "accepts_response_payload": false,
		"retry_attempt": d.Tried, "retry_reason": d.Reason}
	c.send(frame)
	if s.faults.next(func(f *Fault) bool { return f.DeliverTwice }).DeliverTwice {
		s.next().send(frame)
	}
}

// ask sends an interaction or slash command to the app and waits for its answer. Slack does not repeat these: the
// person sees that nothing happened and presses again. The caller does not hold mu.
func (s *Server) ask(kind string, payload object) (json.RawMessage, error) {
	s.mu.Lock()
	c := s.next()
	if c == nil {
		s.mu.Unlock()
		return nil, fail("app_not_responding")
	}
	id, answer := newEnvelopeID(), make(chan ack, 1)
	s.waiting[id] = answer
	c.send(object{"type": kind, "envelope_id": id, "payload": payload, "accepts_response_payload": true})
	s.mu.Unlock()

	timeout := time.NewTimer(s.opts.Socket.AckTimeout)
	defer timeout.Stop()
	select {
	case a := <-answer:
		return a.Payload, nil
	case <-timeout.C:
	case <-s.done.Done():
	}
	s.mu.Lock()
	delete(s.waiting, id)
	s.mu.Unlock()
	return nil, fail("app_not_responding")
}

// newEnvelopeID is a random UUID (version 4).
func newEnvelopeID() string {
	var b [16]byte
	rand.Read(b[:])
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
