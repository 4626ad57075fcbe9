// What a person does to messages. Every change is shown at once and taken back, with the reason, when the
// workspace refuses it; nothing that was typed is ever lost.

import { confirmDialog, lightbox } from './dialog.js';
import { announce, h } from './dom.js';
import { decode, encode } from './encode.js';
import { openPicker } from './picker.js';
import { Completion } from './completion.js';
import { toast } from './toast.js';

let serial = 0;

export class Actions {
  #app;

  constructor(app) {
    this.#app = app;
    this.editing = null; // {channel, ts, pane, text}
    this.lightbox = lightbox;
  }

  /** Sends a message; it shows as pending until the workspace has it, and stays with its error if it fails. */
  send(channel, thread, typed) {
    const { state } = this.#app;
    const entry = { key: `p${++serial}`, channel, thread, typed, stored: encode(typed, state.directory()), error: null, doubt: false };
    state.pending = [...state.pending, entry];
    this.#app.changed();
    return this.#deliver(entry);
  }

  async #deliver(entry) {
    const { api, state } = this.#app;
    try {
      const { message, ts } = await api.call('chat.postMessage', { channel: entry.channel, thread_ts: entry.thread, text: entry.stored });
      state.pending = state.pending.filter((p) => p.key !== entry.key);
      if (message && !state.get(entry.channel, ts)) state.put(entry.channel, { ...message, ts });
    } catch (error) {
      const doubt = error.doubtful ? ' It may have arrived all the same: look before you send it again.' : '';
      state.pending = state.pending.map((p) => (p.key === entry.key ? { ...p, error: error.message + doubt, doubt: error.doubtful } : p));
      announce(`Not sent. ${error.message}`);
    }
    this.#app.changed();
  }

  retry(key) {
    const { state } = this.#app;
    const entry = state.pending.find((p) => p.key === key);
    if (!entry) return;
    const again = { ...entry, error: null, doubt: false };
    state.pending = state.pending.map((p) => (p === entry ? again : p));
    this.#app.changed();
    this.#deliver(again);
  }

  /** Takes a failed message out of the list; its text goes back to the caller. */
  takeBack(key) {
    const { state } = this.#app;
    const entry = state.pending.find((p) => p.key === key);
    state.pending = state.pending.filter((p) => p !== entry);
    this.#app.changed();
    return entry?.typed ?? '';
  }

  async toggleReaction(channel, ts, name) {
    const { api, state } = this.#app;
    const message = state.get(channel, ts);
    if (!message) return;
    const on = !message.reactions?.some((r) => r.name === name && r.users.includes(state.me));
    state.react(channel, ts, name, state.me, on);
    this.#app.changed();
    try {
      await api.call(on ? 'reactions.add' : 'reactions.remove', { channel, timestamp: ts, name });
    } catch (error) {
      if (error.code === 'already_reacted' || error.code === 'no_reaction') return;
      state.react(channel, ts, name, state.me, !on);
      this.#app.changed();
      toast(`The reaction did not get through. ${error.message}`);
    }
  }

  pickReaction(anchor, channel, ts) {
    openPicker(anchor, (name) => {
      const mine = this.#app.state.get(channel, ts)?.reactions?.some((r) => r.name === name && r.users.includes(this.#app.state.me));
      if (!mine) this.toggleReaction(channel, ts, name);
    });
  }

  async copyLink(channel, ts) {
    try {
      const { permalink } = await this.#app.api.call('chat.getPermalink', { channel, message_ts: ts });
      await navigator.clipboard.writeText(permalink);
      toast('Link copied');
    } catch {
      toast('The link could not be copied.');
    }
  }

  edit(channel, ts, pane) {
    this.editing = { channel, ts, pane };
    this.#app.changed();
  }

  /** Whether this message is being edited in this pane. */
  isEditing(channel, ts, pane) {
    return this.editing?.channel === channel && this.editing.ts === ts && this.editing.pane === pane;
  }

  /** The box that stands in for a message's body while it is edited. */
  editBox(channel, message) {
    const { state } = this.#app;
    const box = h('textarea.input', { rows: 3, 'aria-label': 'Edit message', 'data-testid': 'edit-box' });
    box.value = decode(message.text ?? '', state.directory());
    const note = h('p.field-error', { role: 'alert', hidden: true });
    const completion = new Completion(box, this.#app, () => {});
    const save = () => this.#save(channel, message, box, note);
    const cancel = () => this.#endEdit(message.ts);
    box.addEventListener('input', () => completion.update());
    box.addEventListener('keydown', (event) => {
      if (event.isComposing || completion.key(event)) return;
      if (event.key === 'Escape') cancel();
      else if (event.key === 'Enter' && !event.shiftKey) save();
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
    queueMicrotask(() => requestAnimationFrame(() => box.focus()));
    return h('div.edit-box', {}, completion.node, box, note, h('div.edit-buttons', {},
      h('button.button', { type: 'button', on: { click: cancel } }, 'Cancel'),
      h('button.button.primary', { type: 'button', 'data-testid': 'save-edit', on: { click: save } }, 'Save')));
  }

  async #save(channel, message, box, note) {
    const { api, state } = this.#app;
    const text = encode(box.value.trim(), state.directory());
    if (text === message.text) return this.#endEdit(message.ts);
    if (text === '') return this.remove(channel, message.ts);
    try {
      await api.call('chat.update', { channel, ts: message.ts, text });
      const now = state.get(channel, message.ts);
      if (now && now.text !== text) state.put(channel, { ...now, text, edited: { user: state.me, ts: String(Date.now() / 1000) } });
      this.#endEdit(message.ts);
    } catch (error) {
      note.textContent = `Not saved. ${error.message}`;
      note.hidden = false;
    }
  }

  #endEdit(ts) {
    this.editing = null;
    this.#app.changed();
    requestAnimationFrame(() => requestAnimationFrame(() => document.querySelector(`.message[data-ts="${CSS.escape(ts)}"]`)?.focus()));
  }

  async remove(channel, ts) {
    const yes = await confirmDialog({
      title: { text: 'Delete this message?' },
      text: { type: 'plain_text', text: 'It disappears for everyone. This cannot be undone.' },
      confirm: { text: 'Delete' }, deny: { text: 'Keep it' }, style: 'danger',
    });
    if (!yes) return;
    try {
      await this.#app.api.call('chat.delete', { channel, ts });
      this.#app.state.drop(channel, ts);
      this.editing = null;
      this.#app.changed();
    } catch (error) {
      toast(`Not deleted. ${error.message}`);
    }
  }

  async join(channel) {
    try {
      const answer = await this.#app.api.call('conversations.join', { channel });
      this.#app.state.addChannel(answer.channel ?? { ...this.#app.state.channels.get(channel), is_member: true });
      await this.#app.loadLatest(channel);
    } catch (error) {
      toast(error.message);
    }
    this.#app.changed();
  }
}
