package dbt

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// manifest is what is read of target/manifest.json (any schema version from v7 on has these keys).
type manifest struct {
	Nodes   map[string]manifestNode `json:"nodes"`
	Sources map[string]manifestNode `json:"sources"`
}

type manifestNode struct {
	Database     string `json:"database"`
	Schema       string `json:"schema"`
	Alias        string `json:"alias"`
	Identifier   string `json:"identifier"`
	ResourceType string `json:"resource_type"`
	Checksum     struct {
		Checksum string `json:"checksum"`
	} `json:"checksum"`
	DependsOn struct {
		Nodes []string `json:"nodes"`
	} `json:"depends_on"`
}

// catalogFile is what is read of target/catalog.json.
type catalogFile struct {
	Nodes   map[string]catalogNode `json:"nodes"`
	Sources map[string]catalogNode `json:"sources"`
}

type catalogNode struct {
	Columns map[string]struct {
		Name  string `json:"name"`
		Type  string `json:"type"`
		Index int    `json:"index"`
	} `json:"columns"`
}

// artifacts improves the project by what dbt left in its target folder. Of a model whose file changed since, only
// the relation name is taken over.
func (l *linker) artifacts(fsys fs.FS, dir string) {
	var m manifest
	name := path.Join(l.p.Config.TargetPath, "manifest.json")
	if !l.artifact(fsys, dir, name, &m) {
		return
	}
	l.manifest = &m
	fresh := map[string]bool{}
	for _, n := range l.p.Nodes {
		fresh[n.ID] = l.adopt(n)
	}
	l.p.downstream()
	l.readCatalog(fsys, dir, fresh)
}

// adopt takes over what the manifest knows of a node and says whether that is of the file as it is now.
func (l *linker) adopt(n *Node) (fresh bool) {
	mn, ok := l.manifest.Nodes[n.ID]
	if n.Kind == Source {
		mn, ok = l.manifest.Sources[n.ID]
	}
	if !ok {
		return false
	}
	fresh = n.Kind == Source || n.checksum == "" || n.checksum == mn.Checksum.Checksum
	// A source's YAML may have changed since, and says where the table is; the manifest only helps where it cannot be evaluated.
	if mn.Schema != "" && (n.Kind != Source || !n.Relation.Known) {
		n.Relation = Relation{Database: mn.Database, Schema: mn.Schema, Identifier: firstText(mn.Alias, mn.Identifier, n.Name), Known: true}
	}
	if n.Kind == Source {
		n.Relation.Database = firstText(n.Relation.Database, mn.Database)
	}
	if fresh {
		l.lineage(n, mn.DependsOn.Nodes)
	}
	return fresh
}

// lineage takes over what dbt found a node to depend on, which sees through macros.
func (l *linker) lineage(n *Node, ids []string) {
	for _, id := range ids {
		if l.p.node(id) != nil && !slices.Contains(n.Upstream, id) {
			n.Upstream = append(n.Upstream, id)
		}
	}
	slices.Sort(n.Upstream)
}

func (l *linker) readCatalog(fsys fs.FS, dir string, fresh map[string]bool) {
	var c catalogFile
	if !l.artifact(fsys, dir, path.Join(l.p.Config.TargetPath, "catalog.json"), &c) {
		return
	}
	l.catalog = map[string][]Column{}
	for _, part := range []map[string]catalogNode{c.Nodes, c.Sources} {
		for id, cn := range part {
			if !fresh[id] || len(cn.Columns) == 0 {
				continue
			}
			type indexed struct {
				Column
				index int
			}
			var cols []indexed
			for key, cc := range cn.Columns {
				cols = append(cols, indexed{Column{Name: firstText(cc.Name, key), Type: cc.Type}, cc.Index})
			}
			slices.SortFunc(cols, func(a, b indexed) int {
				if a.index != b.index {
					return a.index - b.index
				}
				return strings.Compare(a.Name, b.Name)
			})
			for _, col := range cols {
				l.catalog[id] = append(l.catalog[id], col.Column)
			}
		}
	}
}

// artifact decodes a JSON file of the target folder. A missing one is normal; a broken one is a Problem.
func (l *linker) artifact(fsys fs.FS, dir, name string, into any) bool {
	f, err := fsys.Open(path.Join(dir, name))
	if errors.Is(err, fs.ErrNotExist) {
		return false
	}
	if err != nil {
		l.problem(name, 0, "it cannot be read: "+err.Error())
		return false
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.Size() > maxArtifactSize {
		l.problem(name, 0, fmt.Sprintf("it is larger than %d MB and was not read", maxArtifactSize>>20))
		return false
	}
	if err := json.NewDecoder(io.LimitReader(f, maxArtifactSize)).Decode(into); err != nil {
		l.problem(name, 0, "it is not valid and was not used: "+err.Error())
		return false
	}
	return true
}
