package slackapi

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/coder/websocket"

	"firstmile/bot/local/slackapi/workspace"
)

const (
	maxSockets    = 10               // connections of one app; Slack allows no more
	maxAckBytes   = 20 << 10         // Slack silently drops responses of this size and more
	ticketLife    = 30 * time.Second // of a websocket URL
	debugLife     = 6 * time.Minute  // of a connection opened with debug_reconnects=true
	socketBacklog = 256              // frames waiting to be written
	writeTimeout  = 10 * time.Second
)

// ticket is a websocket URL that was handed out and not used yet. user is "" for Socket Mode.
type ticket struct {
	user    string
	expires time.Time
}

// issue makes a websocket URL below /api/ that works once.
func (s *Server) issue(path, user string) string {
	now := time.Now()
	for key, t := range s.tickets {
		if t.expires.Before(now) {
			delete(s.tickets, key)
		}
	}
	secret := rand.Text()
	s.tickets[secret] = ticket{user: user, expires: now.Add(ticketLife)}
	base := s.opts.BaseURL()
	if rest, ok := strings.CutPrefix(base, "http"); ok { // http → ws, https → wss
		base = "ws" + rest
	}
	return base + "/api/" + path + "/" + secret
}

// redeem uses a ticket up.
func (s *Server) redeem(secret string, socketMode bool) (ticket, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, ok := s.tickets[secret]
	delete(s.tickets, secret)
	return t, ok && t.expires.After(time.Now()) && (t.user == "") == socketMode
}

func (s *Server) openSocket(*call) (reply, error) {
	return reply{"url": s.issue("socket-mode", "")}, nil
}

// accept takes a websocket. The origin is not checked: the ticket in the URL is a secret that no other site knows, and
// clients outside browsers send any origin.
func accept(w http.ResponseWriter, r *http.Request) (*websocket.Conn, error) {
	conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{InsecureSkipVerify: true})
	if err == nil {
		conn.SetReadLimit(maxBody)
	}
	return conn, err
}

// wire writes frames to a websocket in order and keeps it alive. Its fields are set once.
type wire struct {
	conn   *websocket.Conn
	out    chan []byte
	ctx    context.Context
	cancel context.CancelFunc
}

func (s *Server) newWire(r *http.Request, conn *websocket.Conn) *wire {
	ctx, cancel := context.WithCancel(r.Context())
	w := &wire{conn: conn, out: make(chan []byte, socketBacklog), ctx: ctx, cancel: cancel}
	stop := context.AfterFunc(s.done, cancel)
	context.AfterFunc(ctx, func() { stop() })
	return w
}

// send queues a frame; false means that the connection is gone, or so far behind that it is cut.
func (w *wire) send(v any) bool {
	frame, err := json.Marshal(v)
	if err != nil || w.ctx.Err() != nil {
		return false
	}
	select {
	case w.out <- frame:
		return true
	default:
		w.cancel()
		return false
	}
}

func (w *wire) close() { w.cancel() }

// hangUp is a frame that ends the connection once it is written.
var hangUp []byte

// finish closes the connection after everything queued so far is written.
func (w *wire) finish() {
	select {
	case w.out <- hangUp:
	default:
		w.cancel()
	}
}

// pump writes what is queued until the connection ends.
func (w *wire) pump(pingEvery time.Duration) {
	defer w.cancel()
	ping := time.NewTicker(pingEvery)
	defer ping.Stop()
	for {
		select {
		case <-w.ctx.Done():
			return
		case frame := <-w.out:
			if frame == nil {
				w.conn.Close(websocket.StatusNormalClosure, "")
				return
			}
			ctx, cancel := context.WithTimeout(w.ctx, writeTimeout)
			err := w.conn.Write(ctx, websocket.MessageText, frame)
			cancel()
			if err != nil {
				return
			}
		case <-ping.C:
			go w.ping(2 * pingEvery)
		}
	}
}

// ping ends the connection if it is not answered: the other side is gone without saying so.
func (w *wire) ping(within time.Duration) {
	ctx, cancel := context.WithTimeout(w.ctx, within)
	defer cancel()
	if err := w.conn.Ping(ctx); err != nil {
		w.cancel()
	}
}

// socket is one Socket Mode connection.
type socket struct {
	*wire
	host string
}

