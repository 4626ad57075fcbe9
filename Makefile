# What a developer does here; `make` alone lists it. Needs Go 1.26 and a C compiler (DuckDB is a C++ library);
# Python 3.10 to 3.13 for dbt, Chromium and Node.js 20.18 for some tests.

GO       ?= go
VERSION  ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
PACKAGES ?= ./...
# How long one package's tests may take, and one fuzz target.
TIMEOUT  ?= 30m
# A number of tries (10000x) rather than a time: a target that is stopped by the clock can end with "context deadline
# exceeded" although nothing was found (golang/go#75804).
FUZZTIME ?= 20000x
# More flags: for the bot (make run ARGS="--addr :9000"), for go test (make unit TESTFLAGS="-run Crash").
ARGS      ?=
TESTFLAGS ?=
# Where pictures of the page go.
SHOTS ?= .build/screenshots

help: ## List what there is (the default)
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

run: tools ## Start Firstmile on a sample company: no account, no key
	@.ci/venv || [ $$? -eq 3 ]
	@echo "Building; the first time takes a few minutes ..."
	@$(GO) build -o .build/firstmile ./bot
	@exec .build/firstmile local $(ARGS)

test: tools ## Check everything: format, vet, staticcheck, tests with the race detector
	@.ci/venv || { [ $$? -eq 3 ] && [ "$$CI" != true ]; } || { echo "make test: FAILED: no dbt"; exit 1; }
	@failed=; \
	for step in format vet staticcheck unit; do \
		echo "make test: $$step ..."; \
		$(MAKE) --no-print-directory $$step || failed="$$failed $$step"; \
	done; \
	if [ -n "$$failed" ]; then echo "make test: FAILED:$$failed"; exit 1; fi; \
	echo "make test: everything passed"

lint: format vet staticcheck ## Check without running tests

format:
	@found=$$(gofmt -l */ | grep -v /testdata/); \
	if [ -n "$$found" ]; then echo "not formatted (gofmt -w FILE):"; echo "$$found"; exit 1; fi

vet: tools
	@$(GO) vet $(PACKAGES)

staticcheck: tools
	@$(GO) tool staticcheck $(PACKAGES)

unit: tools ## Run the tests only; PACKAGES and TESTFLAGS choose
	@$(GO) build -o .build/testreport ./bot/testreport
	@{ $(GO) test -json -vet=off -race -shuffle=on -timeout $(TIMEOUT) $(TESTFLAGS) $(PACKAGES) || echo '{"Action":"fail"}'; } | .build/testreport

fuzz: tools ## Fuzz every target, FUZZTIME tries (20000x) or seconds (20s) each
	@failed=; \
	for found in $$(grep -rEo --include='*_test.go' '^func Fuzz[A-Za-z0-9_]+' */ | sed 's|/[^/]*:func |:|'); do \
		echo "$$found"; \
		$(GO) test -run '^$$' -fuzz "^$${found##*:}\$$" -fuzztime $(FUZZTIME) "./$${found%%:*}" >.build/fuzz.log 2>&1 || \
			{ cat .build/fuzz.log; failed="$$failed $$found"; }; \
	done; \
	if [ -n "$$failed" ]; then echo "make fuzz: FAILED:$$failed"; exit 1; fi; \
	echo "make fuzz: nothing found"

bench: tools ## Run every benchmark
	@$(GO) test -run '^$$' -bench . -benchmem -timeout 30m $(PACKAGES)

figures: tools ## Measure every number that the README states, against its goal
	@echo "Measuring, on an idle machine preferably ..."
	@$(GO) build -o .build/figures ./bot/figures
	@$(GO) test -run '^$$' -bench "$$(.build/figures -benchmarks)" -count 3 ./bot ./glossary/search ./agents/dbt ./agents/synthesizer >.build/figures.txt 2>&1 || { cat .build/figures.txt; exit 1; }
	@.build/figures <.build/figures.txt

build: tools ## Build the binary: ./firstmile
	@$(GO) build -trimpath -ldflags "-X main.version=$(VERSION)" -o firstmile ./bot

image: ## Build the container image with Docker
	@docker build --build-arg VERSION=$(VERSION) -t firstmile:$(VERSION) .

screenshots: tools ## Take pictures of the page into SHOTS (needs Chromium)
	@mkdir -p $(SHOTS)
	@WEB_SHOTS="$(abspath $(SHOTS))" $(GO) test -count 1 -run '^TestWriteScreenshot$$' ./bot/local/web
	@echo "The pictures are in $(SHOTS)"

lock: ## Pin dbt anew after a change of requirements-dbt.in (needs uv)
	@uv pip compile --quiet --universal --generate-hashes --python-version 3.10 --no-strip-extras --no-annotate \
		--custom-compile-command "make lock" requirements-dbt.in --output-file requirements-dbt.txt >/dev/null

clean: ## Remove what make made
	@rm -rf .build .venv firstmile

tools:
	@command -v $(GO) >/dev/null || { echo "make: Go 1.26 is needed: https://go.dev/dl" >&2; exit 1; }
	@[ "$$($(GO) env CGO_ENABLED)" = 1 ] || { echo "make: a C compiler is needed (on Debian: apt install gcc g++)" >&2; exit 1; }
	@mkdir -p .build

.PHONY: help run test lint format vet staticcheck unit fuzz bench figures build image screenshots lock clean tools
