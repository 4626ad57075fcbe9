// A scrolling list of messages that keeps its nodes: what did not change is not drawn again, the focus stays
// where it was, and the list follows new messages only while the reader is at its end.

import { h, fill, replaceKeepingFocus } from './dom.js';
import { messageNode } from './message.js';
import { day, sameDay } from './time.js';

const TOGETHER_S = 5 * 60;
const NEAR_END_PX = 80;

/** What `extra` starts with while a message is being edited. */
export const EDITING = 'editing';

export class Timeline {
  #app; #pane; #drawn = new Map(); #key = ''; #follow = true; #count = 0;

  /** `pane` is 'channel' or 'thread'. `onOlder` is called when the reader asks for more history. */
  constructor(app, pane, { label, onOlder, onEnd }) {
    this.#app = app;
    this.#pane = pane;
    this.older = h('button.button.older', { type: 'button', hidden: true, on: { click: onOlder } }, 'Show earlier messages');
    this.intro = h('div.intro');
    this.list = h('div.messages', { role: 'feed', 'aria-label': label });
    this.tail = h('div.tail');
    this.jump = h('button.jump', { type: 'button', hidden: true, on: { click: () => this.toEnd() } }, 'New messages ↓');
    this.scroller = h('div.scroller', {}, h('div.spacer'), this.older, this.intro, this.list, this.tail);
    this.node = h('div.timeline', {}, this.scroller, this.jump);
    this.scroller.addEventListener('scroll', () => {
      this.#follow = this.#atEnd();
      if (this.#follow) {
        this.jump.hidden = true;
        onEnd?.();
      }
    }, { passive: true });
    this.list.addEventListener('keydown', (event) => this.#keys(event));
    this.list.addEventListener('focusin', (event) => this.#activate(event.target.closest('.message')));
    new ResizeObserver(() => this.#follow && this.#snap()).observe(this.list);
  }

  get atEnd() {
    return this.#follow;
  }

  #atEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    return scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
  }

  // The end of what was said; where nothing was, the beginning of what a newcomer reads.
  #snap() {
    const empty = this.list.childElementCount === 0 && this.tail.childElementCount === 0;
    this.scroller.scrollTop = empty ? 0 : this.scroller.scrollHeight;
  }

  toEnd() {
    this.#follow = true;
    this.jump.hidden = true;
    this.#snap();
  }

  /**
   * Draws the messages of the conversation `key`. `firstNew` is the ts after which the "New" line stands; `extra(message)` is a string of
   * whatever else a message's looks depend on.
   */
  draw(key, messages, { channel = key, firstNew = null, extra = () => '', dividers = true } = {}) {
    if (key !== this.#key) this.#reset(key);
    const before = this.scroller.scrollHeight;
    const hadTop = this.#drawn.keys().next().value;
    const nodes = [];
    const next = new Map();
    messages.forEach((message, i) => {
      const prev = messages[i - 1];
      if (dividers && (!prev || !sameDay(prev.ts, message.ts))) nodes.push(this.#divider(`day-${message.ts}`, day(message.ts), next));
      if (firstNew && message.ts > firstNew && !(prev?.ts > firstNew)) nodes.push(this.#divider(`new-${firstNew}`, 'New', next, '.new'));
      nodes.push(this.#message(message, prev, channel, next, extra(message)));
    });
    this.#drawn = next;
    this.#place(nodes);
    this.#afterDraw(messages.length, before, hadTop);
  }

  #reset(key) {
    this.#key = key;
    this.#drawn = new Map();
    this.#follow = true;
    this.#count = 0;
    fill(this.list);
  }

  #divider(key, label, next, style = '') {
    const held = this.#drawn.get(key);
    const node = held?.label === label ? held.node : h(`div.line${style}`, { role: 'separator', 'aria-label': label }, h('span', {}, label));
    next.set(key, { node, label });
    return node;
  }

  #message(message, prev, channel, next, extra) {
    const compact = together(prev, message);
    const held = this.#drawn.get(message.ts);
    const users = this.#app.state.users;
    const same = held && held.message === message && held.compact === compact && held.users === users && held.extra === extra;
    // A message that is being edited is left alone: drawing it again would lose what was typed.
    if (same || (held?.extra.startsWith(EDITING) && extra.startsWith(EDITING))) {
      next.set(message.ts, held);
      return held.node;
    }
    const node = messageNode(message, { app: this.#app, channel, pane: this.#pane, compact });
    if (extra.startsWith(EDITING)) fill(node.querySelector('.body'), this.#app.act.editBox(channel, message));
    if (held?.node.isConnected) replaceKeepingFocus(held.node, node);
    next.set(message.ts, { node, message, compact, users, extra });
    return node;
  }

  // Puts the nodes in order while moving as few as possible, so that focus and selection survive.
  #place(nodes) {
    const wanted = new Set(nodes);
    for (const child of [...this.list.childNodes]) if (!wanted.has(child)) child.remove();
    nodes.forEach((node, i) => {
      if (this.list.childNodes[i] !== node) this.list.insertBefore(node, this.list.childNodes[i] ?? null);
    });
    const last = [...this.list.querySelectorAll('.message')].at(-1);
    if (last && !this.list.querySelector('.message[tabindex="0"]')) setStop(last, true);
  }

  #afterDraw(count, before, hadTop) {
    const grew = count > this.#count;
    const first = this.#drawn.keys().next().value;
    if (this.#follow) this.#snap();
    else if (grew && hadTop && first !== hadTop) this.scroller.scrollTop += this.scroller.scrollHeight - before;
    else if (grew && this.#count > 0) this.jump.hidden = false;
    this.#count = count;
  }

  /** Scrolls to a message, marks it for a moment and focuses it. */
  reveal(ts) {
    const node = this.#drawn.get(ts)?.node;
    if (!node) return false;
    this.#follow = false;
    node.scrollIntoView({ block: 'center' });
    node.classList.add('flash');
    node.focus({ preventScroll: true });
    return true;
  }

  nodeOf(ts) {
    return this.#drawn.get(ts)?.node;
  }

  // One message at a time is a tab stop, with its tools.
  #activate(message) {
    if (!message || message.getAttribute('tabindex') === '0') return;
    for (const old of this.list.querySelectorAll('.message[tabindex="0"]')) setStop(old, false);
    setStop(message, true);
  }

  #keys(event) {
    const message = event.target.closest('.message');
    if (!message || event.altKey || event.ctrlKey || event.metaKey) return;
    const all = [...this.list.querySelectorAll('.message')];
    const at = all.indexOf(message);
    const moves = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: all.length - 1 };
    if (event.target === message && event.key in moves) {
      event.preventDefault();
      all[Math.max(0, Math.min(all.length - 1, moves[event.key]))].focus();
    } else if (event.key === 'Escape' && event.target !== message && !event.target.closest('textarea')) {
      message.focus();
    } else if (event.target === message) {
      this.#shortcut(event, message);
    }
  }

  // On a focused message: Enter or t opens its thread, r reacts, e edits, Delete deletes.
  #shortcut(event, message) {
    const tool = { Enter: 'reply', t: 'reply', r: 'react', e: 'edit', Delete: 'delete' }[event.key];
    const control = tool && message.querySelector(`[data-tool="${tool}"]`);
    if (!control) return;
    event.preventDefault();
    control.click();
  }
}

function setStop(message, on) {
  message.setAttribute('tabindex', on ? '0' : '-1');
  for (const tool of message.querySelectorAll('.tools button')) tool.setAttribute('tabindex', on ? '0' : '-1');
}

function together(prev, message) {
  return Boolean(prev && prev.user === message.user && prev.bot_id === message.bot_id && !prev.ephemeral && !message.ephemeral
    && !message.subtype && !prev.subtype && !(prev.reply_count > 0) && prev.username === message.username
    && sameDay(prev.ts, message.ts) && Number(message.ts) - Number(prev.ts) < TOGETHER_S);
}
