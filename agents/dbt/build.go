package dbt

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path"
	"slices"
	"strings"

	"firstmile/agents/dbt/jinja"
)

// build makes the nodes and connects them.
func (l *linker) build() {
	l.indexVersions()
	for _, f := range l.seeds {
		l.by(fileAt(f.path))
		l.seed(f)
	}
	for _, f := range l.sql {
		l.by(fileAt(f.path))
		switch f.role {
		case roleModel:
			l.model(f)
		case roleSnapshot:
			l.snapshots(f)
		}
	}
	for _, key := range l.order {
		l.by(fileAt(l.entries[key].path))
		switch d := l.entries[key]; {
		case strings.HasPrefix(key, "source/"):
			l.source(d)
		case strings.HasPrefix(key, "snapshot/") && !d.used && d.relation != "":
			l.yamlSnapshot(d)
		}
	}
	slices.SortFunc(l.p.Nodes, func(a, b *Node) int { return strings.Compare(a.ID, b.ID) })
	l.index()
	for _, key := range l.order {
		if d := l.entries[key]; !d.used && !l.disabled[key] {
			kind, name, _ := strings.Cut(key, "/")
			l.by(fileAt(d.path))
			l.lendTests(d, name)
			l.problem(d.path, d.line, fmt.Sprintf("there is no file for the %s %s that is described here", kind, name))
		}
	}
	l.connect()
}

// lendTests gives the tests of an entry under the wrong key, such as a seed under models:, to the node of this name. dbt ignores the
// rest of such an entry, but its tests only name what they test.
func (l *linker) lendTests(d *described, name string) {
	n, err := l.p.ref("", name, "")
	if err != nil {
		return
	}
	l.lent[n.ID] = true
	if n.YAMLPath == "" {
		n.YAMLPath, n.YAMLLine, n.YAMLBlob = d.path, d.line, d.blob
	}
	n.Tests = append(slices.Clip(n.Tests), d.tests...)
	for _, c := range d.columns {
		i := slices.IndexFunc(n.declared, func(o Column) bool { return strings.EqualFold(o.Name, c.Name) })
		if i < 0 {
			n.declared = append(n.declared, Column{Name: c.Name, From: FromYAML, Tests: c.Tests, Line: c.Line})
			continue
		}
		n.declared[i].Tests = slices.Concat(n.declared[i].Tests, c.Tests)
	}
}

// add registers a node, unless another has its ID or it is disabled.
func (l *linker) add(n *Node, key string) bool {
	if disabled(n.Config) {
		l.disabled[key] = true
		return false
	}
	if _, untold := n.Config["enabled"].(jinja.Deferred); untold {
		l.problem(n.Path, 0, "whether "+n.Name+" is enabled can only be told by dbt; it is taken to be")
	}
	if old, ok := l.made[n.ID]; ok {
		l.problem(n.Path, 0, fmt.Sprintf("the name %s is taken by %s", n.Name, old.Path))
		return false
	}
	l.made[n.ID] = n
	l.p.Nodes = append(l.p.Nodes, n)
	return true
}

// describe lays the YAML entry over a node.
func (l *linker) describe(n *Node, d *described) {
	if d == nil {
		return
	}
	if !d.used {
		d.used = true // once, since later readings share the entry
	}
	n.YAMLPath, n.YAMLLine, n.YAMLBlob = d.path, d.line, d.blob
	n.Description = l.doc(d.description, d.path, d.line)
	n.Tests = slices.Clone(d.tests)
	n.Constraints = slices.Clone(d.constraints)
	n.Access, n.Group = d.access, d.group
	for _, c := range d.columns {
		c.Description = l.doc(c.Description, d.path, c.Line)
		n.declared = append(n.declared, c)
	}
	n.Entry = evaluatedMap(d.config, l.env)
	mergeConfig(n.Config, n.Entry)
}

