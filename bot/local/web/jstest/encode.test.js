import assert from 'node:assert/strict';
import { test } from 'node:test';

import { wordAt } from '../static/js/completion.js';
import { decode, encode } from '../static/js/encode.js';
import { charOf, COMMON, searchEmoji } from '../static/js/emoji.js';
import { backoff } from '../static/js/live.js';
import { formatView, readView } from '../static/js/route.js';

const directory = {
  users: [{ id: 'UB', name: 'Firstmile' }, { id: 'U1', name: 'Dana' }, { id: 'U2', name: 'Dana Reyes' }],
  channels: [{ id: 'C1', name: 'data-requests' }],
};

test('typed text to stored text', () => {
  const cases = [
    ['@firstmile how many?', '<@UB> how many?'],
    ['ask @Dana Reyes, or @dana.', 'ask <@U2>, or <@U1>.'],
    ['me@firstmile.example', 'me@firstmile.example'],
    ['@firstmiles', '@firstmiles'],
    ['in #data-requests', 'in <#C1|data-requests>'],
    ['#data-requests-old', '#data-requests-old'],
    ['a < b && c > d', 'a &lt; b &amp;&amp; c &gt; d'],
    ['<!everyone>', '&lt;!everyone&gt;'],
    ['`@dana` and ```@dana <x>```', '`@dana` and ```@dana &lt;x&gt;```'],
    ['\u{1F680} @dana', '\u{1F680} <@U1>'],
  ];
  for (const [typed, want] of cases) assert.equal(encode(typed, directory), want, typed);
});

test('an edit starts from what was typed', () => {
  for (const typed of ['@Firstmile how many?', 'a < b & c', 'in #data-requests', 'ask @Dana Reyes, or @Dana.', '&lt; literally']) {
    assert.equal(decode(encode(typed, directory), directory), typed);
  }
  assert.equal(decode('<https://a.example|a> <@U9>', directory), 'https://a.example @U9');
});

test('the word being typed', () => {
  assert.deepEqual(wordAt('hello @fir'), { sign: '@', query: 'fir', start: 6 });
  assert.deepEqual(wordAt('@'), { sign: '@', query: '', start: 0 });
  assert.deepEqual(wordAt('so :roc'), { sign: ':', query: 'roc', start: 3 });
  for (const none of ['', 'a@b', ':)', 'at 12:30', '@fir stmile', ':a']) assert.equal(wordAt(none), null, none);
});

test('emoji', () => {
  assert.equal(charOf('white_check_mark'), '✅');
  assert.equal(charOf('thumbsup'), '👍');
  assert.equal(charOf('+1::skin-tone-4'), '👍🏽');
  assert.equal(charOf('nobody_knows_this'), null);
  assert.equal(charOf('constructor'), null);
  assert.equal(searchEmoji('ship')[0].name, 'rocket');
  assert.equal(searchEmoji('zzz').length, 0);
  assert.equal(new Set(COMMON.map(({ name }) => name)).size, COMMON.length);
  assert.ok(COMMON.length >= 60);
});

test('waiting doubles up to its cap', () => {
  assert.deepEqual([0, 1, 2, 3, 9].map((tries) => backoff(tries, () => 0)), [500, 1000, 2000, 4000, 15000]);
  assert.equal(backoff(0, () => 1), 350);
});

test('addresses of views', () => {
  for (const view of [{ kind: 'home', channel: null, thread: null }, { kind: 'nav', channel: null, thread: null },
    { kind: 'channel', channel: 'C1', thread: null }, { kind: 'channel', channel: 'C1', thread: '17.0001' }]) {
    assert.deepEqual(readView({ hash: formatView(view).slice(1) }), view);
  }
  assert.deepEqual(readView({ pathname: '/archives/C1/p1700000000000100', search: '?thread_ts=1699.5&cid=C1' }),
    { kind: 'channel', channel: 'C1', thread: '1699.5', reveal: '1700000000.000100' });
  assert.deepEqual(readView({ hash: '#/../x/y' }), { kind: 'channel', channel: null, thread: null });
});
