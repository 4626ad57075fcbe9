// Interactive elements: buttons, menus, pickers. Each carries data-action-id, data-block-id and data-value.

import { h, announce } from './dom.js';
import { confirmDialog } from './dialog.js';
import { choices, dateInput, selectInput } from './inputs.js';
import { safeURL } from './mrkdwn.js';
import { plainWithEmoji } from './text.js';

/** One element of an actions block or an accessory. */
export function element(item, scope) {
  switch (item.type) {
    case 'button': return button(item, scope);
    case 'static_select': case 'overflow': return menu(item, scope);
    case 'radio_buttons': case 'checkboxes': return choices(item, scope, (value) => press(item, scope, value));
    case 'datepicker': case 'timepicker': return dateInput(item, scope, (value) => press(item, scope, value));
    default: return h('span.unsupported', {}, `(This page cannot show a “${item.type}”.)`);
  }
}

function marks(item, scope) {
  return {
    'data-action-id': item.action_id,
    'data-block-id': scope.blockId,
    'data-value': item.value ?? null,
    'data-key': `${scope.blockId}/${item.action_id}`,
  };
}

function button(item, scope) {
  const style = item.style === 'primary' || item.style === 'danger' ? '.' + item.style : '';
  const url = item.url && safeURL(item.url);
  const label = plainWithEmoji(item.text?.text ?? '');
  const tell = () => press(item, scope, item.value, node);
  const node = url
    ? h(`a.button${style}`, { href: url, target: '_blank', rel: 'noopener noreferrer', 'aria-label': item.accessibility_label, ...marks(item, scope), on: { click: tell } }, label)
    : h(`button.button${style}`, { type: 'button', 'aria-label': item.accessibility_label, ...marks(item, scope), on: { click: tell } }, label);
  return h('span.pressable', {}, node);
}

function menu(item, scope) {
  const node = selectInput(item, scope, null, (value) => value && press(item, scope, value, node));
  return h('span.pressable', {}, node);
}

/** Presses an element: confirms if asked to, waits for the app, and says so beside the element if it fails. */
export async function press(item, scope, value, node) {
  const { app, place, blockId, values } = scope;
  if (item.confirm && !(await confirmDialog(item.confirm))) {
    if (node?.tagName === 'SELECT') node.value = item.initial_option?.value ?? '';
    return;
  }
  if (node?.getAttribute('aria-busy') === 'true') return; // A second click while the first is on its way.
  note(node, '');
  node?.setAttribute('aria-busy', 'true');
  try {
    await app.api.call('blocks.actions', {
      ...place, block_id: blockId, action_id: item.action_id, value, state: Object.keys(values).length > 0 ? values : undefined,
    });
  } catch (error) {
    const sentence = error.code === 'app_not_responding' ? 'The app did not answer. Try again.' : error.message;
    note(node, sentence);
    announce(sentence);
  } finally {
    node?.removeAttribute('aria-busy');
  }
}

function note(node, text) {
  const holder = node?.parentElement;
  holder?.querySelector('.press-error')?.remove();
  if (text) holder?.append(h('span.press-error', { role: 'alert' }, '⚠ ' + text));
}
