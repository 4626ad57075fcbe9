package slackapi

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"firstmile/bot/local/slackapi/journal"
	"firstmile/bot/local/slackapi/workspace"
)

// Options configures a Server. Dir, BaseURL and Workspace are required; zero means the default everywhere else.
type Options struct {
	// Dir is the folder of the durable state; it is created (mode 0700) if it is missing.
	Dir string
	// BaseURL gives the address clients reach the server at, without a trailing slash: "http://127.0.0.1:8080".
	// It is called for every URL that is handed out, so the listener may start after New.
	BaseURL func() string
	// Workspace says who and what is there. See workspace.Seed.
	Workspace workspace.Seed
	// Clock is the time for timestamps and rate limits; default time.Now. Sockets keep real time.
	Clock func() time.Time
	// Logger gets what an operator wants to know; never message text or tokens. Default: slog.Default().
	Logger *slog.Logger
	// Socket tunes Socket Mode.
	Socket SocketOptions
	// Limits turns rate limits on. Zero: none.
	Limits Limits
	// Admin serves /api/admin/faults to holders of the app token. Leave it off outside tests.
	Admin bool
}

// SocketOptions holds the times of Socket Mode. The defaults are Slack's.
type SocketOptions struct {
	// AckTimeout is how long the app has to acknowledge; default 3 s.
	AckTimeout time.Duration
	// RetryAfter is the pause before each repetition of an event that was not acknowledged, so its length is the
	// number of repetitions. Default: none, 1 minute, 5 minutes (four deliveries in all).
	RetryAfter []time.Duration
	// RefreshEvery is the life of a connection, after which the app is told to open a new one; default 5 h.
	// A client that asks with debug_reconnects=true gets at most 6 minutes.
	RefreshEvery time.Duration
	// WarnBefore is how long before its end a connection gets a disconnect warning; default 10 s.
	WarnBefore time.Duration
	// PingEvery is the pause between websocket pings; default 10 s. A socket that answers none for two pauses is closed.
	PingEvery time.Duration
}

func (o SocketOptions) withDefaults() SocketOptions {
	set := func(d *time.Duration, def time.Duration) {
		if *d == 0 {
			*d = def
		}
	}
	set(&o.AckTimeout, 3*time.Second)
	set(&o.RefreshEvery, 5*time.Hour)
	set(&o.WarnBefore, 10*time.Second)
	set(&o.PingEvery, 10*time.Second)
	if o.RetryAfter == nil {
		o.RetryAfter = []time.Duration{0, time.Minute, 5 * time.Minute}
	}
	return o
}

// Server is an embedded Slack workspace. It is safe for concurrent use.
type Server struct {
	opts    Options
	log     *slog.Logger
	tokens  Tokens
	methods map[string]method
	faults  *Faults
	limits  *limiter

	// mu guards everything below. Whoever holds it may write to the journal but never to a network connection.
	mu         sync.Mutex
	state      *workspace.State
	journal    *journal.Log
	last       int64 // the newest timestamp given out, in microseconds
	people     map[*person]bool
	sockets    []*socket
	turn       int                     // which socket the next event goes to
	tickets    map[string]ticket       // of websocket URLs
	triggers   map[string]trigger      // trigger_id → whose it is
	responses  map[string]*responseURL // secret of a response_url → what it answers
	waiting    map[string]chan ack     // envelope id → who waits for its acknowledgement (interactions)
	envelopes  map[string]string       // envelope id → delivery id
	ephemerals map[string]*ephemeral   // channel + ts → message
	statuses   map[string]*status      // channel + thread → status shown
	grace      time.Time               // after a start, pending events wait until then for the app to connect
	wake       chan struct{}           // tells the delivery loop that something may be due
	stop       context.CancelFunc
	running    sync.WaitGroup
	done       context.Context
}

// New opens the workspace in opts.Dir, making it if it is not there, and starts to deliver what is pending. A record
// that was cut short when its writer died is dropped and logged; a damaged one is an error that names file and line.
func New(opts Options) (*Server, error) {
	if opts.Dir == "" || opts.BaseURL == nil {
		return nil, errors.New("slackapi: Dir and BaseURL are required")
	}
	if opts.Clock == nil {
		opts.Clock = time.Now
	}
	if opts.Logger == nil {
		opts.Logger = slog.Default()
	}
	opts.Socket = opts.Socket.withDefaults()
	state, err := workspace.New(opts.Workspace)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Join(opts.Dir, "files"), 0o700); err != nil {
		return nil, fmt.Errorf("making the workspace folder: %w", err)
	}
	s := &Server{
		opts: opts, log: opts.Logger, state: state, faults: &Faults{}, limits: newLimiter(opts.Limits, opts.Clock),
		people: map[*person]bool{}, tickets: map[string]ticket{}, triggers: map[string]trigger{},
		responses: map[string]*responseURL{}, waiting: map[string]chan ack{}, envelopes: map[string]string{},
		ephemerals: map[string]*ephemeral{}, statuses: map[string]*status{}, wake: make(chan struct{}, 1),
	}
	s.faults.server = s
	s.methods = methodTable()
	if err := s.open(); err != nil {
		return nil, err
	}
	s.grace = time.Now().Add(opts.Socket.AckTimeout)
	s.done, s.stop = context.WithCancel(context.Background())
	s.running.Add(1)
	go s.deliverLoop()
	return s, nil
}