// folder is the config that dbt_project.yml gives to a node of this path of names. Like dbt it is evaluated without the
// project's own variables: var('x', default) is the default there.
func (l *linker) folder(kind Kind, fqn []string) map[string]any {
	env := l.env
	env.vars = nil
	config := folderConfig(l.p.Config.Folders[kind], fqn)
	if l.over != nil { // a package's own settings, then those of the project that uses it
		mergeConfig(config, folderConfig(l.over.config.Folders[kind], fqn))
	}
	return evaluatedMap(config, env)
}

func evaluatedMap(m map[string]any, r jinja.Resolver) map[string]any {
	out, _ := evaluated(m, r).(map[string]any)
	return out
}

// doc resolves doc('x') in a description.
func (l *linker) doc(text, path string, line int) string {
	if !strings.Contains(text, "{{") {
		return text
	}
	var b strings.Builder
	for {
		name, start, end, ok := jinja.Doc(text)
		if !ok {
			b.WriteString(text)
			return b.String()
		}
		block, found := l.docs[name]
		if !found {
			l.problem(path, line, fmt.Sprintf("the docs block %s is not defined", name))
		}
		b.WriteString(text[:start])
		b.WriteString(block)
		text = text[end:]
	}
}

// settle takes the well-known settings out of the effective config.
func (n *Node) settle(def string) {
	n.Materialized = firstText(configText(n.Config, "materialized"), def)
	n.Tags = texts(n.Config["tags"])
	n.Meta, _ = n.Config["meta"].(map[string]any)
	n.Owner = configText(n.Meta, "owner")
	n.Group = firstText(n.Group, configText(n.Config, "group"))
	n.Access = firstText(n.Access, configText(n.Config, "access"))
	n.relation = [2]string{configText(n.Config, "schema"), configText(n.Config, "alias")}
	if c, ok := n.Config["contract"].(map[string]any); ok && c["enforced"] == true {
		n.fixed = true
	}
}

// fqn is dbt's fully qualified name: project, folders below the root, name.
func (l *linker) fqn(f found, name string) []string {
	out := []string{l.p.Name}
	if rel := relative(f.root, f.path); path.Dir(rel) != "." {
		out = append(out, strings.Split(path.Dir(rel), "/")...)
	}
	return append(out, name)
}

func (l *linker) model(f parsed) {
	r := f.result.(*sqlFile)
	stem := strings.TrimSuffix(path.Base(f.path), path.Ext(f.path))
	name, ver, d := l.versionOf(stem)
	n := &Node{ID: "model." + l.p.Name + "." + stem, Kind: Model, Name: name, Path: f.path, Blob: f.blob, RawSQL: r.raw, Calls: r.calls,
		query: r.query, queryWhy: r.why, opaque: r.opaque, Rows: -1, Config: l.folder(Model, l.fqn(f.found, stem))}
	n.Layer = layer(relative(f.root, f.path), stem)
	n.checksum = checksum(r.raw)
	l.describe(n, d)
	if ver != nil {
		n.ID, n.Version = "model."+l.p.Name+"."+name+".v"+ver.v, ver.v
		n.Config["alias"] = firstText(ver.alias, name+"_v"+ver.v)
		l.describeVersion(n, ver)
	}
	for _, c := range r.uses.Configs {
		mergeConfig(n.Config, c.Values)
	}
	n.settle("view")
	if l.add(n, entryKey(Model, "", name)) {
		l.rawRefs[n.ID] = r.uses
	}
}

// versionOf finds the YAML entry of a model file: by its name, or by the versions that an entry declares.
func (l *linker) versionOf(stem string) (string, *version, *described) {
	if d, ok := l.entries[entryKey(Model, "", stem)]; ok {
		for i, v := range d.versions {
			if v.definedIn == stem {
				return stem, &d.versions[i], d
			}
		}
		return stem, nil, d
	}
	if v, ok := l.versions[stem]; ok {
		return v.entry.name, v.version, v.entry
	}
	return stem, nil, nil
}

// versioned is one version of a model with the entry that declares it.
type versioned struct {
	entry   *described
	version *version
}

