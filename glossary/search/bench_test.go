package search

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Words that generated names are made of, besides made-up ones.
var (
	subjects = strings.Fields(`customer order invoice payment product shipment supplier account subscription session campaign ticket employee
		store region refund contract quote lead visit message device warehouse claim policy patient driver trip booking review coupon budget
		asset license vendor project task event batch sensor meter loan deposit card merchant dispute payout ledger tax`)
	aspects = strings.Fields(`id status amount created_at updated_at type region currency quantity price discount channel source country city
		name code category start_date end_date score rank margin cost net_amount gross_amount tax_amount is_active is_deleted reason note
		duration_seconds owner_id team_id parent_id segment tier plan version language device_type platform first_seen_at last_seen_at`)
	forms = strings.Fields(`daily weekly monthly summary detail history snapshot enriched joined latest by_region by_channel rollup attribution cohort
		retention funnel forecast reconciliation audit`)
)

// generated is a project of models in three layers with about 14 columns each, two of them described and one with values, and of terms
// over them. Its words are as common and as rare as in real projects: few are everywhere, many are in a handful of documents.
func generated(models, terms int) []Document {
	r := rand.New(rand.NewPCG(1, 2))
	rare := func() string {
		var b strings.Builder
		for range 2 + r.IntN(2) {
			b.WriteByte("bcdfglmnprstvz"[r.IntN(14)])
			b.WriteByte("aeiou"[r.IntN(5)])
			b.WriteByte("lnrst"[r.IntN(5)])
		}
		return b.String()
	}
	systems := make([]string, 400)
	for i := range systems {
		systems[i] = rare()
	}
	pick := func(list []string) string { return list[min(r.IntN(len(list)), r.IntN(len(list)))] } // the first ones more often
	docs := make([]Document, 0, models+terms)
	for i := range models {
		layer := []string{"stg", "int", "fct"}[i%3]
		subject, system := pick(subjects), pick(systems)
		name := fmt.Sprintf("%s_%s__%s_%s_%d", layer, system, subject, pick(forms), i)
		d := Document{Ref: "model:" + name, Kind: Model, Name: name, Where: "models/" + layer + "/" + name + ".sql",
			Text: fmt.Sprintf("One row per %s and %s of %s, with its %s and %s, for the %s report.", subject, pick(subjects), system, pick(aspects), pick(aspects), pick(systems))}
		for range 14 {
			d.Columns = append(d.Columns, Field{Name: pick(subjects) + "_" + pick(aspects)})
		}
		d.Columns[0].Text, d.Columns[1].Text = "The key of the "+subject+".", "The "+pick(aspects)+" as "+system+" has it."
		d.Columns[2].Values = []string{pick(systems), pick(systems), pick(systems)}
		if i > 3 {
			d.Parents = []string{docs[r.IntN(i)].Ref, docs[r.IntN(i)].Ref}
		}
		d.SQL = "with src as (select * from " + strings.Join(d.Parents, ", ") + ")\nselect\n"
		for _, c := range d.Columns {
			d.SQL += "    src." + c.Name + ", -- as it is\n"
		}
		docs = append(docs, d)
	}
	for i := range terms {
		name := pick(systems) + " " + pick(subjects) + " " + pick(aspects)
		docs = append(docs, Document{Ref: fmt.Sprintf("term:t%d", i), Kind: Term, Name: name, Aliases: []string{pick(systems) + " " + pick(subjects)},
			Text: "How much " + pick(subjects) + " there is for each " + pick(subjects) + ".", Parents: []string{docs[r.IntN(models)].Ref}})
	}
	return docs
}

// questions are requests in the words of the project, every fifth with a typing error.
func questions(docs []Document, n int) []string {
	r := rand.New(rand.NewPCG(3, 4))
	out := make([]string, n)
	for i := range out {
		d := docs[r.IntN(len(docs))]
		words := strings.Fields(strings.ReplaceAll(d.Name, "_", " "))
		q := strings.Join(words[max(0, len(words)-4):], " ") + " by " + subjects[r.IntN(len(subjects))] + " and " + strings.ReplaceAll(aspects[r.IntN(len(aspects))], "_", " ")
		if i%5 == 0 {
			at := 1 + r.IntN(len(q)-2)
			q = q[:at] + q[at+1:]
		}
		out[i] = q
	}
	return out
}

