package web_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"firstmile/bot/local/web"
)

func handler(t *testing.T) http.Handler {
	t.Helper()
	h, err := web.Handler(web.Config{
		Title: "Northpeak", Hosts: []string{"workspace.example"},
		People: []web.Person{{ID: ines, Name: "Ines", Token: "xoxp-secret"}}, Welcome: welcome,
	})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestWhoMayAsk(t *testing.T) {
	h := handler(t)
	cases := []struct {
		name, host, path string
		header           map[string]string
		want             int
	}{
		{"the page itself", "127.0.0.1:8080", "/session.json", map[string]string{"Sec-Fetch-Site": "same-origin"}, 200},
		{"by name", "localhost:8080", "/session.json", nil, 200},
		{"IPv6", "[::1]:8080", "/session.json", nil, 200},
		{"a name that was allowed", "Workspace.example", "/session.json", nil, 200},
		{"same origin named", "localhost:8080", "/session.json", map[string]string{"Origin": "http://localhost:8080"}, 200},
		{"a name pointed here", "evil.example:8080", "/session.json", nil, 421},
		{"a name pointed here, the page", "evil.example", "/", nil, 421},
		{"a name that begins like ours", "localhost.evil.example", "/", nil, 421},
		{"another address", "192.0.2.7:8080", "/session.json", nil, 421},
		{"another site", "localhost:8080", "/session.json", map[string]string{"Sec-Fetch-Site": "cross-site"}, 403},
		{"another port of this machine", "localhost:8080", "/session.json", map[string]string{"Sec-Fetch-Site": "same-site"}, 403},
		{"a foreign origin", "localhost:8080", "/session.json", map[string]string{"Origin": "http://evil.example"}, 403},
		{"an opaque origin", "localhost:8080", "/session.json", map[string]string{"Origin": "null"}, 403},
		{"typed into the address bar", "localhost:8080", "/session.json", map[string]string{"Sec-Fetch-Site": "none"}, 403},
		{"the page", "localhost:8080", "/", map[string]string{"Sec-Fetch-Site": "cross-site"}, 200},
		{"a permalink", "localhost:8080", "/archives/C1/p1700000000000100", nil, 200},
		{"a script", "localhost:8080", "/static/js/main.js", nil, 200},
		{"no listing", "localhost:8080", "/static/js/", nil, 404},
		{"no way out", "localhost:8080", "/static/../web.go", nil, 307},
		{"nothing there", "localhost:8080", "/nothing", nil, 404},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := httptest.NewRequest(http.MethodGet, "http://"+c.host+c.path, nil)
			r.Host = c.host
			for key, value := range c.header {
				r.Header.Set(key, value)
			}
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if w.Code != c.want {
				t.Errorf("got %d, want %d", w.Code, c.want)
			}
			if leaked := strings.Contains(w.Body.String(), "xoxp-"); leaked != (c.want == 200 && c.path == "/session.json") {
				t.Errorf("token in the answer: %v", leaked)
			}
			if w.Code == 200 && (w.Header().Get("Cache-Control") != "no-store" || w.Header().Get("Access-Control-Allow-Origin") != "") {
				t.Errorf("headers %v", w.Header())
			}
		})
	}
}

func TestSessionAndPolicy(t *testing.T) {
	w := httptest.NewRecorder()
	handler(t).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "http://localhost/session.json", nil))
	var got struct {
		API     string
		People  []web.Person
		Welcome web.Welcome
	}
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if got.API != "/api/" || got.People[0].Token != "xoxp-secret" || got.Welcome.Suggestions[0] != welcome.Suggestions[0] {
		t.Errorf("session %+v", got)
	}
	policy := w.Header().Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'", "frame-ancestors 'none'"} {
		if !strings.Contains(policy, want) {
			t.Errorf("the policy lacks %s: %s", want, policy)
		}
	}
	if strings.Contains(policy, "unsafe") {
		t.Errorf("the policy allows something unsafe: %s", policy)
	}
}

func TestConfigurationErrors(t *testing.T) {
	people := []web.Person{{ID: ines, Name: "Ines", Token: "xoxp-secret"}}
	for name, config := range map[string]web.Config{
		"no title":       {People: people},
		"no people":      {Title: "x"},
		"relative API":   {Title: "x", People: people, APIBase: "api/"},
		"strange scheme": {Title: "x", People: people, APIBase: "ftp://a.example/api/"},
		"no address":     {Title: "x", People: people, APIBase: "http://a b/"},
	} {
		if _, err := web.Handler(config); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if _, err := web.Handler(web.Config{Title: "x", People: people, APIBase: "http://127.0.0.1:9/api/"}); err != nil {
		t.Errorf("an API elsewhere: %v", err)
	}
}

// TestPureModules runs the tests of the page's pure modules (jstest/) with node.
func TestPureModules(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("node is needed for the page's tests")
		}
		t.Skip("node is not installed")
	}
	files, err := filepath.Glob("jstest/*.test.js")
	if err != nil || len(files) == 0 {
		t.Fatalf("no tests found: %v", err)
	}
	if out, err := exec.Command(node, append([]string{"--test"}, files...)...).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
