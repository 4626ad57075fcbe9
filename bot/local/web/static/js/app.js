// One speaker at the page: what is known (state), the live line, where the person is (view), and drawing.

import { Actions } from './actions.js';
import { API } from './api.js';
import { ChannelPane } from './channelpane.js';
import { Drafts } from './composer.js';
import { Modals } from './dialog.js';
import { announce, fill } from './dom.js';
import { HomePane } from './homepane.js';
import { Live } from './live.js';
import { parse, plainText } from './mrkdwn.js';
import { formatView, readView } from './route.js';
import { Sidebar } from './sidebar.js';
import { State } from './state.js';
import { ThreadPane } from './threadpane.js';

const PAGE = 50;

export class App {
  #scheduled = false; #live; #values = new Map(); #asked = new Set(); #abort = new AbortController();

  /** `session` is what /session.json gave, `person` one of its people, `onSwitch` changes the speaker. */
  constructor(session, person, onSwitch) {
    this.session = session;
    this.person = person;
    this.onSwitch = onSwitch;
    this.botId = session.bot;
    this.api = new API(session.api, person.token);
    this.state = new State(person.id);
    this.drafts = new Drafts(person.id);
    this.act = new Actions(this);
    this.modals = new Modals(this);
    this.connection = 'connecting';
    this.view = { kind: 'channel', channel: null, thread: null };
    this.loaded = new Set();
    this.failure = '';
  }

