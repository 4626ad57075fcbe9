// Reads Slack's mrkdwn into a small tree. Pure: no DOM, so node can test it.
//
// Blocks:  {t:'p', c}  {t:'pre', text}  {t:'quote', c}  {t:'list', items:[{marker, depth, c}]}
// Inlines: {t:'text', text}  {t:'b'|'i'|'s', c}  {t:'code', text}  {t:'br'}
//          {t:'link', url, label}  {t:'user'|'channel'|'group', id, label}
//          {t:'broadcast', name}  {t:'date', ts, format, fallback, url}  {t:'emoji', name}
//
// The source is Slack's "Formatting text for app surfaces": only & < > are escaped, <...> is an entity,
// a style mark opens before a non-space and closes after one, on the same line.

const FENCE = '```';
const STYLES = { '*': 'b', '_': 'i', '~': 's' };
const SAFE_SCHEMES = ['http:', 'https:', 'mailto:'];

/** Undoes Slack's three escapes. Anything else that looks like an entity is text. */
export function unescape(text) {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

/** The address as the browser reads it, or null when it is no address a page should open. */
export function safeURL(raw) {
  try {
    const url = new URL(raw);
    return SAFE_SCHEMES.includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

/** Reads a whole text. `verbatim` turns the linking of bare addresses off, as in Block Kit. */
export function parse(text, { verbatim = false } = {}) {
  const blocks = [];
  let rest = String(text ?? '').replaceAll('\r\n', '\n');
  for (;;) {
    const open = rest.indexOf(FENCE);
    const close = open < 0 ? -1 : rest.indexOf(FENCE, open + FENCE.length);
    // An empty fence is six literal backticks, not an empty box.
    if (close < 0 || close === open + FENCE.length) {
      readLines(rest, blocks, verbatim);
      return blocks;
    }
    readLines(rest.slice(0, open).replace(/\n$/, ''), blocks, verbatim);
    blocks.push({ t: 'pre', text: unescape(fenceBody(rest.slice(open + FENCE.length, close))) });
    rest = rest.slice(close + FENCE.length).replace(/^\n/, '');
  }
}

// Slack drops the newline after the opening fence and before the closing one. Addresses inside a fence
// arrive as entities and read as their label.
function fenceBody(body) {
  const trimmed = body.replace(/^\n/, '').replace(/\n$/, '');
  return trimmed.replace(/<((?:https?|mailto):[^>|\n]*)(?:\|([^>\n]*))?>/g, (_, url, label) => label ?? url);
}

function readLines(text, blocks, verbatim) {
  if (text === '') return;
  const lines = text.split('\n');
  let at = 0;
  while (at < lines.length) {
    const kind = lineKind(lines[at]);
    if (kind === 'rest') {
      const body = [lines[at].replace(/^(?:&gt;|>){3} ?/, ''), ...lines.slice(at + 1)].join('\n');
      blocks.push({ t: 'quote', c: parseInline(body, verbatim) });
      return;
    }
    let end = at + 1;
    while (end < lines.length && lineKind(lines[end]) === kind) end++;
    blocks.push(group(kind, lines.slice(at, end), verbatim));
    at = end;
  }
}

function lineKind(line) {
  if (/^(?:&gt;|>){3}/.test(line)) return 'rest';
  if (/^(?:&gt;|>)/.test(line)) return 'quote';
  if (listItem(line)) return 'list';
  return 'p';
}

function group(kind, lines, verbatim) {
  if (kind === 'quote') {
    const body = lines.map((line) => line.replace(/^(?:&gt;|>) ?/, '')).join('\n');
    return { t: 'quote', c: parseInline(body, verbatim) };
  }
  if (kind === 'list') {
    const items = lines.map((line) => {
      const { marker, depth, body } = listItem(line);
      return { marker, depth, c: parseInline(body, verbatim) };
    });
    return { t: 'list', items };
  }
  return { t: 'p', c: parseInline(lines.join('\n'), verbatim) };
}

function listItem(line) {
  const found = /^( {0,8})([•◦▪-]|\d{1,3}[.)])\s+(\S.*)$/u.exec(line);
  if (!found) return null;
  return { depth: Math.floor(found[1].length / 2), marker: found[2], body: found[3] };
}

/** Reads one run of lines; newlines become {t:'br'}. `inside` holds the style marks that are open. */
export function parseInline(text, verbatim = false, inside = '') {
  const out = [];
  const hopeless = new Map(); // style mark → end of the line that holds no further closing mark
  let plain = '';
  const flush = () => {
    if (plain) out.push({ t: 'text', text: unescape(plain) });
    plain = '';
  };
  for (let at = 0; at < text.length;) {
    const found = readAt(text, at, verbatim, inside, hopeless);
    if (found) {
      flush();
      out.push(found.node);
      at = found.end;
    } else {
      plain += text[at++];
    }
  }
  flush();
  return out;
}

function readAt(text, at, verbatim, inside, hopeless) {
  switch (text[at]) {
    case '\n': return { node: { t: 'br' }, end: at + 1 };
    case '<': return readEntity(text, at);
    case '`': return readCode(text, at);
    case ':': return readEmoji(text, at);
    case '*': case '_': case '~': return readStyle(text, at, verbatim, inside, hopeless);
    case 'h': return verbatim ? null : readBareURL(text, at);
    default: return null;
  }
}

function readEntity(text, at) {
  const end = text.indexOf('>', at);
  const body = end < 0 ? '' : text.slice(at + 1, end);
  if (!body || body.includes('\n') || body.includes('<')) return null;
  const node = entity(body);
  return node && { node, end: end + 1 };
}

function entity(body) {
  const bar = body.indexOf('|');
  const target = bar < 0 ? body : body.slice(0, bar);
  const label = bar < 0 ? '' : unescape(body.slice(bar + 1));
  if (/^@[UWB][A-Z0-9]+$/.test(target)) return { t: 'user', id: target.slice(1), label };
  if (/^#[CG][A-Z0-9]+$/.test(target)) return { t: 'channel', id: target.slice(1), label };
  if (target.startsWith('!')) return special(target.slice(1), label);
  const url = safeURL(unescape(target));
  // An address nobody should open stays visible as plain words, never as something to click.
  if (!url) return { t: 'text', text: label ? `${label} (${unescape(target)})` : unescape(target) };
  return { t: 'link', url, label: label || unescape(target) };
}

function special(body, label) {
  const [name, ...args] = body.split('^');
  if (name === 'subteam') return { t: 'group', id: args[0] ?? '', label };
  if (name === 'date') {
    return { t: 'date', ts: Number(args[0]), format: args[1] ?? '', url: safeURL(args[2] ?? ''), fallback: label };
  }
  if (['here', 'channel', 'everyone'].includes(name)) return { t: 'broadcast', name };
  return { t: 'text', text: label || `<!${unescape(body)}>` };
}

function readCode(text, at) {
  const end = text.indexOf('`', at + 1);
  const body = end < 0 ? '' : text.slice(at + 1, end);
  if (!body || body.includes('\n') || body.trim() === '') return null;
  return { node: { t: 'code', text: unescape(fenceBody(body)) }, end: end + 1 };
}

function readEmoji(text, at) {
  const found = /^:([a-z0-9_+'-]{1,64})(?:::skin-tone-([2-6]))?:/.exec(text.slice(at, at + 90));
  if (!found || /^\d+$/.test(found[1])) return null; // 12:30:00 is a time of day
  const name = found[2] ? `${found[1]}::skin-tone-${found[2]}` : found[1];
  return { node: { t: 'emoji', name }, end: at + found[0].length };
}

function readStyle(text, at, verbatim, inside, hopeless) {
  const mark = text[at];
  if (inside.includes(mark) || isWord(text[at - 1]) || !isInk(text[at + 1]) || text[at + 1] === mark) return null;
  if ((hopeless.get(mark) ?? -1) > at) return null;
  const end = closing(text, at, mark);
  if (end < 0) {
    const line = text.indexOf('\n', at);
    hopeless.set(mark, line < 0 ? text.length : line);
    return null;
  }
  const c = parseInline(text.slice(at + 1, end), verbatim, inside + mark);
  return { node: { t: STYLES[mark], c }, end: end + 1 };
}

// The mark that closes: after ink, before something that is not a word, outside of code and entities.
function closing(text, at, mark) {
  for (let i = at + 1; i < text.length && text[i] !== '\n'; i++) {
    if (text[i] === '`') i = readCode(text, i)?.end - 1 || i;
    else if (text[i] === '<') i = readEntity(text, i)?.end - 1 || i;
    else if (text[i] === mark && isInk(text[i - 1]) && !isWord(text[i + 1])) return i;
  }
  return -1;
}

function readBareURL(text, at) {
  if (isWord(text[at - 1])) return null;
  const found = /^https?:\/\/[^\s<>|"'`*~]+/.exec(text.slice(at, at + 2000));
  if (!found) return null;
  const raw = found[0].replace(/(?:&gt;.*|&lt;.*|[.,;:!?)\]}]+)$/, '');
  const url = safeURL(unescape(raw));
  return url && { node: { t: 'link', url, label: unescape(raw) }, end: at + raw.length };
}

function isInk(ch) {
  return ch !== undefined && !/\s/.test(ch);
}

function isWord(ch) {
  return ch !== undefined && /[\p{L}\p{N}]/u.test(ch);
}

/** The tree as plain words: for the live region, titles and notifications. */
export function plainText(nodes, names = {}) {
  return nodes.map((node) => {
    switch (node.t) {
      case 'br': return ' ';
      case 'user': return '@' + (names.user?.(node.id) || node.label || node.id);
      case 'channel': return '#' + (names.channel?.(node.id) || node.label || node.id);
      case 'group': return node.label || '@' + node.id;
      case 'broadcast': return '@' + node.name;
      case 'link': return node.label;
      case 'date': return node.fallback;
      case 'emoji': return `:${node.name}:`;
      case 'list': return node.items.map((item) => `${item.marker} ${plainText(item.c, names)}`).join(' ');
      case 'p': case 'quote': return plainText(node.c, names) + ' ';
      case 'pre': return node.text + ' ';
      default: return node.c ? plainText(node.c, names) : node.text;
    }
  }).join('');
}
