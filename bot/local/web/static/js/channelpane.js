// The middle of the page: one conversation, its message box, and what a newcomer sees in an empty one.

import { Composer } from './composer.js';
import { avatar, fill, h, icon, iconButton } from './dom.js';
import { drawPending } from './pending.js';
import { EDITING, Timeline } from './timeline.js';
import { ago } from './time.js';
import { welcomeCard } from './welcome.js';

export class ChannelPane {
  #app; #shown = null; #firstNew = null; #looks = {};

  constructor(app) {
    this.#app = app;
    this.title = h('h1', { tabindex: '-1', id: 'channel-title' });
    this.topic = h('p.topic');
    this.tabs = h('div.tabs');
    this.banner = h('div.banner', { role: 'status', hidden: true });
    this.timeline = new Timeline(app, 'channel', { label: 'Messages', onOlder: () => this.#older(), onEnd: () => app.changed() });
    this.composer = new Composer(app, {
      id: 'composer', testId: 'composer', label: 'Message',
      onSend: (text) => { this.timeline.toEnd(); app.act.send(app.view.channel, null, text); },
      onEmptyUp: () => this.#editLast(),
    });
    this.join = h('div.join', { hidden: true }, h('p', {}, 'You are looking at a channel that you have not joined.'),
      h('button.button.primary', { type: 'button', on: { click: () => app.act.join(app.view.channel) } }, 'Join channel'));
    this.node = h('main.pane.channel', { 'aria-labelledby': 'channel-title' },
      h('header.pane-head', {},
        iconButton('menu', 'Channels and people', () => app.showNav(), { 'data-testid': 'show-nav' }),
        h('div.pane-title', {}, this.title, this.topic), this.tabs),
      this.banner, this.timeline.node, this.join, this.composer.node);
    this.node.querySelector('.pane-head .icon-button').classList.add('phone-only');
  }

  draw() {
    const app = this.#app;
    const { channel: id, kind } = app.view;
    this.node.hidden = kind === 'home';
    const channel = app.state.channels.get(id);
    if (!channel || kind === 'home') return;
    if (this.#shown !== id) this.#enter(id);
    this.#drawHead(channel);
    const messages = app.state.timeline(id);
    this.#drawIntro(channel, messages);
    this.timeline.older.hidden = !app.state.more.get(id);
    this.timeline.draw(id, messages, { firstNew: this.#firstNew, extra: (message) => this.#extra(id, message) });
    drawPending(this.timeline.tail, app.state.pendingIn(id, null), app, (text) => this.composer.set(text));
    if (this.timeline.atEnd && app.state.pendingIn(id, null).length > 0) this.timeline.toEnd();
    if (!app.view.thread) app.revealIn(this.timeline);
    this.#markRead(id, messages);
  }

  #enter(id) {
    const { state } = this.#app;
    this.#shown = id;
    this.#firstNew = state.unread(id) > 0 ? state.read.get(id) ?? null : null;
    this.#looks = {};
  }

  #drawHead(channel) {
    const app = this.#app;
    const looks = JSON.stringify([channel, app.connection, app.failure, app.state.users.size]);
    if (this.#looks.head === looks) return;
    this.#looks.head = looks;
    const name = app.nameOf(channel);
    const isIM = channel.kind === 'im';
    fill(this.title, isIM ? avatar(channel.user, name, true, 'small') : icon('hash'), isIM ? name : channel.name);
    this.topic.textContent = channel.topic;
    fill(this.tabs, isIM ? h('button.tab', { type: 'button', on: { click: () => app.openHome() } }, 'Home') : null,
      isIM ? h('button.tab', { type: 'button', 'aria-current': 'page' }, 'Messages') : null);
    this.#drawBanner();
    this.join.hidden = channel.isMember;
    this.composer.node.hidden = !channel.isMember;
    this.composer.bind(channel.id, isIM ? `Message ${name}` : `Message #${channel.name}`);
  }

  #drawBanner() {
    const { connection, failure, loaded } = this.#app;
    const text = connection === 'offline' ? 'No connection to the workspace. Trying again…' : failure;
    this.banner.hidden = !text || (connection === 'connecting' && loaded.size === 0);
    this.banner.textContent = text;
  }

  #drawIntro(channel, messages) {
    const app = this.#app;
    const looks = JSON.stringify([channel.id, app.loaded.has(channel.id), messages.length === 0, app.state.more.get(channel.id)]);
    if (this.#looks.intro === looks) return;
    this.#looks.intro = looks;
    const { welcome } = app.session;
    if (!app.loaded.has(channel.id)) fill(this.timeline.intro, channel.isMember ? h('p.quiet.loading', {}, 'Loading messages…') : null);
    else if (messages.length === 0 && welcome?.suggestions?.length && (welcome.channel === channel.name)) {
      fill(this.timeline.intro, welcomeCard(welcome, app, (text) => this.composer.set(text)));
    } else if (!app.state.more.get(channel.id)) {
      fill(this.timeline.intro, h('p.beginning', {}, `This is the beginning of ${app.nameOf(channel)}.`));
    } else fill(this.timeline.intro);
  }

  // What a message's looks depend on besides the message.
  #extra(id, message) {
    const app = this.#app;
    if (app.act.isEditing(id, message.ts, 'channel')) return EDITING;
    if (!message.reply_count && !app.state.statuses.size) return '';
    const status = app.state.statuses.get(`${id}/${message.ts}`)?.text ?? '';
    return [status, message.latest_reply ? ago(message.latest_reply) : '', app.state.threadUnread(id, message)].join('|');
  }

  #markRead(id, messages) {
    if (document.visibilityState !== 'visible' || !this.timeline.atEnd || this.#app.view.kind !== 'channel') return;
    this.#app.markRead(id, messages.at(-1)?.ts);
  }

  async #older() {
    await this.#app.loadOlder(this.#app.view.channel).catch((error) => {
      this.#app.failure = error.message;
      this.#app.changed();
    });
  }

  #editLast() {
    const { state, act, view } = this.#app;
    const own = state.lastOwn(state.timeline(view.channel));
    if (own) act.edit(view.channel, own.ts, 'channel');
    return Boolean(own);
  }

  focus(phone) {
    if (phone) this.title.focus({ preventScroll: true });
    else this.composer.box.focus();
  }
}
