// Everything that opens above the page: confirmations, the app's modals, an enlarged picture. The native
// <dialog> keeps the focus inside and gives it back.

import { renderBlocks } from './blocks.js';
import { h, fill, iconButton } from './dom.js';
import { plainWithEmoji, textObject } from './text.js';

function open(dialog, onClose) {
  document.body.append(dialog);
  dialog.addEventListener('close', () => {
    dialog.remove();
    onClose?.();
  });
  dialog.addEventListener('click', (event) => event.target === dialog && dialog.close());
  dialog.showModal();
}

/** Slack's confirm object: resolves to true only when the person says yes. */
export function confirmDialog({ title, text, confirm, deny, style }) {
  return new Promise((resolve) => {
    let agreed = false;
    const yes = () => {
      agreed = true;
      dialog.close();
    };
    const dialog = h('dialog.dialog', { 'aria-labelledby': 'confirm-title' },
      h('h2', { id: 'confirm-title' }, plainWithEmoji(title?.text ?? 'Are you sure?')),
      h('div.mrkdwn', {}, textObject(text, NO_DIRECTORY)),
      h('div.dialog-buttons', {},
        h('button.button', { type: 'button', on: { click: () => dialog.close() } }, deny?.text ?? 'Cancel'),
        h(`button.button.${style === 'danger' ? 'danger' : 'primary'}`, { type: 'button', 'data-testid': 'confirm', on: { click: yes } }, confirm?.text ?? 'Yes')));
    open(dialog, () => resolve(agreed));
  });
}

// A confirm text may mention people, but a dialog has no directory at hand: ids stay as they are.
const NO_DIRECTORY = { state: { me: '', users: new Map(), channels: new Map() }, open() {} };

/** A picture at full size. */
export function lightbox(src, name) {
  const dialog = h('dialog.lightbox', { 'aria-label': name }, h('img', { src, alt: name }));
  dialog.append(iconButton('close', 'Close', () => dialog.close()));
  open(dialog);
}

/** The modals that the app has opened for this person, by view id. */
export class Modals {
  #app; #open = new Map();

  constructor(app) {
    this.#app = app;
  }

  /** Opens a view, or draws it anew when it is open already. */
  show(view) {
    if (view.type === 'home') return;
    const held = this.#open.get(view.root_view_id ?? view.id) ?? this.#open.get(view.id);
    const dialog = held ?? h('dialog.dialog.modal', { 'aria-labelledby': 'modal-title' });
    this.#draw(dialog, view);
    for (const id of [view.id, view.root_view_id ?? view.id]) this.#open.set(id, dialog);
    if (!held) open(dialog, () => this.#forget(dialog));
  }

  #forget(dialog) {
    for (const [id, one] of this.#open) if (one === dialog) this.#open.delete(id);
  }

  #draw(dialog, view) {
    const values = {};
    const failed = h('p.field-error', { role: 'alert', hidden: true });
    const send = h('button.button.primary', { type: 'submit' }, view.submit?.text ?? 'Submit');
    const form = h('form', { on: { submit: (event) => { event.preventDefault(); this.#submit({ dialog, view, values, failed, send, form }); } } },
      h('div.modal-body', {}, renderBlocks(view.blocks, this.#app, { view_id: view.id }, values)),
      failed,
      h('div.dialog-buttons', {},
        h('button.button', { type: 'button', on: { click: () => dialog.close() } }, view.close?.text ?? 'Cancel'),
        view.submit || (view.blocks ?? []).some((b) => b.type === 'input') ? send : null));
    fill(dialog, h('header.modal-head', {}, h('h2', { id: 'modal-title' }, plainWithEmoji(view.title?.text ?? 'Details')),
      iconButton('close', 'Close', () => dialog.close())), form);
  }

  async #submit({ dialog, view, values, failed, send, form }) {
    for (const place of form.querySelectorAll('.field-error')) place.hidden = true;
    send.setAttribute('aria-busy', 'true');
    try {
      const answer = await this.#app.api.call('views.submit', { view_id: view.id, state: values });
      this.#answer(answer, dialog, form);
    } catch (error) {
      failed.textContent = error.code === 'app_not_responding' ? 'The app did not answer. Try again.' : error.message;
      failed.hidden = false;
    } finally {
      send.removeAttribute('aria-busy');
    }
  }

  #answer(answer, dialog, form) {
    if (answer.response_action === 'errors') {
      for (const [block, sentence] of Object.entries(answer.errors ?? {})) {
        const place = form.querySelector(`[data-error-for="${CSS.escape(block)}"]`);
        if (!place) continue;
        place.textContent = sentence;
        place.hidden = false;
      }
    } else if (answer.view && answer.response_action !== 'clear') {
      this.#draw(dialog, answer.view);
      this.#open.set(answer.view.id, dialog);
    } else {
      dialog.close();
    }
  }
}
