package githubapi

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v4"
)

// App is a GitHub App installed on the repository.
type App struct {
	ID, InstallationID int64
	// Slug names the App; pull requests it opens are by "<slug>[bot]".
	Slug string
	// Key checks the App's JSON web tokens (RS256).
	Key *rsa.PublicKey
	// Permissions are what the installation was granted; nil: contents and pull_requests write, metadata read.
	Permissions map[string]string
}

func (a *App) botLogin() string { return a.Slug + "[bot]" }

func (a *App) granted() map[string]string {
	if a.Permissions != nil {
		return a.Permissions
	}
	return map[string]string{"contents": "write", "pull_requests": "write", "metadata": "read"}
}

// installationToken is a minted token as the journal keeps it: the hash only, never the token.
type installationToken struct {
	Hash        string            `json:"hash"`
	Permissions map[string]string `json:"permissions"`
	Expires     time.Time         `json:"expires"`
}

func hashToken(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// appCaller recognises an installation token or an App's JSON web token.
func (s *Server) appCaller(token string) (caller, bool) {
	a := s.opt.App
	if a == nil {
		return caller{}, false
	}
	bot, _ := s.find(a.botLogin())
	if t, ok := s.book.tokens[hashToken(token)]; ok {
		return caller{user: bot, rights: t.Permissions}, s.opt.Clock().Before(t.Expires)
	}
	if strings.Count(token, ".") != 2 || a.Key == nil {
		return caller{}, false
	}
	// The claims are checked below against this server's clock, not the library's.
	parser := jwt.NewParser(jwt.WithValidMethods([]string{"RS256"}), jwt.WithoutClaimsValidation())
	claims := jwt.RegisteredClaims{}
	_, err := parser.ParseWithClaims(token, &claims, func(*jwt.Token) (any, error) { return a.Key, nil })
	if err != nil || claims.Issuer != strconv.FormatInt(a.ID, 10) {
		return caller{}, false
	}
	return caller{user: bot, app: true}, claims.VerifyExpiresAt(s.opt.Clock(), true)
}

func (c *call) installation() (*App, error) {
	a := c.s.opt.App
	if id := c.r.PathValue("installation_id"); id != "" && id != strconv.FormatInt(a.InstallationID, 10) {
		return nil, notFound()
	}
	return a, nil
}

// createInstallationToken mints a token for one hour, narrowed to the permissions asked for.
func createInstallationToken(c *call) (answer, error) {
	a, err := c.installation()
	if err != nil {
		return answer{}, err
	}
	var body struct {
		Repositories []string          `json:"repositories"`
		Permissions  map[string]string `json:"permissions"`
	}
	if err := c.decode(&body); err != nil {
		return answer{}, err
	}
	for _, name := range body.Repositories {
		if !strings.EqualFold(name, c.s.opt.Name) {
			return answer{}, unprocessable("There is at least one repository that does not exist or is not accessible to the parent installation.")
		}
	}
	rights := map[string]string{"metadata": "read"}
	for area, level := range a.granted() {
		if len(body.Permissions) == 0 {
			rights[area] = level
		}
	}
	for area, level := range body.Permissions {
		have := a.granted()[area]
		if have == "" || (level == "write" && have != "write") {
			return answer{}, unprocessable("The permissions requested are not granted to this installation.")
		}
		rights[area] = level
	}
	token := "ghs_" + rand.Text()
	t := installationToken{Hash: hashToken(token), Permissions: rights, Expires: c.now.Add(time.Hour).Truncate(time.Second)}
	if err := c.s.book.put(record{Token: &t}); err != nil {
		return answer{}, err
	}
	return created(fields{"token": token, "expires_at": t.Expires.Format(time.RFC3339), "permissions": rights,
		"repository_selection": "selected"})
}

func getInstallation(c *call) (answer, error) {
	a, err := c.installation()
	if err != nil {
		return answer{}, err
	}
	base := c.s.api()
	return ok(fields{"id": a.InstallationID, "app_id": a.ID, "app_slug": a.Slug, "target_id": 1000,
		"target_type": "Organization", "single_file_name": nil, "repository_selection": "selected",
		"access_tokens_url": base + "/app/installations/" + strconv.FormatInt(a.InstallationID, 10) + "/access_tokens",
		"html_url":          c.s.opt.BaseURL(), "repositories_url": base + "/installation/repositories",
		"events": []string{}, "account": c.s.renderUser(c.s.owner()), "permissions": a.granted(),
		"created_at": c.s.started.UTC().Format(time.RFC3339), "updated_at": c.s.started.UTC().Format(time.RFC3339),
		"suspended_by": nil, "suspended_at": nil})
}

func getApp(c *call) (answer, error) {
	a := c.s.opt.App
	html := c.s.opt.BaseURL() + "/apps/" + a.Slug
	return ok(fields{"id": a.ID, "slug": a.Slug, "node_id": nodeID("App", a.ID), "owner": c.s.renderUser(c.s.owner()),
		"name": a.Slug, "description": nil, "external_url": html, "html_url": html, "permissions": a.granted(),
		"events": []string{}, "created_at": stamp(c.s.started), "updated_at": stamp(c.s.started)})
}
