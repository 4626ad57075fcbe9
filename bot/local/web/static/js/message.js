// One message: author, body, reactions, thread bar, and the tools that appear on hover and focus.

import { renderAttachments, renderBlocks } from './blocks.js';
import { avatar, h, icon, iconButton } from './dom.js';
import { renderFiles } from './files.js';
import { parse, plainText } from './mrkdwn.js';
import { emojiNode, mrkdwn } from './text.js';
import { ago, clock, full, plural } from './time.js';

const SPOKEN_CHARACTERS = 300;
const QUICK = ['white_check_mark', 'eyes', '+1'];

/**
 * Draws a message. `pane` is 'channel' or 'thread'; `compact` leaves the author out when the message before
 * is by the same person.
 */
export function messageNode(message, { app, channel, pane, compact }) {
  const author = app.state.author(message);
  const me = message.user === app.state.me && !message.bot_id;
  const names = { user: (id) => app.state.users.get(id)?.name, channel: (id) => app.state.channels.get(id)?.name };
  const words = plainText(parse(message.text ?? ''), names).slice(0, SPOKEN_CHARACTERS);
  const label = `${author.name}, ${clock(message.ts)}: ${words}`;
  const node = h(`div.message${compact ? '.compact' : ''}${message.ephemeral ? '.ephemeral' : ''}`, {
    role: 'article', tabindex: '-1', 'aria-label': label, 'data-ts': message.ts, 'data-user': message.user ?? '',
    'data-thread': message.thread_ts ?? null,
  },
  compact ? h('span.gutter-time', { 'aria-hidden': 'true' }, clock(message.ts)) : avatar(author.id, author.name, author.isBot),
  h('div.message-main', {},
    message.ephemeral ? h('p.only-you', {}, icon('eye'), ' Only visible to you') : null,
    compact ? null : heading(message, author, app),
    h('div.body', {}, body(message, channel, app)),
    renderFiles(message.files, app),
    reactions(message, channel, app),
    pane === 'channel' ? threadBar(message, channel, app) : null),
  message.ephemeral || message.subtype === 'tombstone' ? null : tools(message, { app, channel, pane, me }));
  return node;
}

function heading(message, author, app) {
  return h('div.message-head', {},
    h('span.author', { title: app.state.users.get(author.id)?.title || null }, author.name),
    author.isBot ? h('span.badge', {}, 'APP') : null,
    h('time', { title: full(message.ts) }, clock(message.ts)));
}

function body(message, channel, app) {
  if (message.subtype === 'tombstone') return h('p.unsupported', {}, 'This message was deleted.');
  const place = { channel, message_ts: message.ts };
  const broadcast = message.subtype === 'thread_broadcast' && message.thread_ts
    ? h('button.as-link.small', { type: 'button', on: { click: () => app.openThread(channel, message.thread_ts) } }, 'replied to a thread') : null;
  const content = message.blocks?.length && message.blocks.some((b) => b.type !== 'rich_text')
    ? renderBlocks(message.blocks, app, place, app.valuesOf(channel, message.ts))
    : h('div.mrkdwn', {}, message.text ? mrkdwn(message.text, app) : renderBlocks(message.blocks, app, place));
  const edited = message.edited && !message.bot_id ? h('span.edited', { title: full(message.edited.ts) }, ' (edited)') : null;
  if (edited && content.lastChild?.tagName === 'P') content.lastChild.append(edited);
  return [broadcast, content, edited?.parentNode ? null : edited, renderAttachments(message.attachments, app, place)];
}

function reactions(message, channel, app) {
  const list = message.reactions ?? [];
  if (list.length === 0) return null;
  return h('div.reactions', { role: 'group', 'aria-label': 'Reactions' }, list.map((one) => {
    const mine = one.users.includes(app.state.me);
    const names = one.users.map((id) => (id === app.state.me ? 'You' : app.state.userName(id))).join(', ');
    return h(`button.reaction${mine ? '.mine' : ''}`, {
      type: 'button', 'aria-pressed': String(mine), 'data-emoji': one.name, 'data-key': `reaction-${one.name}`,
      'aria-label': `${one.name.replaceAll('_', ' ')}, ${one.count}: ${names}`, title: `${names} · :${one.name}:`,
      on: { click: () => app.act.toggleReaction(channel, message.ts, one.name) },
    }, emojiNode(one.name), h('span.count', {}, String(one.count)));
  }), iconButton('smile', 'Add a reaction', (event) => app.act.pickReaction(event.currentTarget, channel, message.ts), { 'data-key': 'add-reaction' }));
}

function threadBar(message, channel, app) {
  const count = message.reply_count ?? 0;
  const status = app.state.statuses.get(`${channel}/${message.ts}`);
  if (count === 0 && !status) return null;
  const faces = (message.reply_users ?? []).slice(0, 5).map((id) => avatar(id, app.state.userName(id), app.state.users.get(id)?.isBot, 'small'));
  const fresh = app.state.threadUnread(channel, message);
  return h(`button.thread-bar${fresh ? '.fresh' : ''}`, {
    type: 'button', 'data-key': 'thread-bar', 'data-testid': 'thread-bar', on: { click: () => app.openThread(channel, message.ts) },
  },
  h('span.facepile', {}, faces),
  count > 0 ? h('strong', {}, plural(count, 'reply').replace('replys', 'replies')) : null,
  status ? h('span.working', {}, `${app.state.userName(status.user ?? app.botId)} ${status.text}`)
    : h('span.quiet', {}, `Last reply ${ago(message.latest_reply)}`),
  fresh ? h('span.new-dot', {}, h('span.visually-hidden', {}, ' new replies')) : null);
}

function tools(message, { app, channel, pane, me }) {
  const tool = (name, label, key, action) => iconButton(name, label, action, { 'data-key': key, 'data-tool': key, tabindex: '-1' });
  const quick = QUICK.map((name) => h('button.icon-button', {
    type: 'button', tabindex: '-1', 'data-tool': `quick-${name}`, 'data-key': `quick-${name}`,
    'aria-label': `React with ${name.replaceAll('_', ' ')}`, title: `:${name}:`, on: { click: () => app.act.toggleReaction(channel, message.ts, name) },
  }, emojiNode(name)));
  return h('div.tools', { role: 'group', 'aria-label': 'Message tools' },
    quick,
    tool('smile', 'Add a reaction', 'react', (event) => app.act.pickReaction(event.currentTarget, channel, message.ts)),
    pane === 'channel' ? tool('reply', 'Reply in thread', 'reply', () => app.openThread(channel, message.thread_ts ?? message.ts)) : null,
    tool('link', 'Copy link', 'link', () => app.act.copyLink(channel, message.ts)),
    me ? tool('edit', 'Edit message', 'edit', () => app.act.edit(channel, message.ts, pane)) : null,
    me ? tool('trash', 'Delete message', 'delete', () => app.act.remove(channel, message.ts)) : null);
}
