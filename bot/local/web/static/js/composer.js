// The message box: Enter sends, Shift+Enter is a new line, @ and # and : complete, drafts survive a reload.

import { Completion } from './completion.js';
import { h, icon, iconButton } from './dom.js';
import { openPicker } from './picker.js';
import { charOf } from './emoji.js';

const MAX_HEIGHT_PX = 260;

export class Composer {
  #app; #onSend; #draftKey = null; #onEmptyUp; #taken = false;

  constructor(app, { id, testId, onSend, onEmptyUp, label }) {
    this.#app = app;
    this.#onSend = onSend;
    this.#onEmptyUp = onEmptyUp;
    this.box = h('textarea', {
      id, rows: 1, 'data-testid': testId, 'aria-label': label, autocomplete: 'off', spellcheck: 'true', enterkeyhint: 'send',
      'aria-autocomplete': 'list', 'aria-describedby': `${id}-hint`,
      on: { input: () => this.#changed(), keydown: (event) => this.#key(event), beforeinput: (event) => this.#breaking(event) },
    });
    this.completion = new Completion(this.box, app, () => this.#changed());
    this.sendButton = h('button.send', { type: 'button', 'aria-label': 'Send', title: 'Send (Enter)', disabled: true, on: { click: () => this.#send() } }, icon('send'));
    this.mention = iconButton('plus', 'Mention the bot', () => this.mentionBot(), { 'data-testid': `${testId}-mention` });
    this.mention.replaceChildren('@');
    this.node = h('div.composer', {},
      this.completion.node,
      h('div.composer-box', {}, this.box,
        h('div.composer-bar', {},
          iconButton('smile', 'Add an emoji', (event) => openPicker(event.currentTarget, (name) => this.insert(charOf(name) ?? `:${name}:`))),
          this.mention,
          h('span.composer-hint', { id: `${id}-hint` }, 'Enter sends · Shift+Enter starts a new line'),
          this.sendButton)));
  }

  /** Shows the draft of another conversation. */
  bind(draftKey, placeholder) {
    this.box.placeholder = placeholder;
    if (draftKey === this.#draftKey) return;
    this.#draftKey = draftKey;
    this.box.value = this.#app.drafts.get(draftKey);
    this.#changed();
  }

  get empty() {
    return this.box.value.trim() === '';
  }

  /** Puts text in and the cursor behind it. */
  set(text) {
    this.box.value = text;
    this.#changed();
    this.box.focus();
    this.box.setSelectionRange(text.length, text.length);
  }

  insert(text) {
    this.box.focus();
    this.box.setRangeText(text, this.box.selectionStart, this.box.selectionEnd, 'end');
    this.#changed();
  }

  mentionBot() {
    const bot = this.#app.state.userName(this.#app.botId);
    const before = this.box.value.slice(0, this.box.selectionStart);
    this.insert(`${before && !/\s$/.test(before) ? ' ' : ''}@${bot} `);
  }

  #changed() {
    this.sendButton.disabled = this.empty;
    this.#app.drafts.set(this.#draftKey, this.box.value);
    this.box.style.height = 'auto';
    this.box.style.height = `${Math.min(this.box.scrollHeight, MAX_HEIGHT_PX)}px`;
    this.completion.update();
  }

  #key(event) {
    this.#taken = event.key === 'Enter'; // What a line break is to mean has been decided here.
    if (event.isComposing || this.completion.key(event)) return;
    if (event.key === 'Enter' && (event.shiftKey || event.altKey)) {
      this.#taken = null;
    } else if (event.key === 'Enter') {
      event.preventDefault();
      this.#send();
    } else if (event.key === 'ArrowUp' && this.box.value === '') {
      if (this.#onEmptyUp?.()) event.preventDefault();
    } else if ((event.ctrlKey || event.metaKey) && ['b', 'i', 'e'].includes(event.key)) {
      event.preventDefault();
      this.#wrap({ b: '*', i: '_', e: '`' }[event.key]);
    }
  }

  // Keyboards on a screen send no Enter key, only the wish for a line break: it sends as well.
  #breaking(event) {
    if (event.inputType !== 'insertLineBreak' || this.#taken === null) return;
    event.preventDefault();
    if (!this.#taken && !this.completion.takeIfOpen()) this.#send();
  }

  #wrap(mark) {
    const { selectionStart: from, selectionEnd: to, value } = this.box;
    this.box.setRangeText(mark + value.slice(from, to) + mark, from, to, from === to ? 'end' : 'select');
    if (from === to) this.box.setSelectionRange(from + 1, from + 1);
    this.#changed();
  }

  #send() {
    const text = this.box.value.trim();
    if (text === '') return;
    this.box.value = '';
    this.#changed();
    this.#onSend(text);
  }
}

/** Texts that were typed and not sent, kept per person and conversation in the browser's own storage. */
export class Drafts {
  #prefix;

  constructor(person) {
    this.#prefix = `draft/${person}/`;
  }

  get(key) {
    return localStorage.getItem(this.#prefix + key) ?? '';
  }

  set(key, text) {
    if (key === null) return;
    if (text) localStorage.setItem(this.#prefix + key, text);
    else localStorage.removeItem(this.#prefix + key);
  }
}
