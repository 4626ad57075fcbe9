package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"firstmile/store"
)

// health answers GET /healthz: 200 once the bot is connected to Slack and while
// its store can be read, else 503 with the reason.
type health struct {
	connected <-chan struct{}
	db        *store.DB
}

func (h health) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	select {
	case <-h.connected:
	default:
		http.Error(w, "not connected to Slack yet", http.StatusServiceUnavailable)
		return
	}
	if _, _, err := h.db.Next(r.Context()); err != nil {
		http.Error(w, "the store cannot be read", http.StatusServiceUnavailable)
		return
	}
	_, _ = fmt.Fprintln(w, "ok")
}

// serveHealth answers on addr until ctx ends.
func serveHealth(ctx context.Context, addr string, h health) error {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", addr)
	if err != nil {
		return fmt.Errorf("listening for health checks: %w", err)
	}
	mux := http.NewServeMux()
	mux.Handle("GET /healthz", h)
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	stop := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stop()
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

type healthCommand struct {
	Addr string `arg:"" optional:"" help:"Address of the running bot's health check." env:"FIRSTMILE_HEALTH" default:"127.0.0.1:8081"`
}

// Run asks a running bot whether it is well. It is what a container's health check calls.
func (c *healthCommand) Run(ctx context.Context, p program) error {
	ctx, cancel := context.WithTimeout(ctx, 4*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+c.Addr+"/healthz", nil)
	if err != nil {
		return usageError{fmt.Errorf("%q is no address: %w", c.Addr, err)}
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("the bot does not answer on %s: %w", c.Addr, err)
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("the bot is not well: %s", res.Status)
	}
	_, err = fmt.Fprintln(p.stdout, "ok")
	return err
}
