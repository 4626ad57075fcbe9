// Messages on their way, and those that did not arrive.

import { avatar, fill, h } from './dom.js';

const drawn = new WeakMap(); // place → what it shows, so that a button in it keeps the focus

/** Shows the pending messages of one pane in `place`; `restore` puts a failed text back into that pane's box. */
export function drawPending(place, entries, app, restore) {
  const looks = JSON.stringify(entries);
  if (drawn.get(place) === looks) return;
  drawn.set(place, looks);
  fill(place, entries.map((entry) => h(`div.message.pending${entry.error ? '.failed' : ''}`, { 'data-testid': 'pending' },
    avatar(app.state.me, app.state.userName(app.state.me), false),
    h('div.message-main', {},
      h('div.message-head', {}, h('span.author', {}, app.state.userName(app.state.me)),
        h('span.quiet', {}, entry.error ? 'Not sent' : 'Sending…')),
      h('div.body', {}, h('p.typed', {}, entry.typed)),
      entry.error ? failure(entry, app, restore) : null))));
}

function failure(entry, app, restore) {
  return h('div.failure', { role: 'alert' },
    h('p', {}, entry.error),
    h('button.button', { type: 'button', 'data-testid': 'retry', on: { click: () => app.act.retry(entry.key) } }, 'Try again'),
    h('button.button', { type: 'button', 'data-testid': 'take-back', on: { click: () => restore(app.act.takeBack(entry.key)) } }, 'Back to the box'));
}
