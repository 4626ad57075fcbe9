package githubapi

import (
	"crypto/subtle"
	"net/http"
	"strings"
)

// caller is who makes a call and what the credentials allow.
type caller struct {
	user user
	// rights maps an area (contents, pull_requests, issues, metadata) to read or write. Nil: what the
	// user's permission allows.
	rights map[string]string
	app    bool // authenticated by an App's own JWT: may only mint tokens
}

// user is an account known to the server.
type user struct {
	id         int64
	login      string
	name       string
	bot        bool
	permission string // read, write, admin
	token      string
}

// users lists the accounts: the bot first, then the App's bot, then the collaborators in the order given.
// Ids follow the position, so they are stable as long as the configuration is.
func (s *Server) users() []user {
	permission := "write"
	if s.opt.ReadOnly {
		permission = "read"
	}
	list := []user{{login: s.opt.BotLogin, name: s.opt.BotLogin, permission: permission, token: s.opt.Token}}
	if a := s.opt.App; a != nil {
		list = append(list, user{login: a.botLogin(), name: a.Slug, bot: true, permission: "write"})
	}
	for _, c := range s.opt.Collaborators {
		u := user{login: c.Login, name: c.Name, permission: c.Permission, token: c.Token}
		if u.name == "" {
			u.name = u.login
		}
		if u.permission == "" {
			u.permission = "write"
		}
		list = append(list, u)
	}
	for i := range list {
		list[i].id = int64(1001 + i)
	}
	return list
}

// find returns the account with a login, ignoring case as GitHub does.
func (s *Server) find(login string) (user, bool) {
	for _, u := range s.users() {
		if strings.EqualFold(u.login, login) {
			return u, true
		}
	}
	return user{}, false
}

// account is find for rendering: a login that is no longer configured still has a name.
func (s *Server) account(login string) user {
	if u, ok := s.find(login); ok {
		return u
	}
	return user{id: 1, login: login, name: login}
}

// authenticate reads the Authorization header: "Bearer T", "token T", or Basic with T as password.
func (s *Server) authenticate(r *http.Request) (caller, error) {
	header := r.Header.Get("Authorization")
	if header == "" {
		return caller{}, &apiError{Status: http.StatusUnauthorized, Message: "Requires authentication"}
	}
	token := ""
	if _, password, ok := r.BasicAuth(); ok {
		token = password
	} else if scheme, rest, ok := strings.Cut(header, " "); ok &&
		(strings.EqualFold(scheme, "bearer") || strings.EqualFold(scheme, "token")) {
		token = strings.TrimSpace(rest)
	}
	if token != "" {
		for _, u := range s.users() {
			if u.token != "" && subtle.ConstantTimeCompare([]byte(u.token), []byte(token)) == 1 {
				return caller{user: u}, nil
			}
		}
		if c, ok := s.appCaller(token); ok {
			return c, nil
		}
	}
	return caller{}, &apiError{Status: http.StatusUnauthorized, Message: "Bad credentials"}
}

// allow checks a caller against what a route needs.
func (c caller) allow(area string, write bool) error {
	switch {
	case area == "":
		return nil
	case area == "app":
		if c.app {
			return nil
		}
		return &apiError{Status: http.StatusUnauthorized, Message: "A JSON web token could not be decoded"}
	case c.app:
		return &apiError{Status: http.StatusUnauthorized, Message: "Bad credentials"}
	}
	if c.rights == nil {
		if write && c.user.permission == "read" {
			return &apiError{Status: http.StatusForbidden, Message: "Resource not accessible by personal access token"}
		}
		return nil
	}
	have := c.rights[area]
	if area == "pull_requests" && have != "write" && c.rights["issues"] == "write" {
		have = "write"
	}
	if area == "metadata" || have == "write" || (have == "read" && !write) {
		return nil
	}
	return &apiError{Status: http.StatusForbidden, Message: "Resource not accessible by integration"}
}

// validLogin accepts the characters GitHub allows in owners and repository names.
func validLogin(s string) bool {
	if s == "" || s == "." || s == ".." || len(s) > 100 {
		return false
	}
	for _, r := range s {
		ok := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' || r == '.'
		if !ok {
			return false
		}
	}
	return true
}
