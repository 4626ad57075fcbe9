import assert from 'node:assert/strict';
import { test } from 'node:test';

import { parse, parseInline, plainText, safeURL } from '../static/js/mrkdwn.js';

const text = (value) => ({ t: 'text', text: value });

test('inline marks', () => {
  const cases = [
    ['plain', [text('plain')]],
    ['*bold*', [{ t: 'b', c: [text('bold')] }]],
    ['_it_ and ~no~', [{ t: 'i', c: [text('it')] }, text(' and '), { t: 's', c: [text('no')] }]],
    ['*bold _both_*', [{ t: 'b', c: [text('bold '), { t: 'i', c: [text('both')] }] }]],
    ['2*3*4', [text('2*3*4')]],
    ['* not bold *', [text('* not bold *')]],
    ['snake_case_name', [text('snake_case_name')]],
    ['*open\nclosed*', [text('*open'), { t: 'br' }, text('closed*')]],
    ['**', [text('**')]],
    ['`a *b* <c>`', [{ t: 'code', text: 'a *b* <c>' }]],
    ['*`a*b` c*', [{ t: 'b', c: [{ t: 'code', text: 'a*b' }, text(' c')] }]],
    ['(*x*)', [text('('), { t: 'b', c: [text('x')] }, text(')')]],
    ['a &lt;b&gt; &amp;amp;', [text('a <b> &amp;')]],
    ['at 12:30:00', [text('at 12:30:00')]],
    [':rocket:', [{ t: 'emoji', name: 'rocket' }]],
    [':+1::skin-tone-3:', [{ t: 'emoji', name: '+1::skin-tone-3' }]],
  ];
  for (const [source, want] of cases) assert.deepEqual(parseInline(source), want, source);
});

test('entities', () => {
  const cases = [
    ['<@U12AB>', [{ t: 'user', id: 'U12AB', label: '' }]],
    ['<@U1|dana>', [{ t: 'user', id: 'U1', label: 'dana' }]],
    ['<#C1|general>', [{ t: 'channel', id: 'C1', label: 'general' }]],
    ['<!here>', [{ t: 'broadcast', name: 'here' }]],
    ['<!subteam^S1|@data>', [{ t: 'group', id: 'S1', label: '@data' }]],
    ['<https://a.example/x?a=1&amp;b=2|go>', [{ t: 'link', url: 'https://a.example/x?a=1&b=2', label: 'go' }]],
    ['<https://a.example>', [{ t: 'link', url: 'https://a.example/', label: 'https://a.example' }]],
    ['<javascript:alert(1)|click>', [text('click (javascript:alert(1))')]],
    ['<data:text/html,x>', [text('data:text/html,x')]],
    ['<unclosed', [text('<unclosed')]],
    ['<>', [text('<>')]],
    ['see https://a.example/b.', [text('see '), { t: 'link', url: 'https://a.example/b', label: 'https://a.example/b' }, text('.')]],
    ['xhttps://a.example', [text('xhttps://a.example')]],
  ];
  for (const [source, want] of cases) assert.deepEqual(parseInline(source), want, source);
  assert.deepEqual(parseInline('https://a.example', true), [text('https://a.example')], 'verbatim');
});

test('blocks', () => {
  assert.deepEqual(parse('a\n```\nselect *\n  from x\n```\nb'), [
    { t: 'p', c: [text('a')] }, { t: 'pre', text: 'select *\n  from x' }, { t: 'p', c: [text('b')] },
  ]);
  assert.deepEqual(parse('```one```'), [{ t: 'pre', text: 'one' }]);
  assert.deepEqual(parse('```open'), [{ t: 'p', c: [text('```open')] }]);
  assert.deepEqual(parse('&gt; said\n&gt;more\nthen'), [
    { t: 'quote', c: [text('said'), { t: 'br' }, text('more')] }, { t: 'p', c: [text('then')] },
  ]);
  assert.deepEqual(parse('&gt;&gt;&gt; all\nof it'), [{ t: 'quote', c: [text('all'), { t: 'br' }, text('of it')] }]);
  assert.deepEqual(parse('• one\n1. two'), [
    { t: 'list', items: [{ marker: '•', depth: 0, c: [text('one')] }, { marker: '1.', depth: 0, c: [text('two')] }] },
  ]);
  assert.deepEqual(parse(''), []);
  assert.deepEqual(parse(undefined), []);
});

test('only addresses that a page should open are links', () => {
  for (const bad of ['javascript:alert(1)', ' javascript:x', 'JaVaScRiPt:x', 'vbscript:x', 'file:///etc/passwd', 'blob:x', 'nonsense', '//x']) {
    assert.equal(safeURL(bad), null, bad);
  }
  assert.equal(safeURL('mailto:a@b.example'), 'mailto:a@b.example');
});

test('plain words for the live region', () => {
  const names = { user: (id) => ({ U1: 'Dana' })[id] };
  assert.equal(plainText(parse('<@U1> *see* <https://a.example|this>\n• x'), names).trim(), '@Dana see this • x');
});

// Whatever arrives, reading ends, in reasonable time, and loses no plain word.
test('any text is read', () => {
  const seed = Number(process.env.SEED ?? Date.now() % 1e6);
  let state = seed;
  const random = (n) => (state = (state * 1103515245 + 12345) % 2147483648) % n;
  const bits = ['*', '_', '~', '`', '```', '<', '>', '|', '@U1', '!date^', '&gt;', '&lt;', '&amp;', ':', 'eyes', '\n', ' ', 'word', '• ', '>>>', 'https://x.example', '\u{1F680}', '\ud800'];
  for (let round = 0; round < 3000; round++) {
    const source = Array.from({ length: random(30) }, () => bits[random(bits.length)]).join('');
    const words = source.split('word').length - 1;
    const read = JSON.stringify(parse(source)).split('word').length - 1;
    assert.ok(read >= words, `seed ${seed}: ${JSON.stringify(source)} lost a word`);
  }
});

test('hostile length does not stall', () => {
  for (const bit of ['*a ', '<', '`', '_*~', '```', ':a', '<a|', '&gt;\n', '*<a ', 'https://']) {
    const start = performance.now();
    parse(bit.repeat(Math.floor(40_000 / bit.length)));
    const took = performance.now() - start;
    assert.ok(took < 1500, `${JSON.stringify(bit)} took ${took} ms`);
  }
});
