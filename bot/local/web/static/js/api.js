// The workspace's Slack-compatible Web API, called with the speaker's own token.

const TIMEOUT_MS = 15_000;
const MAX_WAITS = 3;

// What a person reads when the API says no. Anything else is shown as the API's own word.
const SENTENCES = {
  network: 'The workspace did not answer. Is it still running?',
  not_in_channel: 'You are not a member of this channel.',
  channel_not_found: 'This channel does not exist any more.',
  message_not_found: 'This message does not exist any more.',
  thread_not_found: 'This thread does not exist any more.',
  cant_update_message: 'Only the author can edit this message.',
  cant_delete_message: 'Only the author can delete this message.',
  msg_too_long: 'The message is too long. Slack takes up to 40,000 characters.',
  no_text: 'There is nothing to send.',
  invalid_auth: 'This speaker’s token is no longer valid. Reload the page.',
  ratelimited: 'Too many requests at once. Wait a moment and try again.',
  missing_scope: 'This speaker’s token may not do that.',
};

/** An error from the workspace. `code` is Slack's error word or "network"; the message is for a person. */
export class APIError extends Error {
  constructor(code, method) {
    super(SENTENCES[code] ?? `The workspace said “${code}”.`);
    this.code = code;
    this.method = method;
  }

  /** True when the call may have been carried out although no answer came back. */
  get doubtful() {
    return this.code === 'network';
  }
}

export class API {
  #base;
  #token;

  constructor(base, token) {
    this.#base = base.endsWith('/') ? base : base + '/';
    this.#token = token;
  }

  /** Calls one method; complex arguments travel as JSON text in the form, as Slack documents. */
  async call(method, args = {}) {
    const form = new URLSearchParams();
    for (const [key, value] of Object.entries(args)) {
      if (value === undefined || value === null) continue;
      form.set(key, typeof value === 'object' ? JSON.stringify(value) : String(value));
    }
    for (let waits = 0; ; waits++) {
      const response = await this.#send(this.#base + method, { method: 'POST', body: form }, method);
      if (response.status === 429 && waits < MAX_WAITS) {
        await pause(Number(response.headers.get('Retry-After') ?? 1) * 1000);
        continue;
      }
      const answer = await response.json().catch(() => null);
      if (!answer) throw new APIError(response.status === 429 ? 'ratelimited' : 'network', method);
      if (!answer.ok) throw new APIError(answer.error ?? 'unknown_error', method);
      return answer;
    }
  }

  /** Follows Slack's cursors and gathers one list. */
  async all(method, args, field) {
    const items = [];
    for (let cursor = ''; ;) {
      const page = await this.call(method, { limit: 200, ...args, cursor: cursor || undefined });
      items.push(...(page[field] ?? []));
      cursor = page.response_metadata?.next_cursor ?? '';
      if (!cursor) return items;
    }
  }

  /** A file of this workspace as a blob address. Other hosts are refused: their pictures would tell who looks. */
  async blob(url) {
    if (!this.owns(url)) throw new APIError('foreign_host', 'file');
    const response = await this.#send(url, {}, 'file');
    if (!response.ok) throw new APIError('file_not_found', 'file');
    return URL.createObjectURL(await response.blob());
  }

  /** Whether an address belongs to this workspace. */
  owns(url) {
    try {
      const { origin } = new URL(url, location.href);
      return origin === location.origin || origin === new URL(this.#base, location.href).origin;
    } catch {
      return false;
    }
  }

  async #send(url, init, method) {
    try {
      return await fetch(url, {
        ...init,
        headers: { Authorization: `Bearer ${this.#token}` },
        credentials: 'omit',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
    } catch {
      throw new APIError('network', method);
    }
  }
}

function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