func (c *socket) debugInfo() object { return object{"host": c.host} }

// disconnect tells the app that this connection ends, and, unless it is only a warning, ends it.
func (c *socket) disconnect(reason string) {
	c.send(object{"type": "disconnect", "reason": reason, "debug_info": c.debugInfo()})
	if reason != "warning" {
		c.finish()
	}
}

func (s *Server) serveSocket(w http.ResponseWriter, r *http.Request) {
	if _, ok := s.redeem(r.PathValue("ticket"), true); !ok || !s.begin() {
		http.Error(w, "this websocket address was used already or has expired", http.StatusForbidden)
		return
	}
	defer s.running.Done()
	conn, err := accept(w, r)
	if err != nil {
		return // Accept has answered
	}
	defer conn.CloseNow()
	life := s.opts.Socket.RefreshEvery
	if r.URL.Query().Get("debug_reconnects") == "true" {
		life = min(life, debugLife)
	}
	c := &socket{wire: s.newWire(r, conn), host: "applink-" + strings.ToLower(rand.Text()[:8])}
	defer c.cancel()
	if s.enlist(c, life) {
		defer s.discharge(c)
		warn := time.AfterFunc(life-min(s.opts.Socket.WarnBefore, life/2), func() { c.disconnect("warning") })
		end := time.AfterFunc(life, func() { s.retire(c) })
		defer warn.Stop()
		defer end.Stop()
	}
	go s.listen(c)
	c.pump(s.opts.Socket.PingEvery)
}

// enlist greets a connection and makes it one of those that events go to.
func (s *Server) enlist(c *socket, life time.Duration) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.sockets) >= maxSockets {
		c.disconnect("too_many_websockets")
		return false
	}
	s.sockets = append(s.sockets, c)
	info := c.debugInfo()
	info["build_number"], info["approximate_connection_time"] = 1, int(life.Seconds())
	c.send(object{"type": "hello", "num_connections": len(s.sockets), "debug_info": info,
		"connection_info": object{"app_id": s.opts.Workspace.App.ID}})
	s.nudge()
	return true
}

func (s *Server) discharge(c *socket) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sockets = slices.DeleteFunc(s.sockets, func(o *socket) bool { return o == c })
}

// retire ends a connection whose time is over. No event goes to it any more.
func (s *Server) retire(c *socket) {
	s.discharge(c)
	c.disconnect("refresh_requested")
}

// ack is what the app answers to an envelope.
type ack struct {
	EnvelopeID string          `json:"envelope_id"`
	Payload    json.RawMessage `json:"payload,omitempty"`
}

// listen reads acknowledgements until the connection ends.
func (s *Server) listen(c *socket) {
	defer c.cancel()
	for {
		_, frame, err := c.conn.Read(c.ctx)
		if err != nil {
			if !errors.Is(err, context.Canceled) {
				s.log.Debug("a socket ended", "host", c.host, "error", err)
			}
			return
		}
		var a ack
		if len(frame) >= maxAckBytes {
			s.log.Warn("an acknowledgement of 20 KB or more is dropped, as Slack does", "bytes", len(frame))
			continue
		}
		if err := json.Unmarshal(frame, &a); err != nil || a.EnvelopeID == "" {
			continue
		}
		s.acknowledge(a)
	}
}

func (s *Server) acknowledge(a ack) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if waiting := s.waiting[a.EnvelopeID]; waiting != nil {
		delete(s.waiting, a.EnvelopeID)
		waiting <- a
		return
	}
	id := s.envelopes[a.EnvelopeID]
	if s.state.Delivery(id) == nil || s.faults.next(func(f *Fault) bool { return f.LoseAck }).LoseAck {
		return
	}
	s.note(workspace.Entry{Op: workspace.Acknowledge, Name: id})
	s.forget(id)
}

// forget drops the envelopes of a delivery that is over.
func (s *Server) forget(id string) {
	for envelope, of := range s.envelopes {
		if of == id {
			delete(s.envelopes, envelope)
		}
	}
}

// next is the connection for the next event: each goes to one, in turn.
func (s *Server) next() *socket {
	if len(s.sockets) == 0 {
		return nil
	}
	s.turn++
	return s.sockets[s.turn%len(s.sockets)]
}
