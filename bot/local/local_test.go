package local

import (
	"encoding/json"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"firstmile/agents/sandbox"
)

func TestMain(m *testing.M) {
	sandbox.ChildMain()
	os.Exit(m.Run())
}

func start(t *testing.T, data, addr string) *Workspace {
	t.Helper()
	w, err := Start(t.Context(), Options{Addr: addr, Data: data, Scopes: []string{"chat:write"}})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// TestRestartKeepsEverything: tokens, ids and the repository are the same after a restart, and the file says how to reach them.
func TestRestartKeepsEverything(t *testing.T) {
	data := t.TempDir()
	w := start(t, data, "127.0.0.1:0")
	first, err := ReadDescription(data)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(filepath.Join(data, DescriptionFile))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	res, err := http.Get(first.URL + "/healthz")
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("%v, %v", res, err)
	}
	_ = res.Body.Close()
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	again := start(t, data, w.URL[len("http://"):])
	defer func() { _ = again.Close() }()
	one, _ := json.Marshal(first)
	two, _ := json.Marshal(again.Description)
	if string(one) != string(two) {
		t.Errorf("another description after the restart:\n%s\n%s", one, two)
	}
}

// TestTakenPort: a taken port is no failure.
func TestTakenPort(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	w := start(t, t.TempDir(), l.Addr().String())
	defer func() { _ = w.Close() }()
	if !w.Moved || w.URL == "http://"+l.Addr().String() {
		t.Errorf("moved %v to %s", w.Moved, w.URL)
	}
}

func TestReachable(t *testing.T) {
	for ip, want := range map[string]string{"0.0.0.0": "127.0.0.1:80", "::": "127.0.0.1:80", "127.0.0.1": "127.0.0.1:80", "::1": "[::1]:80"} {
		if got := reachable(&net.TCPAddr{IP: net.ParseIP(ip), Port: 80}); got != want {
			t.Errorf("%s: %s, want %s", ip, got, want)
		}
	}
}
