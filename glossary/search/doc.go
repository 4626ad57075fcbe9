// Package search finds things of a project by words: terms, metrics, models, columns and values.
//
// A [Document] is a term, a metric or a relation with its columns and their values, so that one changed model is one
// changed document. [Index.Sync] takes all documents of a project and works on those that differ from what the index
// holds; [Index.Find] answers a query.
//
// The way of a query: words.go cuts it into stems, typo.go replaces what no document knows by its nearest known words, trade.yml adds
// what the trade says for the same thing (ask.go). bm25.go ranks documents by their words, all of them and those of their names
// (lexical.go keeps them in bleve), vectors.go by the cosine of embeddings, signals.go by lineage and past use; fuse.go joins
// the rankings by reciprocal rank; hits.go opens relations into columns and values; explain.go says why. The way of a document: index.go finds what differs, words.go
// and sqlwords.go cut it into words, embedding.go makes its vector, folder.go keeps it.
//
// What the vectors are: with no [Embedder] configured they come from [Hashed], which knows spelling and nothing else. It
// brings "invoicing" near "invoice_lines", never "client" near "customer": that is what trade.yml is for, or a real model.
//
// On disk (Options.Dir) the package owns three entries and touches no others: format.json (which version wrote the
// folder, with which embedder), words/ (bleve, which also keeps the manifest: hash and length of each document, written in the
// same transaction as the documents), and vectors (an append-only file of vectors by content hash). A folder that is damaged, or
// of another version, is built anew. An index is for one process: a folder in use elsewhere gives ErrInUse.
package search
