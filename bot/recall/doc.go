// Package recall measures how well the right models are found by words, over any dbt projects: `firstmile recall DIR…`.
//
// Nobody has to write cases: a project's own descriptions are the queries. Two questions are asked of each model that is
// described in its YAML file with at least three words besides its name:
//
//   - itself: is the model found by its description? Its name is taken out of the query, and so are all words of its name where they stand
//     in sequence; the descriptions of all models, seeds, snapshots and sources are taken out of the index, and so is any
//     description of a column that is the query word for word. What is left to find it by: its name, names and descriptions of
//     its columns, what its SQL names (comments are never indexed), and the names of its parents.
//   - parents: are the models that it is built from found by its description, when it is not there itself? Its own document
//     can neither be found nor counts as a dependant; everything else, descriptions of other models among it, is as in use.
//
// Recall@k is the share of what is right among the first k hits, over all queries (of more than k parents, k). A description that several
// models share is one query, to which each of them is right. The baselines look the same words up by BM25 over the names
// of models alone, and over the names of models and columns. The package owns no files.
package recall
