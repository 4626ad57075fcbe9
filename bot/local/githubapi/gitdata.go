package githubapi

import (
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/object"
)

func getBlob(c *call) (answer, error) {
	hash, valid := parseSHA(c.r.PathValue("file_sha"))
	if !valid {
		return answer{}, unprocessable("The sha parameter must be exactly 40 characters and contain only [0-9a-f].")
	}
	if _, err := c.repo.BlobObject(hash); err != nil {
		return answer{}, notFound()
	}
	data, err := blobBytes(c.repo, hash)
	if err != nil {
		return answer{}, err
	}
	if c.wantsRaw() {
		return answer{status: 200, raw: data}, nil
	}
	return ok(gitObject(c, "blobs", hash, fields{"size": len(data), "encoding": "base64",
		"content": base64.StdEncoding.EncodeToString(data)}))
}

// gitObject adds what every git object's answer has.
func gitObject(c *call, kind string, hash plumbing.Hash, rest fields) fields {
	rest["sha"] = hash.String()
	rest["node_id"] = nodeID(kind, hash.String())
	rest["url"] = c.s.repoAPI() + "/git/" + kind + "/" + hash.String()
	return rest
}

func createBlob(c *call) (answer, error) {
	var body struct {
		Content  *string `json:"content"`
		Encoding string  `json:"encoding"`
	}
	if err := c.decode(&body); err != nil {
		return answer{}, err
	}
	if body.Content == nil {
		return answer{}, unprocessable("Invalid request.\n\n\"content\" wasn't supplied.")
	}
	data := []byte(*body.Content)
	switch body.Encoding {
	case "", "utf-8":
	case "base64":
		var err error
		if data, err = base64.StdEncoding.DecodeString(strings.ReplaceAll(*body.Content, "\n", "")); err != nil {
			return answer{}, unprocessable("content is not valid Base64")
		}
	default:
		return answer{}, unprocessable("Invalid request.\n\nencoding must be utf-8 or base64.")
	}
	hash, err := storeBlob(c.repo, data)
	if err != nil {
		return answer{}, err
	}
	return created(fields{"sha": hash.String(), "url": c.s.repoAPI() + "/git/blobs/" + hash.String()})
}

func getTree(c *call) (answer, error) {
	name := c.r.PathValue("tree_sha")
	hash, valid := parseSHA(name)
	if !valid || c.repo.Storer.HasEncodedObject(hash) != nil {
		commit, found := resolve(c.repo, name)
		if !found {
			return answer{}, notFound()
		}
		hash = commit.TreeHash
	}
	if commit, err := c.repo.CommitObject(hash); err == nil {
		hash = commit.TreeHash
	}
	if _, err := c.repo.TreeObject(hash); err != nil {
		return answer{}, notFound()
	}
	entries, err := renderTree(c, hash, c.r.URL.Query().Get("recursive") != "")
	if err != nil {
		return answer{}, err
	}
	return ok(fields{"sha": hash.String(), "url": c.s.repoAPI() + "/git/trees/" + hash.String(), "tree": entries, "truncated": false})
}

// renderTree lists a tree in git's order, with everything below it if asked.
func renderTree(c *call, hash plumbing.Hash, recursive bool) ([]fields, error) {
	tree, err := c.repo.TreeObject(hash)
	if err != nil {
		return nil, fmt.Errorf("reading tree %s: %w", hash, err)
	}
	out := []fields{}
	walk := object.NewTreeWalker(tree, recursive, nil)
	defer walk.Close()
	for {
		path, e, err := walk.Next()
		if err != nil { // io.EOF; a missing subtree ends the list as well
			return out, nil
		}
		o := fields{"path": path, "mode": fmt.Sprintf("%06o", uint32(e.Mode)), "sha": e.Hash.String()}
		switch e.Mode {
		case filemode.Dir:
			o["type"], o["url"] = "tree", c.s.repoAPI()+"/git/trees/"+e.Hash.String()
		case filemode.Submodule:
			o["type"] = "commit"
		default:
			o["type"], o["url"] = "blob", c.s.repoAPI()+"/git/blobs/"+e.Hash.String()
			if size, err := c.repo.Storer.EncodedObjectSize(e.Hash); err == nil {
				o["size"] = size
			}
		}
		out = append(out, o)
	}
}

// treeEntry is one entry of POST git/trees. SHA is a pointer to a pointer: absent, null (delete), or a name.
type treeEntry struct {
	Path    string  `json:"path"`
	Mode    string  `json:"mode"`
	Type    string  `json:"type"`
	Content *string `json:"content"`
	SHA     *string `json:"sha"`
}

