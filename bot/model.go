package main

import (
	"context"
	"fmt"
	"log/slog"

	"firstmile/agents/interpreter"
	"firstmile/agents/interpreter/suggest"
	"firstmile/agents/llm"
	"firstmile/agents/llm/openai"
	"firstmile/bot/config"
	"firstmile/prompts"
)

// languageModel is the client of the configured model.
func languageModel(c config.Model, log *slog.Logger) (llm.Model, error) {
	return openai.New(openai.Config{Model: c.Name, Key: openai.Key(c.Key.Reveal()), BaseURL: c.BaseURL, AzureVersion: c.AzureVersion, Log: log})
}

// help is what the interpreter gets where a language model is configured, and nothing where none is.
func help(c config.Model, log *slog.Logger) ([]interpreter.Option, error) {
	if !c.Configured() {
		return nil, nil
	}
	model, err := languageModel(c, log)
	if err != nil {
		return nil, fmt.Errorf("preparing the language model: %w", err)
	}
	s, err := suggest.New(model, log)
	if err != nil {
		return nil, fmt.Errorf("preparing the language model: %w", err)
	}
	return []interpreter.Option{interpreter.WithSuggester(s)}, nil
}

// probe proves with one tiny call that the configured model answers as it should.
func probe(ctx context.Context, c config.Model, log *slog.Logger) (string, error) {
	model, err := languageModel(c, log)
	if err != nil {
		return "", err
	}
	library, err := prompts.Load()
	if err != nil {
		return "", err
	}
	p, err := library.Probe()
	if err != nil {
		return "", err
	}
	answer, err := llm.Ask(ctx, model, p)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s answers (%d tokens)", answer.Model, answer.Usage.PromptTokens+answer.Usage.CompletionTokens), nil
}
