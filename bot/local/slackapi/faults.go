package slackapi

import (
	"encoding/json"
	"io"
	"net/http"
	"sync"
	"time"
)

// Fault makes the next calls of a method, or the next deliveries of events, go wrong. Give one kind of fault; Delay
// goes with any. The JSON names are those of /api/admin/faults.
type Fault struct {
	// Method is the Web API method concerned; empty means every method. Ignored by DeliverTwice and LoseAck.
	Method string `json:"method,omitempty"`
	// Skip lets this many calls pass first.
	Skip int `json:"skip,omitempty"`
	// Times is how many calls are concerned; zero means one, negative all.
	Times int `json:"times,omitempty"`

	// Delay waits before the call is carried out.
	Delay time.Duration `json:"delay,omitempty"` // nanoseconds in JSON
	// LoseAnswer carries the call out and then breaks the connection: done, but the answer was lost.
	LoseAnswer bool `json:"lose_answer,omitempty"`
	// Status answers with this HTTP status (429, 500, 503…) and does not carry the call out.
	Status int `json:"status,omitempty"`
	// RetryAfter goes with Status 429; default 1 s.
	RetryAfter time.Duration `json:"retry_after,omitempty"` // nanoseconds in JSON
	// Error answers ok false with this error name and does not carry the call out.
	Error string `json:"error,omitempty"`
	// DeliverTwice sends an event twice as attempt 0, in the same envelope.
	DeliverTwice bool `json:"deliver_twice,omitempty"`
	// LoseAck overlooks an acknowledgement of an event, so that it is delivered again.
	LoseAck bool `json:"lose_ack,omitempty"`
}

func (f Fault) aboutSockets() bool { return f.DeliverTwice || f.LoseAck }

// Faults is the list of what shall go wrong. The zero number of faults is a server that works.
type Faults struct {
	server *Server
	mu     sync.Mutex
	list   []*Fault
}

// Add appends a fault. The first that fits a call is used.
func (f *Faults) Add(fault Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if fault.Times == 0 {
		fault.Times = 1
	}
	f.list = append(f.list, &fault)
}

// Clear removes all faults.
func (f *Faults) Clear() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.list = nil
}

// Left lists the faults that have not happened yet, with what remains of Skip and Times.
func (f *Faults) Left() []Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	left := []Fault{}
	for _, fault := range f.list {
		left = append(left, *fault)
	}
	return left
}

// CloseSockets breaks every Socket Mode connection without a word.
func (f *Faults) CloseSockets() {
	f.server.mu.Lock()
	defer f.server.mu.Unlock()
	for _, c := range f.server.sockets {
		c.close()
	}
}

// Disconnect sends a disconnect message to every Socket Mode connection and closes them. reason is "warning" (which
// closes nothing), "refresh_requested" or "link_disabled".
func (f *Faults) Disconnect(reason string) {
	f.server.mu.Lock()
	defer f.server.mu.Unlock()
	for _, c := range f.server.sockets {
		c.disconnect(reason)
	}
}

// take finds the fault for a call and counts it.
func (f *Faults) take(method string) Fault {
	return f.next(func(fault *Fault) bool {
		return !fault.aboutSockets() && (fault.Method == "" || fault.Method == method)
	})
}

func (f *Faults) next(fits func(*Fault) bool) Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i, fault := range f.list {
		if !fits(fault) {
			continue
		}
		if fault.Skip > 0 {
			fault.Skip--
			return Fault{}
		}
		hit := *fault
		if fault.Times > 0 {
			if fault.Times--; fault.Times == 0 {
				f.list = append(f.list[:i:i], f.list[i+1:]...)
			}
		}
		return hit
	}
	return Fault{}
}

// serveFaults is /api/admin/faults, for a holder of the app token: GET lists, POST a Fault adds it, DELETE clears.
// POST also takes {"close_sockets":true} and {"disconnect":"refresh_requested"}.
func (s *Server) serveFaults(w http.ResponseWriter, r *http.Request) {
	who, err := s.authenticate(r, "")
	if err == nil && who.kind != appToken {
		err = fail("not_allowed_token_type")
	}
	if err == nil && r.Method == http.MethodPost {
		err = s.postFault(r.Body)
	}
	if err == nil && r.Method == http.MethodDelete {
		s.faults.Clear()
	}
	writeAnswer(w, s.provided(), reply{"faults": s.faults.Left()}, err)
}

func (s *Server) postFault(body io.Reader) error {
	var in struct {
		Fault
		CloseSockets bool   `json:"close_sockets"`
		Disconnect   string `json:"disconnect"`
	}
	dec := json.NewDecoder(io.LimitReader(body, maxBody))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&in); err != nil {
		return invalid("%v", err)
	}
	switch {
	case in.CloseSockets:
		s.faults.CloseSockets()
	case in.Disconnect != "":
		s.faults.Disconnect(in.Disconnect)
	default:
		s.faults.Add(in.Fault)
	}
	return nil
}
