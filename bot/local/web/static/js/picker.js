// The emoji picker: a search box over a grid that the arrow keys walk. Escape and a click outside close it.

import { h, fill } from './dom.js';
import { searchEmoji } from './emoji.js';

const COLUMNS = 8;

let close = null;

/** Opens the picker beside `anchor`; `onPick` gets the short name. */
export function openPicker(anchor, onPick) {
  close?.();
  const search = h('input.input', { type: 'search', placeholder: 'Search emoji', 'aria-label': 'Search emoji', 'data-testid': 'emoji-search' });
  const grid = h('div.emoji-grid', { role: 'group', 'aria-label': 'Emoji' });
  const name = h('p.emoji-name', { 'aria-hidden': 'true' });
  const panel = h('div.picker', { role: 'dialog', 'aria-label': 'Pick an emoji', 'data-testid': 'emoji-picker' }, search, grid, name);
  document.body.append(panel);
  draw();
  place(panel, anchor);
  search.focus();

  search.addEventListener('input', draw);
  panel.addEventListener('keydown', keys);
  const outside = (event) => panel.contains(event.target) || close();
  addEventListener('pointerdown', outside, true);
  const resized = () => place(panel, anchor);
  addEventListener('resize', resized);
  close = shut;

  function shut() {
    removeEventListener('pointerdown', outside, true);
    removeEventListener('resize', resized);
    const held = panel.contains(document.activeElement);
    panel.remove();
    close = null;
    if (held && anchor.isConnected) anchor.focus();
  }

  function draw() {
    const found = searchEmoji(search.value);
    fill(grid, found.map((one, i) => h('button.emoji-choice', {
      type: 'button', tabindex: i === 0 ? '0' : '-1', 'aria-label': one.name.replaceAll('_', ' '), 'data-emoji-choice': one.name,
      on: { click: () => { shut(); onPick(one.name); }, focus: () => (name.textContent = `:${one.name}:`), pointerenter: () => (name.textContent = `:${one.name}:`) },
    }, one.char)));
    if (found.length === 0) fill(grid, h('p.quiet', {}, 'Nothing found.'));
  }

  function keys(event) {
    const all = [...grid.querySelectorAll('button')];
    const at = all.indexOf(document.activeElement);
    if (event.key === 'Escape') {
      event.stopPropagation();
      shut();
    } else if (event.target === search && event.key === 'Enter') {
      event.preventDefault();
      all[0]?.click();
    } else if (event.target === search && event.key === 'ArrowDown') {
      event.preventDefault();
      all[0]?.focus();
    } else if (at >= 0) {
      walk(event, all, at);
    }
  }

  function walk(event, all, at) {
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -COLUMNS, ArrowDown: COLUMNS }[event.key];
    if (!step) return;
    event.preventDefault();
    (at + step < 0 ? search : all[Math.min(at + step, all.length - 1)]).focus();
  }
}

// Beside the anchor, inside the window. On a phone the style sheet makes it a sheet at the bottom.
function place(panel, anchor) {
  const near = anchor.getBoundingClientRect();
  const own = panel.getBoundingClientRect();
  const left = Math.max(8, Math.min(near.left, innerWidth - own.width - 8));
  const below = near.bottom + 6 + own.height < innerHeight;
  const top = below ? near.bottom + 6 : Math.max(8, near.top - own.height - 6);
  panel.style.left = `${left}px`;
  panel.style.top = `${top}px`;
}
