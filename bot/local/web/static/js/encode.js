// Between what a person types and what Slack stores. Pure.
//
// A person types "@firstmile how many <open> tickets?"; Slack keeps "<@U1> how many &lt;open&gt; tickets?".

/** Slack's three escapes. */
export function escape(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/**
 * Typed text to stored text: names become mentions, everything else is escaped. Names in code stay words.
 * `directory` is {users: [{id, name}], channels: [{id, name}]}.
 */
export function encode(typed, directory) {
  return splitCode(typed)
    .map(({ code, text }) => (code ? escape(text) : encodeMentions(text, directory)))
    .join('');
}

/** Stored text back to typed text, for the edit box. */
export function decode(stored, directory) {
  const name = (list, id) => list.find((one) => one.id === id)?.name;
  return stored
    .replace(/<@([UWB][A-Z0-9]+)(?:\|([^>]*))?>/g, (_, id, label) => '@' + (name(directory.users, id) ?? label ?? id))
    .replace(/<#([CG][A-Z0-9]+)(?:\|([^>]*))?>/g, (_, id, label) => '#' + (name(directory.channels, id) ?? label ?? id))
    .replace(/<((?:https?|mailto):[^>|]*)(?:\|[^>]*)?>/g, (_, url) => url)
    .replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

function encodeMentions(text, { users, channels }) {
  let out = '';
  for (let at = 0; at < text.length;) {
    const sign = text[at];
    const fresh = at === 0 || !/[\p{L}\p{N}_]/u.test(text[at - 1]);
    const hit = fresh && sign === '@' ? named(text, at + 1, users)
      : fresh && sign === '#' ? named(text, at + 1, channels) : null;
    if (hit) {
      out += sign === '@' ? `<@${hit.id}>` : `<#${hit.id}|${hit.name}>`;
      at += 1 + hit.name.length;
    } else {
      out += escape(sign);
      at++;
    }
  }
  return out;
}

// The longest name that stands at this place and ends there, whatever its case.
function named(text, at, list) {
  let best = null;
  for (const one of list) {
    const end = at + one.name.length;
    if (one.name === '' || text.slice(at, end).toLowerCase() !== one.name.toLowerCase()) continue;
    if (end < text.length && /[\p{L}\p{N}_-]/u.test(text[end])) continue;
    if (!best || one.name.length > best.name.length) best = one;
  }
  return best;
}

function splitCode(text) {
  const parts = [];
  let last = 0;
  for (const found of text.matchAll(/```[\s\S]+?```|`[^`\n]+`/g)) {
    parts.push({ code: false, text: text.slice(last, found.index) });
    parts.push({ code: true, text: found[0] });
    last = found.index + found[0].length;
  }
  parts.push({ code: false, text: text.slice(last) });
  return parts;
}
