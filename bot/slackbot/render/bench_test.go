package render_test

import (
	"testing"

	"firstmile/bot/slackbot/render"
)

func BenchmarkProposal(b *testing.B) {
	m := proposed(nil)
	for b.Loop() {
		render.Message(m, render.Options{Chart: "F0CHART"})
	}
}

func BenchmarkChart(b *testing.B) {
	p := charted().Proposal
	for b.Loop() {
		if _, ok, err := render.Chart(p); err != nil || !ok {
			b.Fatal(ok, err)
		}
	}
}
