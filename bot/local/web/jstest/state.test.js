import assert from 'node:assert/strict';
import { test } from 'node:test';

import { State } from '../static/js/state.js';

const C = 'C1';
const message = (ts, more = {}) => ({ type: 'message', channel: C, user: 'U2', text: `at ${ts}`, ts, ...more });
const texts = (list) => list.map((m) => m.text);

test('replies stay in their thread, in order', () => {
  const state = new State('U1');
  for (const m of [message('2.0'), message('1.0'), message('3.0', { thread_ts: '1.0' }), message('4.0', { thread_ts: '1.0', subtype: 'thread_broadcast' })]) state.apply(m);
  assert.deepEqual(texts(state.timeline(C)), ['at 1.0', 'at 2.0', 'at 4.0']);
  assert.deepEqual(texts(state.thread(C, '1.0')), ['at 1.0', 'at 3.0', 'at 4.0']);
  assert.equal(state.get(C, '1.0').reply_count, 2);
});

test('a reply that the parent already counts is not counted again', () => {
  const state = new State('U1');
  state.apply(message('1.0'));
  state.apply({ type: 'message', subtype: 'message_replied', channel: C, message: { ...message('1.0'), thread_ts: '1.0', reply_count: 1, latest_reply: '2.0', reply_users: ['U2'] } });
  state.apply(message('2.0', { thread_ts: '1.0' }));
  assert.equal(state.get(C, '1.0').reply_count, 1);
  assert.equal(state.get(C, '1.0').text, 'at 1.0');
});

test('changes, deletions and reactions', () => {
  const state = new State('U1');
  state.apply(message('1.0'));
  const before = state.get(C, '1.0');
  state.apply({ type: 'message', subtype: 'message_changed', channel: C, message: { ...message('1.0'), text: 'new', edited: { user: 'U2', ts: '2.0' } } });
  assert.equal(state.get(C, '1.0').text, 'new');
  assert.notEqual(state.get(C, '1.0'), before);
  const react = (type, user) => state.apply({ type, user, reaction: 'eyes', item: { channel: C, ts: '1.0' } });
  react('reaction_added', 'U1');
  react('reaction_added', 'U1');
  react('reaction_added', 'U2');
  assert.deepEqual(state.get(C, '1.0').reactions, [{ name: 'eyes', users: ['U1', 'U2'], count: 2 }]);
  react('reaction_removed', 'U1');
  react('reaction_removed', 'U2');
  assert.deepEqual(state.get(C, '1.0').reactions, []);
  state.apply({ type: 'message', subtype: 'message_deleted', channel: C, deleted_ts: '1.0' });
  assert.deepEqual(state.timeline(C), []);
});

test('catching up: the answer is the truth for its span, but the live line is younger', () => {
  const state = new State('U1');
  for (const ts of ['1.0', '2.0', '3.0']) state.apply(message(ts));
  const since = state.mark();
  state.apply(message('4.0')); // arrives while the answer is on its way
  state.apply({ type: 'message', subtype: 'message_deleted', channel: C, deleted_ts: '3.0' });
  state.merge(C, [message('3.0'), message('2.0', { text: 'edited meanwhile' })], { since, hasMore: true });
  assert.deepEqual(texts(state.timeline(C)), ['at 1.0', 'edited meanwhile', 'at 4.0']);
  state.merge(C, [message('4.0')], { since: state.mark(), hasMore: false });
  assert.deepEqual(texts(state.timeline(C)), ['at 4.0'], 'what the full answer lacks was deleted');
});

test('older pages do not delete what is newer', () => {
  const state = new State('U1');
  state.merge(C, [message('5.0'), message('6.0')], { since: 0, hasMore: true });
  state.merge(C, [message('1.0')], { since: 0, hasMore: false, before: '5.0' });
  assert.deepEqual(texts(state.timeline(C)), ['at 1.0', 'at 5.0', 'at 6.0']);
});

test('ephemeral messages survive a catch-up and are no unread messages', () => {
  const state = new State('U1');
  state.apply(message('1.0', { is_ephemeral: true }));
  state.merge(C, [], { since: state.mark(), hasMore: false });
  assert.equal(state.timeline(C).length, 1);
  assert.equal(state.unread(C), 0);
});

test('a pending line goes when its message arrives', () => {
  const state = new State('U1');
  state.pending = [{ key: 'p1', channel: C, thread: null, typed: 'hi', stored: 'hi', error: null }];
  state.apply(message('1.0', { text: 'hi' }));
  assert.equal(state.pendingIn(C, null).length, 1, 'someone else said the same');
  state.apply(message('2.0', { text: 'hi', user: 'U1' }));
  assert.equal(state.pendingIn(C, null).length, 0);
});

test('a lost answer: the message settles its line, the same words said earlier do not', () => {
  const state = new State('U1');
  state.pending = [{ key: 'p1', channel: C, thread: null, typed: 'yes', stored: 'yes', error: 'no answer', doubt: true }];
  state.merge(C, [message('1.0', { text: 'yes', user: 'U1' })], { since: state.mark(), before: '2.0' });
  state.merge(C, [message('1.0', { text: 'yes', user: 'U1' })], { since: state.mark() });
  assert.equal(state.pendingIn(C, null).length, 1);
  state.merge(C, [message('1.0', { text: 'yes', user: 'U1' }), message('3.0', { text: 'yes', user: 'U1' })], { since: state.mark() });
  assert.equal(state.pendingIn(C, null).length, 0);
  state.pending = [{ key: 'p2', channel: C, thread: null, typed: 'no', stored: 'no', error: 'refused', doubt: false }];
  state.apply(message('4.0', { text: 'no', user: 'U1' }));
  assert.equal(state.pendingIn(C, null).length, 1, 'a refused message was not sent by this line');
});

test('unread counts', () => {
  const state = new State('U1');
  state.apply(message('1.0'));
  state.markRead(C, '1.0');
  state.apply(message('2.0', { user: 'U1' }));
  state.apply(message('3.0'));
  assert.equal(state.unread(C), 1);
  assert.equal(state.markRead(C, '3.0'), true);
  assert.equal(state.markRead(C, '2.0'), false, 'reading never goes back');
  state.apply(message('4.0', { thread_ts: '3.0' }));
  assert.equal(state.threadUnread(C, state.get(C, '3.0')), true);
  state.markRead(`${C}/3.0`, '4.0');
  assert.equal(state.threadUnread(C, state.get(C, '3.0')), false);
});

test('the status of the bot', () => {
  const state = new State('U1');
  state.apply({ type: 'assistant_thread_status', channel: C, thread_ts: '1.0', status: 'is working…' });
  assert.equal(state.statuses.get('C1/1.0').text, 'is working…');
  state.apply({ type: 'assistant_thread_status', channel: C, thread_ts: '1.0', status: '' });
  assert.equal(state.statuses.size, 0);
});