// indexVersions notes which files hold versions of models; the first entry that claims a file has it.
func (l *linker) indexVersions() {
	l.versions = map[string]versioned{}
	for _, key := range l.order {
		d := l.entries[key]
		for i := range d.versions {
			v := &d.versions[i]
			stems := []string{v.definedIn}
			if v.definedIn == "" {
				stems = []string{d.name + "_v" + v.v, d.name + ".v" + v.v}
			}
			for _, stem := range stems {
				if _, taken := l.versions[stem]; !taken {
					l.versions[stem] = versioned{d, v}
				}
			}
		}
	}
}

func (l *linker) describeVersion(n *Node, v *version) {
	if !v.include {
		n.declared = nil
	}
	for _, c := range v.columns {
		c.Description = l.doc(c.Description, n.YAMLPath, c.Line)
		if i := slices.IndexFunc(n.declared, func(o Column) bool { return strings.EqualFold(o.Name, c.Name) }); i >= 0 {
			n.declared[i] = c
			continue
		}
		n.declared = append(n.declared, c)
	}
}

// checksum is dbt's: SHA-256 of the file without surrounding white space.
func checksum(src string) string {
	sum := sha256.Sum256([]byte(strings.TrimSpace(src)))
	return hex.EncodeToString(sum[:])
}

func (l *linker) seed(f parsed) {
	r := f.result.(*seedFile)
	name := strings.TrimSuffix(path.Base(f.path), path.Ext(f.path))
	n := &Node{ID: "seed." + l.p.Name + "." + name, Kind: Seed, Name: name, Path: f.path, Blob: f.blob, Rows: r.rows, fixed: len(r.columns) > 0,
		Config: l.folder(Seed, l.fqn(f.found, name))}
	d := l.entries[entryKey(Seed, "", name)]
	l.describe(n, d)
	n.declared = overlay(slices.Clone(r.columns), n.declared)
	if types, ok := n.Config["column_types"].(map[string]any); ok {
		for i := range n.declared {
			n.declared[i].Type = firstText(configText(types, n.declared[i].Name), n.declared[i].Type)
		}
	}
	n.settle("seed")
	l.add(n, entryKey(Seed, "", name))
}

// overlay gives columns that are known to exist what YAML says about them.
func overlay(cols, documented []Column) []Column {
	said := map[int]bool{}
	for _, d := range documented {
		i := slices.IndexFunc(cols, func(c Column) bool { return c.Name == d.Name })
		if i < 0 {
			i = slices.IndexFunc(cols, func(c Column) bool { return strings.EqualFold(c.Name, d.Name) })
		}
		if i < 0 {
			cols = append(cols, d)
			continue
		}
		c := &cols[i]
		if said[i] { // described once more in other letters: the tests of both hold
			d.Tests, d.Constraints = slices.Concat(c.Tests, d.Tests), slices.Concat(c.Constraints, d.Constraints)
		}
		said[i] = true
		c.Description, c.Documented, c.Tests, c.Constraints = d.Description, true, d.Tests, d.Constraints
		c.Tags, c.Meta, c.Line = d.Tags, d.Meta, d.Line
		c.Type = firstText(d.Type, c.Type)
		if d.Values != nil {
			c.Values = d.Values
		}
	}
	return cols
}

func (l *linker) source(d *described) {
	n := &Node{ID: "source." + l.p.Name + "." + d.entry.source + "." + d.name, Kind: Source, Name: d.name, Source: d.entry.source,
		Path: d.path, Blob: d.blob, Rows: -1, Loader: d.loader, LoadedAt: d.loadedAt, Freshness: d.freshness}
	fqn := append(l.fqn(found{path: d.path, root: l.rootOf(d.path)}, d.entry.source), d.name)
	n.Config = l.folder(Source, fqn)
	l.describe(n, d)
	n.settle("")
	n.relation = [2]string{d.schema, d.identifier}
	l.add(n, entryKey(Source, n.Source, n.Name))
}

func (l *linker) rootOf(p string) string {
	for _, root := range slices.Concat(l.p.Config.ModelPaths, l.p.Config.SeedPaths, l.p.Config.SnapshotPaths) {
		if strings.HasPrefix(p, root+"/") {
			return root
		}
	}
	return path.Dir(p)
}
