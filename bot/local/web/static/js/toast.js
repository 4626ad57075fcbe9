// A short word at the foot of the page that goes away by itself; screen readers hear it too.

import { announce, h } from './dom.js';

const SHOWN_MS = 5000;

export function toast(text) {
  const node = h('div.toast', { 'data-testid': 'toast' }, text);
  document.body.append(node);
  announce(text);
  setTimeout(() => node.remove(), SHOWN_MS);
}
