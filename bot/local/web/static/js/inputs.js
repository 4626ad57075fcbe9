// Input blocks and their elements, for modals and forms. What is entered goes into scope.values in Slack's shape.

import { h } from './dom.js';
import { plainWithEmoji, textObject } from './text.js';

let serial = 0;

/** All options of a menu, those of option groups too. */
export function optionsOf(item) {
  return item.options ?? (item.option_groups ?? []).flatMap((group) => group.options ?? []);
}

/** An input block: label, element, hint, and a place for the app's complaint. */
export function inputBlock(block, scope) {
  const id = `field-${++serial}`;
  const control = field(block.element ?? {}, scope, id);
  const label = plainWithEmoji(block.label?.text ?? '');
  const optional = block.optional ? h('span.optional', {}, ' (optional)') : null;
  const single = ['plain_text_input', 'static_select', 'datepicker', 'timepicker', 'number_input', 'email_text_input', 'url_text_input'];
  const body = [
    control,
    block.hint ? h('p.hint', {}, plainWithEmoji(block.hint.text ?? '')) : null,
    h('p.field-error', { role: 'alert', 'data-error-for': block.block_id, hidden: true }),
  ];
  if (single.includes(block.element?.type)) return h('div.field', {}, h('label', { for: id }, label, optional), body);
  return h('fieldset.field', {}, h('legend', {}, label, optional), body);
}

function field(item, scope, id) {
  switch (item.type) {
    case 'plain_text_input': return textInput(item, scope, id, 'text');
    case 'number_input': return textInput(item, scope, id, 'number');
    case 'email_text_input': return textInput(item, scope, id, 'email');
    case 'url_text_input': return textInput(item, scope, id, 'url');
    case 'static_select': return selectInput(item, scope, id);
    case 'radio_buttons': case 'checkboxes': return choices(item, scope, null);
    case 'datepicker': case 'timepicker': return dateInput(item, scope, null, id);
    default: return h('p.unsupported', {}, `(This page cannot show a “${item.type}”.)`);
  }
}

function keep(scope, item, value) {
  const block = (scope.values[scope.blockId] ??= {});
  block[item.action_id] = { type: item.type, ...value };
}

function textInput(item, scope, id, type) {
  const attributes = {
    id, 'data-action-id': item.action_id, 'data-block-id': scope.blockId,
    placeholder: item.placeholder?.text, maxlength: item.max_length, on: { input: note },
  };
  const node = item.multiline ? h('textarea.input', { rows: 4, ...attributes }) : h('input.input', { type, ...attributes });
  node.value = item.initial_value ?? '';
  note();
  return node;

  function note() {
    keep(scope, item, { value: node.value === '' ? null : node.value });
  }
}

/** A menu. `onChange` hears the chosen value; "" is no choice. */
export function selectInput(item, scope, id, onChange = null) {
  const options = optionsOf(item);
  const node = h('select.select', {
    id, 'aria-label': id ? null : item.placeholder?.text ?? 'Choose', 'data-action-id': item.action_id,
    'data-block-id': scope.blockId, 'data-key': `${scope.blockId}/${item.action_id}`,
    on: { change: () => { note(); onChange?.(node.value, node); } },
  },
  h('option', { value: '' }, item.placeholder?.text ?? 'Choose…'),
  options.map((one) => h('option', { value: one.value, selected: one.value === item.initial_option?.value }, one.text?.text ?? one.value)));
  note();
  return node;

  function note() {
    keep(scope, item, { selected_option: options.find((one) => one.value === node.value) ?? null });
  }
}

/** Radio buttons or checkboxes; `onChange` hears the value of the option that was clicked. */
export function choices(item, scope, onChange) {
  const many = item.type === 'checkboxes';
  const options = optionsOf(item);
  const initial = new Set((many ? item.initial_options ?? [] : [item.initial_option]).filter(Boolean).map((one) => one.value));
  const name = `choice-${++serial}`;
  const inputs = options.map((option) => h('input', {
    type: many ? 'checkbox' : 'radio', name, value: option.value, checked: initial.has(option.value),
    'data-action-id': item.action_id, 'data-block-id': scope.blockId, 'data-value': option.value,
    on: { change: () => { note(); onChange?.(option.value); } },
  }));
  note();
  return h('div.choices', { role: many ? 'group' : 'radiogroup' }, options.map((option, i) => h('label.choice', {}, inputs[i],
    h('span', {}, h('span', {}, textObject(option.text, scope.app)),
      option.description ? h('small', {}, textObject(option.description, scope.app)) : null))));

  function note() {
    const chosen = options.filter((_, i) => inputs[i].checked);
    keep(scope, item, many ? { selected_options: chosen } : { selected_option: chosen[0] ?? null });
  }
}

/** A date or time field. */
export function dateInput(item, scope, onChange, id = null) {
  const isDate = item.type === 'datepicker';
  const key = isDate ? 'selected_date' : 'selected_time';
  const node = h('input.input', {
    id, type: isDate ? 'date' : 'time', 'data-action-id': item.action_id, 'data-block-id': scope.blockId,
    'aria-label': id ? null : item.placeholder?.text ?? 'Choose',
    on: { change: () => { note(); onChange?.(node.value); } },
  });
  node.value = (isDate ? item.initial_date : item.initial_time) ?? '';
  note();
  return node;

  function note() {
    keep(scope, item, { [key]: node.value || null });
  }
}
