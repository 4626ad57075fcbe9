package interpreter

import "testing"

// The goal is 30 ms for a request on a project that is known already.
func BenchmarkInterpret(b *testing.B) {
	i := interpreterFor(b, folder{dir: "../../bot/sample/project"})
	for name, text := range map[string]string{
		"short": "monthly revenue by segment",
		"usual": "Can we track weekly churn by region?",
		"long":  "please show me the monthly average first response time of high priority tickets by account team and segment for enterprise customers since January 2026",
	} {
		b.Run(name, func(b *testing.B) {
			r := request(text)
			read(b, i, r)
			for b.Loop() {
				read(b, i, r)
			}
		})
	}
}