func createTree(c *call) (answer, error) {
	var body struct {
		BaseTree string      `json:"base_tree"`
		Tree     []treeEntry `json:"tree"`
	}
	if err := c.decode(&body); err != nil {
		return answer{}, err
	}
	if len(body.Tree) == 0 {
		return answer{}, unprocessable("Invalid tree info")
	}
	all := files{}
	if body.BaseTree != "" {
		hash, valid := parseSHA(body.BaseTree)
		if commit, err := c.repo.CommitObject(hash); err == nil {
			hash = commit.TreeHash
		}
		if _, err := c.repo.TreeObject(hash); !valid || err != nil {
			return answer{}, unprocessable("base_tree is not a valid tree oid")
		}
		var err error
		if all, err = flatten(c.repo, hash); err != nil {
			return answer{}, err
		}
	}
	for _, e := range body.Tree {
		if err := addEntry(c, all, e); err != nil {
			return answer{}, err
		}
	}
	hash, err := all.write(c.repo)
	if err != nil {
		return answer{}, err
	}
	entries, err := renderTree(c, hash, false)
	if err != nil {
		return answer{}, err
	}
	return created(fields{"sha": hash.String(), "url": c.s.repoAPI() + "/git/trees/" + hash.String(), "tree": entries, "truncated": false})
}

func addEntry(c *call, all files, e treeEntry) error {
	if !validPath(e.Path) {
		return unprocessable("tree.path contains a malformed path component")
	}
	mode := map[string]filemode.FileMode{"100644": filemode.Regular, "100755": filemode.Executable,
		"120000": filemode.Symlink, "160000": filemode.Submodule, "040000": filemode.Dir}[e.Mode]
	if mode == 0 {
		return unprocessable("Must supply a valid tree.mode")
	}
	if e.SHA == nil && e.Content == nil {
		if !all.remove(e.Path) {
			return unprocessable("GitRPC::BadObjectState")
		}
		return nil
	}
	if e.SHA == nil {
		hash, err := storeBlob(c.repo, []byte(*e.Content))
		if err != nil {
			return err
		}
		all.set(e.Path, treeFile{mode, hash})
		return nil
	}
	hash, valid := parseSHA(*e.SHA)
	if !valid || (mode != filemode.Submodule && c.repo.Storer.HasEncodedObject(hash) != nil) {
		return unprocessable("tree.sha %s is not a valid object", *e.SHA)
	}
	if mode == filemode.Dir {
		sub, err := flatten(c.repo, hash)
		if err != nil {
			return unprocessable("tree.sha %s is not a valid tree", *e.SHA)
		}
		all.remove(e.Path)
		for path, f := range sub {
			all.set(e.Path+"/"+path, f)
		}
		return nil
	}
	if _, err := c.repo.BlobObject(hash); mode != filemode.Submodule && err != nil {
		return unprocessable("tree.sha %s is not a valid blob", *e.SHA)
	}
	all.set(e.Path, treeFile{mode, hash})
	return nil
}

func getGitCommit(c *call) (answer, error) {
	hash, valid := parseSHA(c.r.PathValue("commit_sha"))
	commit, err := c.repo.CommitObject(hash)
	if !valid || err != nil {
		return answer{}, notFound()
	}
	return ok(c.s.renderGitCommit(commit))
}

// person is an author or committer in a request.
type person struct {
	Name  string     `json:"name"`
	Email string     `json:"email"`
	Date  *time.Time `json:"date"`
}

func (p *person) signature(fallback object.Signature) object.Signature {
	if p == nil {
		return fallback
	}
	sig := object.Signature{Name: oneLine(p.Name), Email: oneLine(p.Email), When: fallback.When}
	if p.Date != nil {
		sig.When = p.Date.Truncate(time.Second)
	}
	return sig
}

// oneLine removes what would break out of a commit's header line.
func oneLine(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r < ' ' || r == '<' || r == '>' {
			return -1
		}
		return r
	}, s))
}

func createCommit(c *call) (answer, error) {
	var body struct {
		Message   *string  `json:"message"`
		Tree      string   `json:"tree"`
		Parents   []string `json:"parents"`
		Author    *person  `json:"author"`
		Committer *person  `json:"committer"`
		Signature string   `json:"signature"`
	}
	if err := c.decode(&body); err != nil {
		return answer{}, err
	}
	if body.Message == nil {
		return answer{}, unprocessable("Invalid request.\n\n\"message\" wasn't supplied.")
	}
	tree, valid := parseSHA(body.Tree)
	if _, err := c.repo.TreeObject(tree); !valid || err != nil {
		return answer{}, unprocessable("Tree SHA does not exist")
	}
	for _, p := range []*person{body.Author, body.Committer} {
		if p != nil && (oneLine(p.Name) == "" || oneLine(p.Email) == "") {
			return answer{}, unprocessable("Invalid request.\n\n\"name\" and \"email\" must be supplied.")
		}
	}
	commit := &object.Commit{Message: *body.Message, TreeHash: tree, PGPSignature: body.Signature}
	for _, p := range body.Parents {
		hash, valid := parseSHA(p)
		if _, err := c.repo.CommitObject(hash); !valid || err != nil {
			return answer{}, unprocessable("Parent SHA does not exist or is not a commit object")
		}
		commit.ParentHashes = append(commit.ParentHashes, hash)
	}
	commit.Author = body.Author.signature(c.s.signature(c.who.user))
	commit.Committer = body.Committer.signature(commit.Author)
	hash, err := store(c.repo, commit)
	if err != nil {
		return answer{}, err
	}
	stored, err := c.repo.CommitObject(hash)
	if err != nil {
		return answer{}, err
	}
	return created(c.s.renderGitCommit(stored))
}
