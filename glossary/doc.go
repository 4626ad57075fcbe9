// Package glossary is what a company means by its words: terms with their
// definition, and for each term either a metric, a dimension or a filter over
// the models of the dbt project.
//
// Terms are YAML files in the project's repository, versioned like its models:
//
//	terms:
//	  - id: churn_rate_customers
//	    name: Customer churn rate
//	    synonyms: [churn, logo churn]
//	    definition: Customers lost in a period as a share of those at its start.
//	    metric:
//	      type: ratio
//	      numerator: customers_lost
//	      denominator: customers_opening
//	      format: rate
//
// Read the package in this order: term.go holds the format as Go types (the
// JSON schema for editors is glossary.schema.json), load.go and decode.go read
// it, compile.go turns a term into plan's measures, dimensions and filters,
// lint.go checks terms against the relations of a project. The package imports no agent: what it needs to
// know of a project comes in as [Relations]. Package search, below it, finds terms, models, columns and values by words.
//
// The package owns no files; it reads the glossary folder or file it is given.
package glossary
