// Turns the mrkdwn tree into DOM nodes.

import { h, icon, announce } from './dom.js';
import { charOf } from './emoji.js';
import { parse, safeURL } from './mrkdwn.js';
import { full, slackDate } from './time.js';

/** A mrkdwn text as block nodes. */
export function mrkdwn(text, app, options) {
  return parse(text, options).map((block) => blockNode(block, app));
}

/** A text object of Block Kit: mrkdwn, or plain text in which only emoji short names mean something. */
export function textObject(object, app) {
  if (!object) return [];
  if (object.type === 'plain_text') return plainWithEmoji(object.text ?? '');
  return mrkdwn(object.text, app, { verbatim: object.verbatim });
}

/** Plain text with its :short_names: drawn; everything else is literal. */
export function plainWithEmoji(text) {
  return text.split(/(:[a-z0-9_+'-]{1,64}:)/).map((part) => {
    const char = part.length > 2 && part.startsWith(':') && charOf(part.slice(1, -1));
    return char ? emojiNode(part.slice(1, -1)) : part;
  });
}

function blockNode(block, app) {
  switch (block.t) {
    case 'pre': return codeBlock(block.text);
    case 'quote': return h('blockquote', {}, inlines(block.c, app));
    case 'list': return h('div.list', { role: 'list' }, block.items.map((item) => listRow(item, app)));
    default: return h('p', {}, inlines(block.c, app));
  }
}

function listRow(item, app) {
  const row = h('div.list-row', { role: 'listitem' },
    h('span.marker', { 'aria-hidden': /\d/.test(item.marker) ? null : 'true' }, item.marker),
    h('span', {}, inlines(item.c, app)));
  row.style.setProperty('--depth', item.depth);
  return row;
}

export function inlines(nodes, app) {
  return nodes.map((node) => inline(node, app));
}

function inline(node, app) {
  switch (node.t) {
    case 'text': return node.text;
    case 'br': return h('br');
    case 'b': return h('strong', {}, inlines(node.c, app));
    case 'i': return h('em', {}, inlines(node.c, app));
    case 's': return h('s', {}, inlines(node.c, app));
    case 'code': return h('code', {}, node.text);
    case 'link': return link(node.url, node.label);
    case 'user': return userMention(node, app);
    case 'channel': return channelMention(node, app);
    case 'group': return h('span.mention', {}, node.label || '@' + node.id);
    case 'broadcast': return h('span.mention.me', {}, '@' + node.name);
    case 'date': return dateNode(node);
    case 'emoji': return emojiNode(node.name);
    default: return '';
  }
}

export function emojiNode(name) {
  const char = charOf(name);
  if (!char) return `:${name}:`;
  return h('span.emoji', { role: 'img', 'aria-label': name.replaceAll('_', ' '), title: `:${name}:` }, char);
}

function userMention({ id, label }, app) {
  const name = app.state.users.get(id)?.name ?? (label || id);
  return h(id === app.state.me ? 'span.mention.me' : 'span.mention', { 'data-user-mention': id }, '@' + name.replace(/^@/, ''));
}

function channelMention({ id, label }, app) {
  const channel = app.state.channels.get(id);
  const name = '#' + (channel?.name ?? (label || id));
  if (!channel) return h('span.mention', {}, name);
  return h('button.mention.as-link', { type: 'button', on: { click: () => app.open(id) } }, name);
}

function dateNode({ ts, format, fallback, url }) {
  const text = slackDate(ts, format, fallback);
  const time = h('time', { title: Number.isFinite(ts) ? full(String(ts)) : null }, text);
  return url ? link(url, text) : time;
}

/**
 * A link that opens in a new tab. When its words look like another address than the one it leads to, the
 * real host stands beside it.
 */
export function link(url, label) {
  const href = safeURL(url);
  if (!href) return label || url;
  const anchor = h('a', { href, target: '_blank', rel: 'noopener noreferrer' }, label || url);
  const other = disguised(href, label ?? '');
  return other ? h('span', {}, anchor, h('span.real-host', {}, ` (leads to ${other})`)) : anchor;
}

/** The real host, if the label names a different one; else null. */
export function disguised(href, label) {
  const named = /(?:^|[\s/@])((?:[a-z0-9-]+\.)+[a-z]{2,})(?=[\s:/?#]|$)/i.exec(label.trim());
  const host = new URL(href).host;
  if (!named || !host) return null;
  const claimed = named[1].toLowerCase();
  const looksLikeAddress = label.includes('://') || /^(?:[a-z0-9-]+\.)+[a-z]{2,}(?:[:/?#]|$)/i.test(label.trim());
  if (!looksLikeAddress) return null;
  return host.toLowerCase().split(':')[0].endsWith(claimed) ? null : host;
}

/** Preformatted text that scrolls sideways and can be copied. */
export function codeBlock(text) {
  const copy = h('button.copy', { type: 'button', 'aria-label': 'Copy the code', title: 'Copy', 'data-key': 'copy', on: { click } }, icon('copy'));
  async function click() {
    try {
      await navigator.clipboard.writeText(text);
      copy.replaceChildren(icon('check'));
      announce('Copied');
    } catch {
      announce('Copying is not allowed here. Select the text instead.');
    }
    setTimeout(() => copy.replaceChildren(icon('copy')), 1500);
  }
  return h('div.code-block', {}, h('pre', { tabindex: '0', role: 'region', 'aria-label': 'Code' }, h('code', {}, text)), copy);
}