  async start(root) {
    this.root = root;
    delete root.dataset.ready; // Set again when everything has been read; tests and pictures wait for it.
    this.sidebar = new Sidebar(this);
    this.channelPane = new ChannelPane(this);
    this.threadPane = new ThreadPane(this);
    this.homePane = new HomePane(this);
    fill(root, this.sidebar.node, this.channelPane.node, this.homePane.node, this.threadPane.node);
    const { signal } = this.#abort;
    addEventListener('popstate', () => this.#arrive(), { signal });
    document.addEventListener('visibilitychange', () => this.changed(), { signal });
    this.clock = setInterval(() => this.changed(), 30_000);
    this.state.read = new Map(Object.entries(JSON.parse(localStorage.getItem(`read/${this.person.id}`) ?? '{}')));
    this.#live = new Live(this.api, {
      state: (connection) => this.#connected(connection),
      ready: () => this.catchUp(),
      event: (event) => this.#heard(event),
    });
    this.#live.start();
    await this.#arrive();
  }

  stop() {
    this.#abort.abort();
    clearInterval(this.clock);
    this.#live.stop();
  }

  /** Asks for a drawing at the next frame; many changes make one drawing. */
  changed() {
    if (this.#scheduled) return;
    this.#scheduled = true;
    requestAnimationFrame(() => {
      this.#scheduled = false;
      if (!this.#abort.signal.aborted) this.#draw();
    });
  }

  #draw() {
    const { kind, thread } = this.view;
    this.root.dataset.view = kind === 'channel' && thread ? 'thread' : kind;
    this.sidebar.draw();
    this.channelPane.draw();
    this.threadPane.draw();
    this.homePane.draw();
    const unread = [...this.state.channels.keys()].reduce((sum, id) => sum + (this.loaded.has(id) ? this.state.unread(id) : 0), 0);
    document.title = `${unread > 0 ? `(${unread}) ` : ''}${this.#placeName()} · ${this.session.title}`;
  }

  #placeName() {
    if (this.view.kind === 'home') return this.state.userName(this.botId);
    const channel = this.state.channels.get(this.view.channel);
    return channel ? this.nameOf(channel) : 'Workspace';
  }

  nameOf(channel) {
    return channel.kind === 'im' ? this.state.userName(channel.user) : `#${channel.name}`;
  }

  #connected(connection) {
    if (connection === 'live' && this.connection !== 'live') announce('Connected');
    if (connection === 'offline' && this.connection === 'live') announce('Connection lost. Trying again.');
    this.connection = connection;
    this.changed();
  }

  /** Reads what may have been missed: people, channels, the latest page of each, the open thread. */
  async catchUp() {
    try {
      const [users, channels] = await Promise.all([
        this.api.all('users.list', {}, 'members'),
        this.api.all('conversations.list', { types: 'public_channel,private_channel,im', exclude_archived: true }, 'channels'),
      ]);
      this.state.addUsers(users);
      this.botId ||= users.find((user) => user.is_bot)?.id;
      for (const channel of channels) this.state.addChannel(channel);
      if (!this.view.channel) this.#goDefault();
      const mine = [...this.state.channels.values()].filter((channel) => channel.isMember);
      await Promise.all([...mine.map((channel) => this.loadLatest(channel.id)), this.#loadThread()]);
      this.failure = '';
      this.root.dataset.ready = this.person.id;
    } catch (error) {
      this.failure = error.message;
    }
    this.changed();
  }

  #goDefault() {
    const all = [...this.state.channels.values()].filter((c) => c.kind === 'channel');
    const first = all.find((c) => c.name === this.session.channel) ?? all.find((c) => c.isMember) ?? all[0];
    if (!first) return;
    this.view = { ...this.view, channel: first.id };
    history.replaceState(null, '', formatView(this.view));
  }

  async loadLatest(channel) {
    const since = this.state.mark();
    const answer = await this.api.call('conversations.history', { channel, limit: PAGE });
    const messages = answer.messages ?? [];
    this.state.merge(channel, messages, { since, hasMore: answer.has_more });
    if (!this.loaded.has(channel)) this.state.more.set(channel, Boolean(answer.has_more));
    // A first visit has nothing unread: everything so far is history.
    if (!this.state.read.has(channel)) this.markRead(channel, messages[0]?.ts ?? '0');
    this.loaded.add(channel);
    this.changed();
  }

  async loadOlder(channel) {
    const before = this.state.timeline(channel)[0]?.ts;
    const since = this.state.mark();
    const answer = await this.api.call('conversations.history', { channel, limit: PAGE, latest: before });
    this.state.merge(channel, answer.messages ?? [], { since, hasMore: answer.has_more, before });
    this.state.more.set(channel, Boolean(answer.has_more));
    this.changed();
  }

  async #loadThread() {
    const { channel, thread } = this.view;
    if (!thread) return;
    const since = this.state.mark();
    const replies = await this.api.all('conversations.replies', { channel, ts: thread }, 'messages');
    this.state.merge(channel, replies, { since, root: thread, hasMore: false });
    this.loaded.add(`${channel}/${thread}`);
    this.changed();
  }

  #heard(event) {
    const note = this.state.apply(event);
    if (note.kind === 'view_opened' || note.kind === 'view_updated') this.modals.show(note.view);
    if (note.kind === 'new') this.#announceNew(note);
    if (note.message?.user) this.#meet(note.message.user);
    if (note.kind === 'channels' && note.channel && !this.loaded.has(note.channel)) this.loadLatest(note.channel).catch(() => {});
    this.changed();
  }

  #announceNew({ channel, message }) {
    if (message.user === this.state.me || channel !== this.view.channel) return;
    if (message.thread_ts && message.thread_ts !== message.ts && message.thread_ts !== this.view.thread) return;
    const words = plainText(parse(message.text ?? ''), { user: (id) => this.state.users.get(id)?.name });
    announce(`${this.state.author(message).name}: ${words.slice(0, 200)}`);
  }

  // Someone who joined after the page was opened.
  async #meet(id) {
    if (this.state.users.has(id) || this.#asked.has(id)) return;
    this.#asked.add(id);
    const answer = await this.api.call('users.info', { user: id }).catch(() => null);
    if (answer?.user) this.state.addUsers([answer.user]);
    this.changed();
  }

  markRead(key, ts) {
    if (!this.state.markRead(key, ts)) return;
    localStorage.setItem(`read/${this.person.id}`, JSON.stringify(Object.fromEntries(this.state.read)));
    this.changed();
  }

  /** Lets a pane show the message that a link led to, once everything is there to be shown. */
  revealIn(timeline) {
    if (this.reveal && this.root.dataset.ready && timeline.reveal(this.reveal)) this.reveal = null;
  }

  /** What was typed and chosen in a message's own inputs, kept while it is drawn anew. */
  valuesOf(channel, ts) {
    const key = `${channel}/${ts}`;
    if (!this.#values.has(key)) this.#values.set(key, {});
    return this.#values.get(key);
  }

  open(channel) {
    this.go({ kind: 'channel', channel, thread: null });
  }

  openThread(channel, thread, options) {
    this.go({ kind: 'channel', channel, thread }, options);
  }

  openHome() {
    this.go({ ...this.view, kind: 'home', thread: null });
  }

  showNav() {
    this.go({ ...this.view, kind: 'nav' });
  }

  /** Goes to a view and leaves a step in the browser's history. */
  go(view, { focus = true } = {}) {
    history.pushState(null, '', formatView(view));
    this.#arrive({ focus });
  }

  async #arrive({ focus = false } = {}) {
    const previous = this.view;
    const wanted = readView(location);
    this.view = { ...wanted, channel: wanted.channel ?? previous.channel };
    if (focus) this.#moveFocus = true;
    this.changed();
    try {
      if (this.view.kind === 'home') await this.homePane.load();
      else if (this.view.thread) await this.#loadThread();
      this.failure = '';
    } catch (error) {
      this.failure = error.message;
    }
    if (wanted.reveal) {
      this.reveal = wanted.reveal;
      history.replaceState(null, '', formatView(this.view));
    }
    this.changed();
    if (focus) requestAnimationFrame(() => this.#focusView());
  }

  #moveFocus = false;

  #focusView() {
    if (!this.#moveFocus) return;
    this.#moveFocus = false;
    const phone = matchMedia('(max-width: 760px)').matches;
    const { kind, thread } = this.view;
    if (kind === 'channel' && thread) this.threadPane.focus(phone);
    else if (kind === 'channel') this.channelPane.focus(phone);
    else if (kind === 'nav') this.sidebar.focus();
  }
}