func (s *Server) open() error {
	log, torn, err := journal.Open(filepath.Join(s.opts.Dir, "journal.jsonl"), func(rec []byte) error {
		var e workspace.Entry
		if err := strictJSON(rec, &e); err != nil {
			return err
		}
		return s.state.Apply(e)
	})
	if err != nil {
		return err
	}
	if torn != nil {
		s.log.Warn("the last change of the workspace was cut short and is dropped", "line", torn.Line, "bytes", torn.Bytes)
	}
	s.tokens, err = openTokens(s.opts.Dir, s.opts.Workspace)
	if err != nil {
		log.Close()
		return err
	}
	s.journal = log
	s.last = micros(s.state.Last())
	return nil
}

// Tokens are the tokens to call the server with.
func (s *Server) Tokens() Tokens { return s.tokens }

// Faults lets a test make the server misbehave.
func (s *Server) Faults() *Faults { return s.faults }

// Handler serves everything below /api/.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/api/{method}", s.serveMethod)
	mux.HandleFunc("GET /api/socket-mode/{ticket}", s.serveSocket)
	mux.HandleFunc("GET /api/rtm/{ticket}", s.serveRTM)
	mux.HandleFunc("POST /api/upload/{ticket}", s.serveUpload)
	mux.HandleFunc("GET /api/files/{id}/{name}", s.serveFile)
	mux.HandleFunc("POST /api/response/{ticket}", s.serveResponse)
	if s.opts.Admin {
		mux.HandleFunc("/api/admin/faults", s.serveFaults)
	}
	return mux
}

// Close ends all connections and closes the journal. The listener should be closed first.
func (s *Server) Close() error {
	s.mu.Lock()
	s.stop()
	for _, c := range s.sockets {
		c.close()
	}
	for p := range s.people {
		p.close()
	}
	for _, st := range s.statuses {
		st.timer.Stop()
	}
	s.mu.Unlock()
	s.running.Wait()
	return s.journal.Close()
}

// begin counts a connection that Close has to wait for; it says no once the server is closed.
func (s *Server) begin() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.done.Err() != nil {
		return false
	}
	s.running.Add(1)
	return true
}

// commit makes a change durable and then part of the state. The caller holds mu.
func (s *Server) commit(e workspace.Entry) error {
	broken := &apiError{Code: "internal_error", Status: http.StatusInternalServerError}
	if err := s.state.Check(e); err != nil { // never write what could not be read again
		s.log.Error("a change does not fit the workspace", "error", err)
		return broken
	}
	if err := s.journal.Append(e); err != nil {
		s.log.Error("the workspace cannot be written", "error", err)
		return broken
	}
	if err := s.state.Apply(e); err != nil {
		s.log.Error("a change does not fit the workspace", "error", err)
		return broken
	}
	if len(e.Deliver) > 0 {
		s.nudge()
	}
	return nil
}

// note records progress of a delivery, which may be forgotten after power loss: it is then delivered again.
func (s *Server) note(e workspace.Entry) {
	if err := s.journal.Note(e); err != nil {
		s.log.Error("the workspace cannot be written", "error", err)
	}
	if err := s.state.Apply(e); err != nil {
		s.log.Error("a change does not fit the workspace", "error", err)
	}
}

func (s *Server) nudge() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// stamp gives a timestamp that is newer than all before. The caller holds mu.
func (s *Server) stamp() string {
	s.last = max(s.last+1, s.opts.Clock().UnixMicro())
	return fmt.Sprintf("%d.%06d", s.last/1e6, s.last%1e6)
}

// micros reads a timestamp "seconds.fraction" as microseconds; what is none reads as 0.
func micros(ts string) int64 {
	n, _ := parseTS(ts)
	return n
}

// parseTS reads a timestamp "seconds" or "seconds.fraction" of at most six digits, in microseconds.
func parseTS(ts string) (int64, bool) {
	sec, frac, _ := strings.Cut(ts, ".")
	if len(sec) == 0 || len(sec) > 12 || len(frac) > 6 || !digits(sec) || !digits(frac) {
		return 0, false
	}
	n, err := strconv.ParseInt(sec+frac+strings.Repeat("0", 6-len(frac)), 10, 64)
	return n, err == nil
}

func digits(s string) bool { return strings.Trim(s, "0123456789") == "" }
