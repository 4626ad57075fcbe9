// The thread beside the channel (on a phone: in its place).

import { Composer } from './composer.js';
import { fill, h, iconButton } from './dom.js';
import { drawPending } from './pending.js';
import { EDITING, Timeline } from './timeline.js';
import { plural } from './time.js';

export class ThreadPane {
  #app; #shown = '';

  constructor(app) {
    this.#app = app;
    this.title = h('h2', { tabindex: '-1', id: 'thread-title' }, 'Thread');
    this.where = h('p.topic');
    this.status = h('p.status-line', { role: 'status', 'data-testid': 'status' });
    this.timeline = new Timeline(app, 'thread', { label: 'Thread', onOlder: () => {}, onEnd: () => app.changed() });
    this.composer = new Composer(app, {
      id: 'thread-composer', testId: 'thread-composer', label: 'Reply',
      onSend: (text) => { this.timeline.toEnd(); app.act.send(app.view.channel, app.view.thread, text); },
      onEmptyUp: () => this.#editLast(),
    });
    const back = iconButton('back', 'Back to the channel', () => this.#close(), { 'data-testid': 'thread-back' });
    back.classList.add('phone-only');
    const close = iconButton('close', 'Close thread', () => this.#close(), { 'data-testid': 'thread-close' });
    close.classList.add('desktop-only');
    this.node = h('aside.pane.thread', { 'aria-labelledby': 'thread-title' },
      h('header.pane-head', {}, back, h('div.pane-title', {}, this.title, this.where), close),
      this.timeline.node, this.status, this.composer.node);
    this.node.addEventListener('keydown', (event) => event.key === 'Escape' && !event.defaultPrevented && this.#escape(event));
  }

  draw() {
    const app = this.#app;
    const { channel, thread, kind } = app.view;
    this.node.hidden = !thread || kind !== 'channel';
    if (this.node.hidden) return;
    const key = `${channel}/${thread}`;
    if (this.#shown !== key) this.#enter(key);
    const messages = app.state.thread(channel, thread);
    const replies = messages.filter((m) => m.ts !== thread).length;
    const name = app.state.channels.get(channel);
    this.where.textContent = [name ? app.nameOf(name) : '', replies > 0 ? plural(replies, 'reply').replace('replys', 'replies') : ''].filter(Boolean).join(' · ');
    this.timeline.draw(key, messages, { channel, dividers: false, extra: (m) => (app.act.isEditing(channel, m.ts, 'thread') ? EDITING : '') });
    drawPending(this.timeline.tail, app.state.pendingIn(channel, thread), app, (text) => this.composer.set(text));
    this.#drawStatus(key);
    app.revealIn(this.timeline);
    if (document.visibilityState === 'visible' && this.timeline.atEnd) app.markRead(key, messages.at(-1)?.ts);
  }

  #enter(key) {
    this.#shown = key;
    this.composer.bind(key, 'Reply…');
  }

  #drawStatus(key) {
    const { state, botId } = this.#app;
    const status = state.statuses.get(key);
    const text = status ? `${state.userName(status.user ?? botId)} ${status.text}` : '';
    if (this.status.dataset.text === text) return;
    this.status.dataset.text = text;
    fill(this.status, text ? [h('span.dots', { 'aria-hidden': 'true' }, h('i'), h('i'), h('i')), text] : null);
  }

  // Escape leaves a message for the box, and the box for the channel.
  #escape(event) {
    if (event.target.closest('.message')) return;
    if (event.target === this.composer.box && !this.composer.empty) return;
    this.#close();
  }

  #close() {
    const { channel, thread } = this.#app.view;
    this.#app.go({ kind: 'channel', channel, thread: null }, { focus: false });
    // Where the person came from: looked up only then, since drawing may have replaced the node.
    const back = () => (this.#app.channelPane.timeline.nodeOf(thread) ?? this.#app.channelPane.composer.box).focus({ preventScroll: true });
    requestAnimationFrame(() => requestAnimationFrame(back));
  }

  #editLast() {
    const { state, act, view } = this.#app;
    const own = state.lastOwn(state.thread(view.channel, view.thread));
    if (own) act.edit(view.channel, own.ts, 'thread');
    return Boolean(own);
  }

  focus(phone) {
    if (phone) this.title.focus({ preventScroll: true });
    else this.composer.box.focus();
  }
}