const (
	manyModels  = 10000
	manyTerms   = 2000
	maxResident = 300 << 20 // bytes, the documents and the test itself among them
)

// BenchmarkFind is a query on an index on disk.
func BenchmarkFind(b *testing.B) {
	docs := generated(manyModels, manyTerms)
	x := open(b, b.TempDir(), docs)
	asked := questions(docs, 500)
	var times []time.Duration
	busy := processorTime(b)
	for i := 0; b.Loop(); i++ {
		began := time.Now()
		hits, err := x.Find(b.Context(), Query{Words: asked[i%len(asked)]})
		if err != nil || len(hits) == 0 {
			b.Fatalf("%q: %d hits, %v", asked[i%len(asked)], len(hits), err)
		}
		times = append(times, time.Since(began))
	}
	b.ReportMetric(float64(processorTime(b)-busy)/float64(len(times)), "cpu-ns/op")
	slices.Sort(times)
	b.ReportMetric(float64(times[len(times)*99/100]), "p99-ns")
	b.ReportMetric(float64(times[len(times)/2]), "p50-ns")
}

// BenchmarkOneModelChanged is a Sync of all documents of which one differs.
func BenchmarkOneModelChanged(b *testing.B) {
	docs := generated(manyModels, manyTerms)
	x := open(b, b.TempDir(), docs)
	busy, n := processorTime(b), 0
	for i := 0; b.Loop(); i++ {
		n++
		docs = slices.Clone(docs)
		docs[77].Text = fmt.Sprintf("Changed for the %dth time.", i)
		c, err := x.Sync(b.Context(), docs)
		if err != nil || c.Indexed != 1 || c.Embedded != 1 {
			b.Fatalf("%+v, %v", c, err)
		}
	}
	b.ReportMetric(float64(processorTime(b)-busy)/float64(n), "cpu-ns/op")
}

// BenchmarkWarmStart opens an index that an earlier run left, and syncs what has not changed.
func BenchmarkWarmStart(b *testing.B) {
	docs, dir := generated(manyModels, manyTerms), b.TempDir()
	x, err := Open(Options{Dir: dir})
	if err != nil {
		b.Fatal(err)
	}
	if _, err := x.Sync(b.Context(), docs); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if err := x.Close(); err != nil {
			b.Fatal(err)
		}
		if x, err = Open(Options{Dir: dir}); err != nil {
			b.Fatal(err)
		}
		c, err := x.Sync(b.Context(), docs)
		if err != nil || c != (Changes{}) {
			b.Fatalf("%+v, %v", c, err)
		}
		if hits := find(b, x, Query{Words: "customer orders"}); len(hits) == 0 {
			b.Fatal("nothing is found")
		}
	}
	if r := resident(b); r > maxResident {
		b.Errorf("%.0f MB are resident", r/(1<<20))
	} else {
		b.ReportMetric(r, "resident-bytes")
	}
	_ = x.Close()
}

// BenchmarkBuild indexes everything from nothing.
func BenchmarkBuild(b *testing.B) {
	docs := generated(manyModels, manyTerms)
	for b.Loop() {
		b.StopTimer()
		x, err := Open(Options{Dir: b.TempDir()})
		if err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
		if _, err := x.Sync(b.Context(), docs); err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		_ = x.Close()
		b.StartTimer()
	}
}

// processorTime is what this process has computed so far: unlike the time of day it does not depend on what else the machine does.
func processorTime(tb testing.TB) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// resident is the memory of this process that is in RAM now, the documents and the test itself among it; 0 where the system does not say.
func resident(tb testing.TB) float64 {
	body, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(body)) {
		var kb float64
		if _, err := fmt.Sscanf(line, "VmRSS: %f kB", &kb); err == nil {
			return kb * 1024
		}
	}
	tb.Log("VmRSS is not in /proc/self/status")
	return 0
}
