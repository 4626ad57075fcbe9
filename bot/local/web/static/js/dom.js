// Building DOM nodes. Foreign text only ever becomes a text node or an attribute value set by name; nothing on
// this page parses HTML from a string.

const SVG = 'http://www.w3.org/2000/svg';

/**
 * h('button.primary', {type: 'button', 'aria-label': 'Send', on: {click}}, 'Send', icon) builds one element.
 * Attributes that are false, null or undefined are left out; children may be nested arrays, null is skipped.
 */
export function h(spec, attributes = {}, ...children) {
  const [tag, ...classes] = spec.split('.');
  const node = document.createElement(tag || 'div');
  if (classes.length > 0) node.className = classes.join(' ');
  for (const [name, value] of Object.entries(attributes)) {
    if (name === 'on') for (const [type, listener] of Object.entries(value)) node.addEventListener(type, listener);
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, value === true ? '' : value);
  }
  append(node, children);
  return node;
}

export function append(node, children) {
  for (const child of [children].flat(Infinity)) {
    if (child === null || child === undefined || child === false || child === '') continue;
    node.append(child);
  }
  return node;
}

/** Replaces all children. */
export function fill(node, ...children) {
  node.replaceChildren();
  return append(node, children);
}

/** A stroke icon from ICONS, hidden from screen readers: the control around it carries the name. */
export function icon(name) {
  const svg = document.createElementNS(SVG, 'svg');
  for (const [key, value] of Object.entries({
    viewBox: '0 0 24 24', width: 18, height: 18, fill: 'none', stroke: 'currentColor', 'stroke-width': 1.8,
    'stroke-linecap': 'round', 'stroke-linejoin': 'round', 'aria-hidden': 'true', class: 'icon',
  })) svg.setAttribute(key, value);
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', ICONS[name]);
  svg.append(path);
  return svg;
}

const ICONS = {
  back: 'M15 5l-7 7 7 7',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  chevron: 'M7 10l5 5 5-5',
  close: 'M6 6l12 12M18 6L6 18',
  contrast: 'M12 3.5a8.5 8.5 0 100 17 8.5 8.5 0 000-17zM12 3.5v17M12 7.5h5.5M12 12h8M12 16.5h5.5',
  copy: 'M9 9h10v11H9zM15 9V4H5v11h4',
  edit: 'M4 20l1-4L16.5 4.5l3 3L8 19l-4 1zM14.5 6.5l3 3',
  eye: 'M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12zM12 9.5a2.5 2.5 0 100 5 2.5 2.5 0 000-5z',
  file: 'M6 3h8l4 4v14H6zM14 3v4h4',
  hash: 'M9 4L7 20M17 4l-2 16M4.5 9h16M3.5 15h16',
  home: 'M4 11l8-7 8 7v9h-5v-6H9v6H4z',
  image: 'M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M15.5 9.5h.01',
  link: 'M10 14a4 4 0 006 .5l3-3a4 4 0 00-5.7-5.7L12 7M14 10a4 4 0 00-6-.5l-3 3a4 4 0 005.7 5.7L12 17',
  menu: 'M4 7h16M4 12h16M4 17h16',
  moon: 'M20 14.5A8 8 0 019.5 4 8 8 0 1020 14.5z',
  more: 'M5 12h.01M12 12h.01M19 12h.01',
  plus: 'M12 5v14M5 12h14',
  reply: 'M20 12a8 8 0 01-11.6 7.1L4 20l1-4.2A8 8 0 1120 12z',
  send: 'M4 12L20 4l-5 16-3-7-8-1zM12 13l8-9',
  smile: 'M12 3.5a8.5 8.5 0 100 17 8.5 8.5 0 000-17zM8.5 14a4 4 0 007 0M9 9.5h.01M15 9.5h.01',
  sun: 'M12 8a4 4 0 100 8 4 4 0 000-8zM12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.4 1.4M17.6 17.6L19 19M19 5l-1.4 1.4M6.4 17.6L5 19',
  trash: 'M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13M10 11v5M14 11v5',
  warn: 'M12 4l9 16H3zM12 10v4M12 17h.01',
};

/** A round button with only an icon; `label` is its name and its tooltip. */
export function iconButton(name, label, onClick, attributes = {}) {
  return h('button.icon-button', { type: 'button', 'aria-label': label, title: label, on: { click: onClick }, ...attributes }, icon(name));
}

/** Replaces a node and gives the focus back to the control that had it, found by its data-key. */
export function replaceKeepingFocus(old, fresh) {
  const active = document.activeElement;
  const held = old.contains(active) ? (active === old ? '' : active.dataset.key) : null;
  old.replaceWith(fresh);
  if (held === null) return;
  const heir = held ? fresh.querySelector(`[data-key="${CSS.escape(held)}"]`) : fresh;
  (heir ?? fresh).focus({ preventScroll: true });
}

/** Says something to a screen reader without moving the focus. */
export function announce(text) {
  const live = document.getElementById('live');
  if (live) live.textContent = text;
}

/** Two letters and a stable colour number (0–7) for a person without a picture. */
export function avatar(id, name, isBot, size = '') {
  let sum = 0;
  for (const ch of id) sum = (sum * 31 + ch.charCodeAt(0)) % 997;
  const letters = name.split(/[\s._-]+/).filter(Boolean).slice(0, 2).map((word) => [...word][0].toUpperCase()).join('');
  const kind = isBot ? 'bot' : `hue-${sum % 8}`;
  return h(`span.avatar.${kind}${size ? '.' + size : ''}`, { 'aria-hidden': 'true', title: name }, isBot ? milestone() : letters || '?');
}

// The product's mark: a milestone with a 1.
function milestone() {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  const stone = document.createElementNS(SVG, 'path');
  stone.setAttribute('d', 'M6 20V10a6 6 0 0112 0v10M4 20h16M10.6 10.2L12.6 9v7');
  for (const [key, value] of Object.entries({ fill: 'none', stroke: 'currentColor', 'stroke-width': 2, 'stroke-linecap': 'round', 'stroke-linejoin': 'round' })) stone.setAttribute(key, value);
  svg.append(stone);
  return svg;
}
