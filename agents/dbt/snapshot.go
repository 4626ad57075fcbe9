package dbt

import "firstmile/agents/dbt/jinja"

// snapshots makes a node of each {% snapshot %} block.
func (l *linker) snapshots(f parsed) {
	r := f.result.(*sqlFile)
	var blocks []jinja.Block
	for _, b := range r.blocks {
		if b.Word == "snapshot" {
			blocks = append(blocks, b)
		}
	}
	for _, b := range blocks {
		n := &Node{ID: "snapshot." + l.p.Name + "." + b.Name, Kind: Snapshot, Name: b.Name, Path: f.path, Blob: f.blob, RawSQL: r.raw,
			Calls: r.calls, Rows: -1, Config: l.folder(Snapshot, l.fqn(f.found, b.Name))}
		l.describe(n, l.entries[entryKey(Snapshot, "", b.Name)])
		uses := b.Uses
		if len(blocks) == 1 {
			n.query, n.queryWhy, n.opaque, uses = r.query, r.why, r.opaque, r.uses
		} else {
			n.queryWhy = "its file holds several snapshots"
		}
		for _, c := range uses.Configs {
			mergeConfig(n.Config, c.Values)
		}
		n.settle("snapshot")
		if l.add(n, entryKey(Snapshot, "", b.Name)) {
			l.rawRefs[n.ID] = uses
		}
	}
}

// yamlSnapshot is a snapshot without a file of its own (dbt 1.9 on).
func (l *linker) yamlSnapshot(d *described) {
	n := &Node{ID: "snapshot." + l.p.Name + "." + d.name, Kind: Snapshot, Name: d.name, Path: d.path, Blob: d.blob, Rows: -1,
		Config: l.folder(Snapshot, l.fqn(found{path: d.path, root: l.rootOf(d.path)}, d.name))}
	l.describe(n, d)
	uses, ok := reference(d.relation)
	if !ok {
		l.problem(d.path, d.line, "the snapshot's relation "+d.relation+" is not understood")
	}
	n.settle("snapshot")
	if l.add(n, entryKey(Snapshot, "", d.name)) {
		l.rawRefs[n.ID] = uses
		n.taken = "yaml"
	}
}
