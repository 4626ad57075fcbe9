package githubapi

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"time"
)

// Fault makes some calls go wrong. The zero Fault matches the next call that writes and does nothing to it.
type Fault struct {
	// Route selects calls: a method and path as GitHub's documentation writes it, such as
	// "POST /repos/{owner}/{repo}/pulls". Empty: every call that is not a GET. "*": every call.
	Route string
	// After lets that many matching calls through first.
	After int
	// Times is how many calls are hit; zero means one, a negative number means all.
	Times int
	// Delay waits before anything else.
	Delay time.Duration
	// MoveBase commits to a branch before the call is carried out, as if someone else had pushed.
	MoveBase *Edit
	// LoseRequest closes the connection without carrying the call out.
	LoseRequest bool
	// Status, if not zero, refuses the call with Message and, if set, RetryAfter. Use 403 or 429 with
	// RetryAfter for GitHub's secondary rate limit, 502 for its bad gateway.
	Status     int
	Message    string
	RetryAfter time.Duration
	// LoseAnswer carries the call out and then closes the connection: done, but the answer was lost.
	LoseAnswer bool
}

// faultList holds the faults that still have calls to hit.
type faultList struct {
	mu   sync.Mutex
	list []*Fault
}

// Inject adds a fault. Of several that match one call, the first injected acts.
func (s *Server) Inject(f Fault) {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	if f.Times == 0 {
		f.Times = 1
	}
	s.faults.list = append(s.faults.list, &f)
}

// ClearFaults removes every fault.
func (s *Server) ClearFaults() {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.list = nil
}

// take returns the fault that hits this call, if any, and counts it.
func (l *faultList) take(rt route) (Fault, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	name := strings.ReplaceAll(rt.pattern, "...}", "}")
	for i, f := range l.list {
		if f.Route != "*" && f.Route != name && (f.Route != "" || strings.HasPrefix(name, "GET ")) {
			continue
		}
		if f.After > 0 {
			f.After--
			continue
		}
		if f.Times > 0 {
			if f.Times--; f.Times == 0 {
				l.list = append(l.list[:i:i], l.list[i+1:]...)
			}
		}
		return *f, true
	}
	return Fault{}, false
}

// around applies a route's faults to its handler.
func (l *faultList) around(s *Server, rt route, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f, hit := l.take(rt)
		if !hit {
			next.ServeHTTP(w, r)
			return
		}
		if f.Delay > 0 {
			timer := time.NewTimer(f.Delay)
			defer timer.Stop()
			select {
			case <-timer.C:
			case <-r.Context().Done():
				return
			}
		}
		if f.MoveBase != nil {
			if _, err := s.Commit(*f.MoveBase); err != nil {
				s.refuse(w, r, err)
				return
			}
		}
		switch {
		case f.LoseRequest:
			panic(http.ErrAbortHandler) // net/http closes the connection without an answer
		case f.Status != 0:
			s.refuse(w, r, &apiError{Status: f.Status, Message: f.Message, RetryAfter: f.RetryAfter})
		case f.LoseAnswer:
			next.ServeHTTP(httptest.NewRecorder(), r)
			panic(http.ErrAbortHandler)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// wireFault is a Fault as the endpoint reads it.
type wireFault struct {
	Route       string `json:"route"`
	After       int    `json:"after"`
	Times       int    `json:"times"`
	DelayMS     int    `json:"delay_ms"`
	MoveBase    *Edit  `json:"move_base"`
	LoseRequest bool   `json:"lose_request"`
	Status      int    `json:"status"`
	Message     string `json:"message"`
	RetryAfterS int    `json:"retry_after_s"`
	LoseAnswer  bool   `json:"lose_answer"`
}

func (s *Server) postFault(w http.ResponseWriter, r *http.Request) {
	data, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	var f wireFault
	if err == nil {
		err = json.Unmarshal(data, &f)
	}
	if err != nil || (f.Status != 0 && (f.Status < 400 || f.Status > 599)) {
		s.refuse(w, r, &apiError{Status: http.StatusBadRequest, Message: "Problems parsing JSON"})
		return
	}
	s.Inject(Fault{Route: f.Route, After: f.After, Times: f.Times, Delay: time.Duration(f.DelayMS) * time.Millisecond,
		MoveBase: f.MoveBase, LoseRequest: f.LoseRequest, Status: f.Status, Message: f.Message,
		RetryAfter: time.Duration(f.RetryAfterS) * time.Second, LoseAnswer: f.LoseAnswer})
	w.WriteHeader(http.StatusNoContent)
}

func (s *Server) deleteFaults(w http.ResponseWriter, _ *http.Request) {
	s.ClearFaults()
	w.WriteHeader(http.StatusNoContent)
}
