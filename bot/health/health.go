// Package health answers one question for whoever supervises the process, such as a container's health check: is the
// bot at work? A running bot serves GET /healthz, and Ask asks there. It owns no files.
package health

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

// path is where a bot answers.
const path = "/healthz"

// maxAnswer bounds what Ask reads, in bytes.
const maxAnswer = 1 << 10

// Serve answers on addr ("127.0.0.1:8081") until ctx ends: status 200 while state returns nil, else 503 with what state
// says, in one line. The text goes to whoever can reach addr, so state says nothing secret.
func Serve(ctx context.Context, addr string, state func() error) error {
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", addr)
	if err != nil {
		return fmt.Errorf("listening for health checks: %w", err)
	}
	return serve(ctx, listener, state)
}

func serve(ctx context.Context, listener net.Listener, state func() error) error {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+path, func(w http.ResponseWriter, _ *http.Request) {
		if err := state(); err != nil {
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
			return
		}
		_, _ = io.WriteString(w, "ok\n") // an asker who has gone needs no answer
	})
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	stop := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stop()
	if err := server.Serve(listener); ctx.Err() == nil && !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serving health checks: %w", err)
	}
	return nil
}

// Ask asks the bot at addr, and returns nil when it is at work. It takes at most three seconds.
func Ask(ctx context.Context, addr string) error {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+addr+path, nil)
	if err != nil {
		return fmt.Errorf("asking %s: %w", addr, err)
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}} // no proxy stands between
	response, err := client.Do(request)
	if err != nil {
		return fmt.Errorf("no bot answers at %s: %w", addr, err)
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode == http.StatusOK {
		return nil
	}
	said, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return fmt.Errorf("reading what the bot at %s says: %w", addr, err)
	}
	return fmt.Errorf("the bot at %s is not at work: %s", addr, strings.TrimSpace(string(said)))
}
