// Block Kit's rich_text and table blocks.

import { h } from './dom.js';
import { codeBlock, emojiNode, link } from './text.js';
import { slackDate } from './time.js';

/** A rich_text block as nodes. */
export function richText(block, app) {
  return (block.elements ?? []).map((element) => part(element, app));
}

function part(element, app) {
  const children = element.elements ?? [];
  switch (element.type) {
    case 'rich_text_section': return h('p', {}, children.map((one) => leaf(one, app)));
    case 'rich_text_quote': return h('blockquote', {}, children.map((one) => leaf(one, app)));
    case 'rich_text_preformatted': return codeBlock(children.map((one) => one.text ?? one.url ?? '').join(''));
    case 'rich_text_list': return list(element, children, app);
    default: return h('p.unsupported', {}, `(This page cannot show “${element.type}”.)`);
  }
}

function list(element, children, app) {
  const node = h(element.style === 'ordered' ? 'ol' : 'ul', { start: element.offset ? element.offset + 1 : null },
    children.map((one) => h('li', {}, part(one, app).childNodes.length ? [...part(one, app).childNodes] : '')));
  node.style.setProperty('--depth', element.indent ?? 0);
  return node;
}

function leaf(element, app) {
  return styled(bare(element, app), element.style);
}

function bare(element, app) {
  switch (element.type) {
    case 'text': return lines(element.text ?? '');
    case 'link': return link(element.url, element.text);
    case 'emoji': return emojiNode(element.skin_tone ? `${element.name}::skin-tone-${element.skin_tone}` : element.name);
    case 'user': return h('span.mention', {}, '@' + app.state.userName(element.user_id));
    case 'channel': return h('span.mention', {}, '#' + (app.state.channels.get(element.channel_id)?.name ?? element.channel_id));
    case 'broadcast': return h('span.mention.me', {}, '@' + element.range);
    case 'date': return slackDate(element.timestamp, element.format, element.fallback ?? '');
    case 'color': return element.value ?? '';
    default: return `(${element.type})`;
  }
}

function lines(text) {
  return text.split('\n').flatMap((line, i) => (i === 0 ? [line] : [h('br'), line]));
}

function styled(node, style = {}) {
  let out = node;
  for (const [key, tag] of [['code', 'code'], ['bold', 'strong'], ['italic', 'em'], ['strike', 's']]) {
    if (style[key]) out = h(tag, {}, out);
  }
  return out;
}

const ALIGNED = { left: '.left', center: '.center', right: '.right' };

/** A table block: the first row is the head, as Slack draws it; wide tables scroll inside their own box. */
export function table(block, app) {
  const [head = [], ...rows] = block.rows ?? [];
  const settings = block.column_settings ?? [];
  const cell = (tag, value, column) => {
    const { align, is_wrapped: wrapped } = settings[column] ?? {};
    const side = ALIGNED[align] ?? (value?.type === 'raw_number' ? '.right' : '');
    const classes = side + (wrapped ? '.wrapped' : '');
    return h(tag + classes, tag === 'th' ? { scope: 'col' } : {}, cellContent(value, app));
  };
  return h('div.table-box', { tabindex: '0', role: 'region', 'aria-label': 'Table' },
    h('table', {},
      h('thead', {}, h('tr', {}, head.map((value, i) => cell('th', value, i)))),
      h('tbody', {}, rows.map((row) => h('tr', {}, row.map((value, i) => cell('td', value, i)))))));
}

function cellContent(value, app) {
  if (value?.type === 'rich_text') return richText(value, app);
  return String(value?.text ?? value?.value ?? '');
}
