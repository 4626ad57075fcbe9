// Block Kit as a bot uses it. A block type that this page does not know is named, never dropped in silence.

import { h } from './dom.js';
import { element } from './elements.js';
import { picture } from './files.js';
import { inputBlock } from './inputs.js';
import { richText, table } from './richtext.js';
import { textObject, plainWithEmoji } from './text.js';

/**
 * Draws a list of blocks. `place` says where a press comes from: {channel, message_ts} or {view_id};
 * `values` collects what is typed and chosen: block_id → action_id → Slack's value object.
 */
export function renderBlocks(blocks, app, place, values = {}) {
  return (blocks ?? []).map((block) => h(`div.block.block-${kindClass(block.type)}`, { 'data-block-id': block.block_id },
    draw(block, { app, place, values, blockId: block.block_id })));
}

function kindClass(type) {
  return String(type).replace(/[^a-z_]/g, '');
}

function draw(block, scope) {
  const { app } = scope;
  switch (block.type) {
    case 'section': return section(block, scope);
    case 'context': return h('div.context', {}, (block.elements ?? []).map((one) => contextItem(one, scope)));
    case 'header': return h('h3.block-heading', {}, plainWithEmoji(block.text?.text ?? ''));
    case 'divider': return h('hr');
    case 'actions': return h('div.actions', { role: 'group', 'aria-label': 'Actions' }, (block.elements ?? []).map((one) => element(one, scope)));
    case 'image': return picture(imageOf(block), app);
    case 'rich_text': return richText(block, app);
    case 'table': return table(block, app);
    case 'input': return inputBlock(block, scope);
    case 'markdown': return h('p.typed', {}, block.text ?? '');
    default: return h('p.unsupported', {}, `(This page cannot show a “${block.type}” block.)`);
  }
}

function section(block, scope) {
  const { app } = scope;
  const body = h('div.section-body', {},
    block.text ? h('div.mrkdwn', {}, textObject(block.text, app)) : null,
    block.fields ? h('div.fields', {}, block.fields.map((field) => h('div.mrkdwn', {}, textObject(field, app)))) : null);
  if (!block.accessory) return body;
  const accessory = block.accessory.type === 'image'
    ? picture({ ...imageOf(block.accessory), size: 'thumb' }, app)
    : element(block.accessory, scope);
  return h('div.section-with', {}, body, h('div.accessory', {}, accessory));
}

function contextItem(item, { app }) {
  if (item.type === 'image') return picture({ ...imageOf(item), size: 'tiny' }, app);
  return h('span.mrkdwn', {}, textObject(item, app));
}

function imageOf(block) {
  return {
    url: block.image_url ?? block.slack_file?.url,
    fileId: block.slack_file?.id,
    alt: block.alt_text ?? '',
    title: block.title?.text ?? '',
  };
}

/** Attachments, the older form: a coloured bar, its texts, or at least its fallback. */
export function renderAttachments(attachments, app, place) {
  return (attachments ?? []).map((one) => {
    const box = h('div.attachment', {}, attachmentBody(one, app, place));
    if (/^#?[0-9a-f]{6}$/i.test(one.color ?? '')) box.style.setProperty('--bar', '#' + one.color.replace('#', ''));
    return box;
  });
}

function attachmentBody(one, app, place) {
  if (one.blocks?.length) return renderBlocks(one.blocks, app, place);
  const mrkdwnText = (text) => (text ? h('div.mrkdwn', {}, textObject({ type: 'mrkdwn', text }, app)) : null);
  const parts = [
    mrkdwnText(one.pretext),
    one.title ? h('strong', {}, textObject({ type: 'mrkdwn', text: one.title_link ? `<${one.title_link}|${one.title}>` : one.title }, app)) : null,
    mrkdwnText(one.text),
    (one.fields ?? []).map((field) => h('div', {}, h('strong', {}, field.title ?? ''), mrkdwnText(field.value))),
    one.image_url ? picture({ url: one.image_url, alt: one.fallback ?? '' }, app) : null,
    one.footer ? h('small', {}, one.footer) : null,
  ].flat().filter(Boolean);
  return parts.length > 0 ? parts : h('div', {}, one.fallback ?? '');
}
