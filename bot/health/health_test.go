package health

import (
	"context"
	"errors"
	"net"
	"strings"
	"sync/atomic"
	"testing"
)

func TestHealth(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := listener.Addr().String()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var connected atomic.Bool
	ended := make(chan error, 1)
	go func() {
		ended <- serve(ctx, listener, func() error {
			if connected.Load() {
				return nil
			}
			return errors.New("connecting to Slack")
		})
	}()

	if err := Ask(t.Context(), addr); err == nil || !strings.HasSuffix(err.Error(), "is not at work: connecting to Slack") {
		t.Errorf("before it is connected: %v", err)
	}
	connected.Store(true)
	if err := Ask(t.Context(), addr); err != nil {
		t.Errorf("connected: %v", err)
	}
	if err := Serve(t.Context(), addr, nil); err == nil || !strings.Contains(err.Error(), "listening for health checks") {
		t.Errorf("on a taken address: %v", err)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("stopped: %v", err)
	}
	if err := Ask(t.Context(), addr); err == nil || !strings.Contains(err.Error(), "no bot answers") {
		t.Errorf("after its end: %v", err)
	}
	if err := Ask(t.Context(), "no address"); err == nil {
		t.Error("an address that is none was asked")
	}
}
