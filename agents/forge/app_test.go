package forge_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"testing"

	"github.com/google/go-cmp/cmp"

	"firstmile/agents/forge"
	"firstmile/bot/local/githubapi"
	"firstmile/planner/plan"
)

// appBench is a bench whose bot is a GitHub App with the given permissions.
func appBench(t *testing.T, permissions map[string]string) *bench {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	b := newBench(t, func(o *githubapi.Options) {
		o.App = &githubapi.App{ID: 7, InstallationID: 8, Slug: "firstmile-app", Key: &key.PublicKey, Permissions: permissions}
	})
	text := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})
	b.cfg.Token, b.cfg.App = "", &forge.App{ID: 7, InstallationID: 8, Key: text}
	return b
}

func TestPublishAsApp(t *testing.T) {
	b := appBench(t, nil)
	p := b.publication("select 1\n")
	pr := publish(t, b.forge(), p)
	if again := publish(t, b.forge(), p); again != pr {
		t.Errorf("again %v", again)
	}
	if login := b.pulls()[0].GetUser().GetLogin(); login != "firstmile-app[bot]" {
		t.Errorf("the author is %s", login)
	}
}

func TestAppThatMayNotMint(t *testing.T) {
	b := appBench(t, nil)
	b.cfg.App.InstallationID = 9
	_, err := b.forge().Publish(context.Background(), b.publication("select 1\n"))
	wantFailure(t, err, plan.Permanent, forge.CodeNotFound)
	b.cfg.App.Key = []byte("no key")
	if _, err := forge.New(b.cfg); err == nil {
		t.Error("a broken key was taken")
	}
}

func TestDoctor(t *testing.T) {
	well := func(lines []forge.Finding) (out []bool) {
		for _, l := range lines {
			out = append(out, l.OK)
			if l.Name == "" || l.Text == "" {
				t.Errorf("an empty line: %+v", l)
			}
		}
		return out
	}
	for name, tc := range map[string]struct {
		b      *bench
		change func(*forge.Config)
		want   []bool
	}{
		"fine":        {newBench(t, nil), nil, []bool{true, true, true, true}},
		"bad token":   {newBench(t, nil), func(c *forge.Config) { c.Token = "x" }, []bool{false}},
		"no repo":     {newBench(t, nil), func(c *forge.Config) { c.Name = "x" }, []bool{true, false}},
		"read-only":   {newBench(t, func(o *githubapi.Options) { o.ReadOnly = true }), nil, []bool{true, true, false, true}},
		"no branch":   {newBench(t, nil), func(c *forge.Config) { c.Branch = "x" }, []bool{true, true, true, false}},
		"app":         {appBench(t, nil), nil, []bool{true, true, true, true}},
		"narrow app":  {appBench(t, map[string]string{"contents": "write", "metadata": "read"}), nil, []bool{true, false}},
		"no listener": {newBench(t, nil), func(c *forge.Config) { c.BaseURL = "http://127.0.0.1:1" }, []bool{false}},
	} {
		t.Run(name, func(t *testing.T) {
			if tc.change != nil {
				tc.change(&tc.b.cfg)
			}
			if diff := cmp.Diff(tc.want, well(tc.b.forge().Doctor(context.Background()))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestConfigurationIsChecked(t *testing.T) {
	for name, cfg := range map[string]forge.Config{
		"no repository": {Token: "x"},
		"no identity":   {Owner: "o", Name: "n"},
		"two":           {Owner: "o", Name: "n", Token: "x", App: &forge.App{}},
		"bad address":   {Owner: "o", Name: "n", Token: "x", BaseURL: "ftp://x"},
		"no address":    {Owner: "o", Name: "n", Token: "x", BaseURL: "://"},
	} {
		if _, err := forge.New(cfg); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
}
