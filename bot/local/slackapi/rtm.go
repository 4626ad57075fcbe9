package slackapi

import (
	"encoding/json"
	"net/http"
)

// person is one live connection of a person.
type person struct {
	*wire
	user string
}

func (s *Server) connectRTM(c *call) (reply, error) {
	team := s.opts.Workspace.Team
	return reply{
		"url": s.issue("rtm", c.who.user), "self": object{"id": c.who.user, "name": s.state.User(c.who.user).Name},
		"team": object{"id": team.ID, "name": team.Name, "domain": team.Domain},
	}, nil
}

func (s *Server) serveRTM(w http.ResponseWriter, r *http.Request) {
	t, ok := s.redeem(r.PathValue("ticket"), false)
	if !ok || !s.begin() {
		http.Error(w, "this websocket address was used already or has expired", http.StatusForbidden)
		return
	}
	defer s.running.Done()
	conn, err := accept(w, r)
	if err != nil {
		return // Accept has answered
	}
	defer conn.CloseNow()
	p := &person{wire: s.newWire(r, conn), user: t.user}
	defer p.cancel()
	s.mu.Lock()
	p.send(object{"type": "hello"})
	s.people[p] = true
	for _, st := range s.statuses {
		if ch := s.state.Channel(st.channel); ch != nil && ch.Has(p.user) {
			p.send(st.event)
		}
	}
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.people, p)
	}()
	go p.listen()
	p.pump(s.opts.Socket.PingEvery)
}

// listen answers pings until the connection ends.
func (p *person) listen() {
	defer p.cancel()
	for {
		_, frame, err := p.conn.Read(p.ctx)
		if err != nil {
			return
		}
		var in struct {
			ID   int64  `json:"id"`
			Type string `json:"type"`
		}
		if json.Unmarshal(frame, &in) == nil && in.Type == "ping" {
			p.send(object{"type": "pong", "reply_to": in.ID})
		}
	}
}
