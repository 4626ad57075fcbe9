// Completing @people, #channels and :emoji: in a text box: a listbox that follows the combobox pattern.

import { avatar, h, fill } from './dom.js';
import { charOf, searchEmoji } from './emoji.js';
import { emojiNode } from './text.js';

const MOST = 8;
let serial = 0;

/** The word being typed at the end of `before`: {sign, query, start}, or null. Pure. */
export function wordAt(before) {
  const found = /(?:^|[\s(])([@#])([\p{L}\p{N}._-]{0,40})$/u.exec(before) ?? /(?:^|[\s(])(:)([a-z0-9_+-]{2,30})$/.exec(before);
  return found && { sign: found[1], query: found[2].toLowerCase(), start: before.length - found[2].length - 1 };
}

export class Completion {
  #box; #app; #onChange; #word = null; #options = []; #at = 0; #dismissed = -1;

  constructor(box, app, onChange) {
    this.#box = box;
    this.#app = app;
    this.#onChange = onChange;
    this.id = `completion-${++serial}`;
    this.node = h('div.completion', { id: this.id, role: 'listbox', 'aria-label': 'Suggestions', hidden: true });
    box.setAttribute('aria-controls', this.id);
    box.addEventListener('blur', () => this.#close());
    box.addEventListener('click', () => this.update());
  }

  get open() {
    return !this.node.hidden;
  }

  /** Looks at the text anew. */
  update() {
    const before = this.#box.value.slice(0, this.#box.selectionStart);
    this.#word = document.activeElement === this.#box ? wordAt(before) : null;
    if (this.#word?.start !== this.#dismissed) this.#dismissed = -1;
    this.#options = this.#word && this.#dismissed < 0 ? this.#find(this.#word) : [];
    this.#at = 0;
    this.#draw();
  }

  #find({ sign, query }) {
    if (sign === ':') return searchEmoji(query).slice(0, MOST).map(({ name }) => ({ insert: `${charOf(name)} `, label: `:${name}:`, face: emojiNode(name) }));
    if (sign === '#') {
      return [...this.#app.state.channels.values()].filter((c) => c.kind === 'channel' && c.name.startsWith(query))
        .slice(0, MOST).map((c) => ({ insert: `#${c.name} `, label: c.name, face: '#' }));
    }
    const fits = ({ name, handle }) => [name, handle].some((one) => one?.toLowerCase().split(/[\s._-]+/).some((part) => part.startsWith(query)) || one?.toLowerCase().startsWith(query));
    return [...this.#app.state.users.values()].filter(fits)
      .sort((a, b) => b.isBot - a.isBot || a.name.localeCompare(b.name))
      .slice(0, MOST)
      .map((user) => ({ insert: `@${user.name} `, label: user.name, note: user.isBot ? 'APP' : user.title, face: avatar(user.id, user.name, user.isBot, 'small') }));
  }

  #draw() {
    this.node.hidden = this.#options.length === 0;
    this.#box.setAttribute('aria-expanded', String(this.open));
    fill(this.node, this.#options.map((option, i) => h('div.option', {
      id: `${this.id}-${i}`, role: 'option', 'aria-selected': String(i === this.#at),
      on: { pointerdown: (event) => { event.preventDefault(); this.#take(i); } },
    }, h('span.option-face', {}, option.face), h('span', {}, option.label), option.note ? h('span.quiet', {}, option.note) : null)));
    if (this.open) this.#box.setAttribute('aria-activedescendant', `${this.id}-${this.#at}`);
    else this.#box.removeAttribute('aria-activedescendant');
  }

  /** Takes a key if the list is open and wants it. */
  key(event) {
    if (!this.open) return false;
    const count = this.#options.length;
    if (event.key === 'ArrowDown') this.#at = (this.#at + 1) % count;
    else if (event.key === 'ArrowUp') this.#at = (this.#at + count - 1) % count;
    else if ((event.key === 'Enter' && !event.shiftKey) || event.key === 'Tab') this.#take(this.#at);
    else if (event.key === 'Escape') this.#dismiss();
    else return false;
    event.preventDefault();
    event.stopPropagation();
    if (this.open) this.#draw();
    return true;
  }

  /** Takes the marked suggestion; says whether there was one. */
  takeIfOpen() {
    if (!this.open) return false;
    this.#take(this.#at);
    return true;
  }

  #take(i) {
    const option = this.#options[i];
    const { start } = this.#word;
    this.#box.setRangeText(option.insert, start, this.#box.selectionStart, 'end');
    this.#close();
    this.#onChange();
  }

  #dismiss() {
    this.#dismissed = this.#word.start;
    this.#close();
  }

  #close() {
    this.#options = [];
    this.#draw();
  }
}
