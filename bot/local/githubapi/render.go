package githubapi

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/go-git/go-git/v5/plumbing/object"
)

// api, repoAPI and repoHTML are the addresses that answers point to.
func (s *Server) api() string      { return s.opt.BaseURL() + "/api/v3" }
func (s *Server) repoAPI() string  { return s.api() + "/repos/" + s.opt.Owner + "/" + s.opt.Name }
func (s *Server) repoHTML() string { return s.opt.BaseURL() + "/" + s.opt.Owner + "/" + s.opt.Name }

// owner is the organisation that owns the repository.
func (s *Server) owner() user { return user{id: 1000, login: s.opt.Owner, name: s.opt.Owner} }

func nodeID(kind string, id any) string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%s:%v", kind, id))
}

func stamp(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC().Format(time.RFC3339)
}

// escapePath escapes the parts of a path and keeps its slashes.
func escapePath(p string) string {
	parts := strings.Split(p, "/")
	for i := range parts {
		parts[i] = url.PathEscape(parts[i])
	}
	return strings.Join(parts, "/")
}

// signature is an account as author of a commit made now.
func (s *Server) signature(u user) object.Signature {
	return object.Signature{Name: u.name, Email: fmt.Sprintf("%d+%s@users.noreply.localhost", u.id, u.login),
		When: s.opt.Clock().UTC().Truncate(time.Second)}
}

func (s *Server) renderUser(u user) fields {
	self := s.api() + "/users/" + u.login
	kind := "User"
	if u.bot {
		kind = "Bot"
	}
	if u.id == s.owner().id {
		kind = "Organization"
	}
	return fields{"login": u.login, "id": u.id, "node_id": nodeID("User", u.id), "type": kind, "site_admin": false,
		"avatar_url": s.opt.BaseURL() + "/avatars/" + u.login, "gravatar_id": "", "url": self,
		"html_url": s.opt.BaseURL() + "/" + u.login, "followers_url": self + "/followers",
		"following_url": self + "/following{/other_user}", "gists_url": self + "/gists{/gist_id}",
		"starred_url": self + "/starred{/owner}{/repo}", "subscriptions_url": self + "/subscriptions",
		"organizations_url": self + "/orgs", "repos_url": self + "/repos",
		"events_url": self + "/events{/privacy}", "received_events_url": self + "/received_events"}
}

// renderAccount is a user as GET /user answers it.
func (s *Server) renderAccount(u user) fields {
	o := s.renderUser(u)
	for _, key := range []string{"bio", "company", "email", "hireable", "location"} {
		o[key] = nil
	}
	for _, key := range []string{"followers", "following", "public_gists", "public_repos"} {
		o[key] = 0
	}
	o["name"], o["blog"], o["user_view_type"] = u.name, "", "public"
	o["created_at"], o["updated_at"] = stamp(s.started), stamp(s.started)
	return o
}

func (s *Server) renderCollaborator(u user) fields {
	o := s.renderUser(u)
	o["role_name"] = u.permission
	o["permissions"] = permissions(u.permission)
	return o
}

func permissions(level string) fields {
	write := level == "write" || level == "admin"
	return fields{"admin": level == "admin", "maintain": level == "admin", "push": write, "triage": write, "pull": true}
}

// repositoryLinks are the address templates that GitHub adds to a repository, by key and suffix.
var repositoryLinks = map[string]string{
	"archive_url": "/{archive_format}{/ref}", "assignees_url": "/assignees{/user}", "blobs_url": "/git/blobs{/sha}",
	"branches_url": "/branches{/branch}", "collaborators_url": "/collaborators{/collaborator}",
	"comments_url": "/comments{/number}", "commits_url": "/commits{/sha}", "compare_url": "/compare/{base}...{head}",
	"contents_url": "/contents/{+path}", "contributors_url": "/contributors", "deployments_url": "/deployments",
	"downloads_url": "/downloads", "events_url": "/events", "forks_url": "/forks", "git_commits_url": "/git/commits{/sha}",
	"git_refs_url": "/git/refs{/sha}", "git_tags_url": "/git/tags{/sha}", "hooks_url": "/hooks",
	"issue_comment_url": "/issues/comments{/number}", "issue_events_url": "/issues/events{/number}",
	"issues_url": "/issues{/number}", "keys_url": "/keys{/key_id}", "labels_url": "/labels{/name}",
	"languages_url": "/languages", "merges_url": "/merges", "milestones_url": "/milestones{/number}",
	"notifications_url": "/notifications{?since,all,participating}", "pulls_url": "/pulls{/number}",
	"releases_url": "/releases{/id}", "stargazers_url": "/stargazers", "statuses_url": "/statuses/{sha}",
	"subscribers_url": "/subscribers", "subscription_url": "/subscription", "tags_url": "/tags", "teams_url": "/teams",
	"trees_url": "/git/trees{/sha}",
}

