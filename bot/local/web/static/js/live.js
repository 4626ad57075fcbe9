// The live line: rtm.connect, one WebSocket, and coming back by itself when it breaks.

const FIRST_WAIT_MS = 500;
const LAST_WAIT_MS = 15_000;
const PING_MS = 10_000;
const SILENT_MS = 25_000;

/** How long to wait before try number `tries` (0 is the first): doubling, capped, with up to 30 % less. */
export function backoff(tries, random = Math.random) {
  const full = Math.min(FIRST_WAIT_MS * 2 ** tries, LAST_WAIT_MS);
  return Math.round(full * (1 - 0.3 * random()));
}

/**
 * Keeps one speaker's connection. `onState` hears 'live', 'connecting' or 'offline'; `onReady` runs after every
 * hello, so that the page can fetch what it missed; `onEvent` gets each event.
 */
export class Live {
  #api; #on;
  #socket = null; #timer = 0; #ping = 0; #tries = 0; #closed = false; #heard = 0;

  constructor(api, on) {
    this.#api = api;
    this.#on = on;
    this.wake = () => this.#closed || this.#socket || this.#open();
    addEventListener('online', this.wake);
  }

  start() {
    this.#open();
  }

  stop() {
    this.#closed = true;
    removeEventListener('online', this.wake);
    clearTimeout(this.#timer);
    clearInterval(this.#ping);
    this.#socket?.close();
  }

  async #open() {
    clearTimeout(this.#timer);
    this.#on.state('connecting');
    let url;
    try {
      ({ url } = await this.#api.call('rtm.connect'));
    } catch (error) {
      if (error.code === 'invalid_auth') return this.#on.state('offline');
      return this.#later();
    }
    if (this.#closed || this.#socket) return;
    const socket = new WebSocket(url);
    this.#socket = socket;
    this.#heard = Date.now();
    socket.onmessage = ({ data }) => this.#hear(data);
    socket.onclose = () => {
      if (this.#socket !== socket) return;
      this.#socket = null;
      clearInterval(this.#ping);
      this.#later();
    };
    this.#ping = setInterval(() => this.#check(socket), PING_MS);
  }

  #hear(data) {
    this.#heard = Date.now();
    let event;
    try {
      event = JSON.parse(data);
    } catch {
      return; // Not ours to understand; the next catch-up brings the truth.
    }
    if (event.type === 'hello') {
      this.#tries = 0;
      this.#on.state('live');
      this.#on.ready();
    } else if (event.type === 'goodbye') {
      this.#socket?.close();
    } else if (event.type && event.type !== 'pong') {
      this.#on.event(event);
    }
  }

  // A half-open socket says nothing for ever: ask, and give it up when no answer comes.
  #check(socket) {
    if (Date.now() - this.#heard > SILENT_MS) socket.close();
    else if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ type: 'ping', id: Date.now() % 1e6 }));
  }

  #later() {
    if (this.#closed) return;
    this.#on.state('offline');
    this.#timer = setTimeout(() => this.#open(), backoff(this.#tries++));
  }
}
