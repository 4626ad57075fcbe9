package prompts

// Probe is the smallest question there is: it shows that address, key and model are right and that the model
// keeps to a schema. It holds no data.
func (l *Library) Probe() (Prompt, error) { return l.probe.prompt(nil) }