func (s *Server) renderRepository(permission string) fields {
	open := 0
	for _, p := range s.book.pulls {
		if p.State == stateOpen {
			open++
		}
	}
	html := s.repoHTML()
	o := fields{"id": 1, "node_id": nodeID("Repository", 1), "name": s.opt.Name, "full_name": s.opt.Owner + "/" + s.opt.Name,
		"owner": s.renderUser(s.owner()), "private": true, "visibility": "private", "html_url": html, "url": s.repoAPI(),
		"description": nil, "fork": false, "clone_url": html + ".git", "git_url": html + ".git", "ssh_url": html + ".git",
		"svn_url": html, "mirror_url": nil, "homepage": nil, "language": nil, "license": nil,
		"default_branch": s.opt.DefaultBranch, "archived": false, "disabled": false, "size": 0,
		"forks": 0, "forks_count": 0, "stargazers_count": 0, "watchers": 0, "watchers_count": 0,
		"network_count": 0, "subscribers_count": 0, "open_issues": open, "open_issues_count": open,
		"has_issues": false, "has_projects": false, "has_wiki": false, "has_pages": false, "has_downloads": false,
		"has_discussions": false, "allow_merge_commit": true, "allow_squash_merge": true, "allow_rebase_merge": true,
		"pushed_at": stamp(s.started), "created_at": stamp(s.started), "updated_at": stamp(s.started),
		"permissions": permissions(permission)}
	for key, suffix := range repositoryLinks {
		o[key] = s.repoAPI() + suffix
	}
	return o
}

// unverified is what GitHub says of a commit without a signature.
func unverified() fields {
	return fields{"verified": false, "reason": "unsigned", "signature": nil, "payload": nil, "verified_at": nil}
}

func renderSignature(sig object.Signature) fields {
	return fields{"name": sig.Name, "email": sig.Email, "date": sig.When.UTC().Format(time.RFC3339)}
}

// renderGitCommit is a commit as the Git Data API answers it.
func (s *Server) renderGitCommit(c *object.Commit) fields {
	sha := c.Hash.String()
	parents := []fields{}
	for _, p := range c.ParentHashes {
		parents = append(parents, fields{"sha": p.String(), "url": s.repoAPI() + "/git/commits/" + p.String(),
			"html_url": s.repoHTML() + "/commit/" + p.String()})
	}
	return fields{"sha": sha, "node_id": nodeID("Commit", sha), "url": s.repoAPI() + "/git/commits/" + sha,
		"html_url": s.repoHTML() + "/commit/" + sha, "author": renderSignature(c.Author),
		"committer": renderSignature(c.Committer), "message": c.Message, "parents": parents,
		"tree":         fields{"sha": c.TreeHash.String(), "url": s.repoAPI() + "/git/trees/" + c.TreeHash.String()},
		"verification": unverified()}
}

// renderCommit is a commit as everything but the Git Data API answers it.
func (s *Server) renderCommit(c *object.Commit) fields {
	sha := c.Hash.String()
	url := s.repoAPI() + "/commits/" + sha
	parents := []fields{}
	for _, p := range c.ParentHashes {
		parents = append(parents, fields{"sha": p.String(), "url": s.repoAPI() + "/commits/" + p.String(),
			"html_url": s.repoHTML() + "/commit/" + p.String()})
	}
	return fields{"sha": sha, "node_id": nodeID("Commit", sha), "url": url, "html_url": s.repoHTML() + "/commit/" + sha,
		"comments_url": url + "/comments", "author": s.byEmail(c.Author.Email), "committer": s.byEmail(c.Committer.Email),
		"parents": parents,
		"commit": fields{"author": renderSignature(c.Author), "committer": renderSignature(c.Committer),
			"message": c.Message, "comment_count": 0, "url": s.repoAPI() + "/git/commits/" + sha, "verification": unverified(),
			"tree": fields{"sha": c.TreeHash.String(), "url": s.repoAPI() + "/git/trees/" + c.TreeHash.String()}}}
}

// byEmail is the account a commit's e-mail belongs to, or null.
func (s *Server) byEmail(email string) any {
	for _, u := range s.users() {
		if s.signature(u).Email == email {
			return s.renderUser(u)
		}
	}
	return nil
}
